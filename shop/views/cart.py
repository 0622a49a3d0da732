"""The cart: put in, count, take out, agree to a new price."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from configurator.errors import ConfiguratorError, StaleVersion
from configurator.models import Configuration, ModelVersion
from configurator.selectors import configuration_by_code
from configurator.services.configurations import freeze_configuration
from shop import cart_cookie
from shop.errors import ShopError
from shop.forms import QuantityForm, shown
from shop.models import Cart
from shop.services import carts
from shop.views.cart_page import cart_context
from shop.views.see_other import see_other

CHOICE = "choice."
LONGEST_NUMBER = 19  # digits of a primary key


@require_safe
def cart(request: HttpRequest) -> HttpResponse:
    found = cart_cookie.find_cart(request)
    context = cart_context(found, today=timezone.localdate())
    return render(request, "shop/cart.html", context)


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Freeze what was chosen and put it into the cart. Prices in the request are not read."""
    try:
        configuration = _wanted(request)
    except ConfiguratorError as error:
        context = {"error": error, "back_url": _back_to_configure(request)}
        return render(request, "shop/not_added.html", context, status=error.http_status)
    token, _ = cart_cookie.read(request)
    form = QuantityForm({"quantity": request.POST.get("quantity", "1")})
    if not form.is_valid():
        messages.error(request, _quantity_problem(request))
        return see_other(reverse("shop:cart"))
    target = carts.open_cart(token=token)
    carts.add_to_cart(
        cart=target, configuration=configuration, quantity=form.cleaned_data["quantity"]
    )
    return cart_cookie.remember(see_other(reverse("shop:cart")), target)


def _wanted(request: HttpRequest) -> Configuration:
    if code := request.POST.get("configuration", ""):
        return configuration_by_code(code[:12].replace("\0", ""))
    number = request.POST.get("version", "")
    version = _version(number)
    if version is None:
        raise StaleVersion(f"version: expected that of a machine on sale, got “{shown(number)}”")
    return freeze_configuration(version=version, choices=_choices(request))


def _choices(request: HttpRequest) -> dict[str, str]:
    return {
        name.removeprefix(CHOICE): value
        for name, value in request.POST.items()
        if name.startswith(CHOICE) and isinstance(value, str)
    }


def _version(number: str) -> ModelVersion | None:
    if not (number.isascii() and number.isdigit() and len(number) < LONGEST_NUMBER):
        return None
    versions = ModelVersion.objects.select_related("product_model").defer("ir")
    return versions.filter(pk=number).first()


def _back_to_configure(request: HttpRequest) -> str:
    """The configure page with the choices that were posted: it says what fits, and mends it."""
    version = _version(request.POST.get("version", ""))
    if version is None:
        return reverse("shop:home")
    choices = urlencode({f"{CHOICE}{group}": option for group, option in _choices(request).items()})
    return f"{reverse('configurator:configure', args=[version.product_model.slug])}?{choices}"


@require_POST
def line(request: HttpRequest, line_id: int) -> HttpResponse:
    """One button of a line: `remove`, `accept` (with what was agreed to), or a new quantity."""
    found = cart_cookie.find_cart(request)
    back = see_other(reverse("shop:cart"))
    if found is None:
        return back
    try:
        _change(request, found, line_id)
    except ShopError as error:
        messages.error(request, str(error))
    return cart_cookie.remember(back, found)


def _change(request: HttpRequest, found: Cart, line_id: int) -> None:
    if "remove" in request.POST:
        carts.remove_line(cart=found, line_id=line_id)
        return
    if "accept" in request.POST:
        carts.accept_price(cart=found, line_id=line_id, share_code=request.POST["accept"])
        return
    form = QuantityForm(request.POST)
    if form.is_valid():
        carts.set_quantity(cart=found, line_id=line_id, quantity=form.cleaned_data["quantity"])
    else:
        messages.error(request, _quantity_problem(request))


def _quantity_problem(request: HttpRequest) -> str:
    got = shown(request.POST.get("quantity", ""))
    return f"Quantity: expected a whole number from 1 to {carts.MOST_OF_ONE}, got “{got}”."
