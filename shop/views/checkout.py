"""One page from cart to cashier: contact, address, shipping; then the order, then the redirect.

With script, another shipping method asks for the sum alone (`?shipping_method=`).
"""

from typing import Any
from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shop import cart_cookie
from shop.errors import CartMoved, EmptyCart, NotChargeable, UnknownShippingMethod
from shop.forms import CheckoutForm
from shop.models import Cart, ShippingMethod
from shop.services import checkout as service
from shop.views.cart_page import cart_context
from shop.views.cashier import to_the_cashier


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    cart = cart_cookie.find_cart(request)
    if cart is None:
        return redirect("shop:cart")
    methods = list(ShippingMethod.objects.filter(is_offered=True, currency=settings.SHOP_CURRENCY))
    if request.method != "POST":
        wanted = request.GET.get("shipping_method") or (methods[0].code if methods else "")
        initial = {"key": uuid4(), "shipping_method": wanted}
        return _show(request, cart, CheckoutForm(methods=methods, initial=initial))
    form = CheckoutForm(request.POST, methods=methods)
    if not form.is_valid():
        return _show(request, cart, form, status=422)
    try:
        order = service.place_order(
            cart=cart,
            contact=form.contact(),
            shipping_method=form.cleaned_data["shipping_method"],
            checkout_key=_key_of(cart, form),
            today=timezone.localdate(),
        )
    except (CartMoved, EmptyCart, NotChargeable) as error:
        messages.warning(request, str(error))
        return redirect("shop:cart")
    except UnknownShippingMethod as error:  # withdrawn while the form was on its way
        form.add_error("shipping_method", str(error))
        return _show(request, cart, form, status=422)
    return cart_cookie.remember(to_the_cashier(order), cart)


def _key_of(cart: Cart, form: CheckoutForm) -> UUID:
    """The form's key within this cart: nobody can name the key of somebody else's order."""
    return uuid5(cart.token, str(form.cleaned_data["key"]))


def _show(request: HttpRequest, cart: Cart, form: CheckoutForm, status: int = 200) -> HttpResponse:
    context = cart_context(cart, today=timezone.localdate())
    if not context["lines"] or not context["is_ready"]:
        return redirect("shop:cart")
    method = _chosen_method(form)
    shipping_minor = method.price_minor if method else 0
    context |= {
        "form": form,
        "chosen_method": method,
        "shipping_minor": shipping_minor,
        "total_minor": context["items_minor"] + shipping_minor,
    }
    part = "#sum" if request.htmx else ""  # type: ignore[attr-defined]  # django_htmx sets it
    return render(request, f"shop/checkout.html{part}", context, status=status)


def _chosen_method(form: CheckoutForm) -> ShippingMethod | None:
    wanted: Any = form["shipping_method"].value()
    return next((method for method in form.methods if method.code == wanted), None)
