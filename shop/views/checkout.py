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
from shop.errors import (
    CartMoved,
    CashierAway,
    EmptyCart,
    IllegalTransition,
    NotChargeable,
    PaymentUnderWay,
)
from shop.forms import CheckoutForm
from shop.models import Cart, Order, ShippingMethod
from shop.services import checkout as service
from shop.services.asking import open_payment
from shop.views.cart_page import cart_context
from shop.views.see_other import see_other


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
    except (CartMoved, NotChargeable) as error:
        messages.warning(request, str(error))
        return redirect("shop:cart")
    except EmptyCart:
        return redirect("shop:cart")
    return cart_cookie.remember(_to_the_cashier(request, order), cart)


def _key_of(cart: Cart, form: CheckoutForm) -> UUID:
    """The form's key within this cart: nobody can name the key of somebody else's order."""
    return uuid5(cart.token, str(form.cleaned_data["key"]))


def _to_the_cashier(request: HttpRequest, order: Order) -> HttpResponse:
    """The cashier's page, or the order's own when the cashier is away or nothing is to pay."""
    try:
        return see_other(open_payment(order_id=order.pk))
    except CashierAway:
        return see_other(f"{order.get_absolute_url()}?cashier=away")
    except (IllegalTransition, PaymentUnderWay):  # a second click after it was paid
        return see_other(order.get_absolute_url())


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
