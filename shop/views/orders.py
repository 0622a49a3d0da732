"""The customer's page of an order, behind its secret link; paying, coming back, cancelling."""

from email.utils import parseaddr

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from shop import selectors
from shop.errors import IllegalTransition, OrderFrozen
from shop.models import Order, Payment
from shop.services.asking import ask_about_payment
from shop.services.orders import cancel_order, close_checkouts
from shop.views.cashier import to_the_cashier
from shop.views.order_page import order_context
from shop.views.see_other import see_other

# The link is the key: it must not be indexed, cached by others, or told to other sites.
PRIVATE = {
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "same-origin",  # "no-referrer" would break our own forms (Origin: null)
}


@require_safe
def order(request: HttpRequest, token: str) -> HttpResponseBase:
    """The whole page, or for htmx only the part that changes; 204 while nothing has."""
    seen = request.GET.get("seen", "")
    fingerprint = selectors.order_fingerprint(token)
    if fingerprint is None:
        raise Http404("no order has this link")
    if request.htmx and seen == fingerprint:  # type: ignore[attr-defined]  # django_htmx sets it
        return HttpResponse(status=204, headers=PRIVATE)
    found = _order_of(token)
    context = order_context(found, today=timezone.localdate())
    context |= {
        "fingerprint": fingerprint,
        "cashier": request.GET.get("cashier", "") if context["can_pay"] else "",
        "our_address": parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
    }
    is_partial = bool(request.htmx)  # type: ignore[attr-defined]
    context["is_partial"] = is_partial
    response = render(request, f"shop/order.html{'#live' if is_partial else ''}", context)
    for name, value in PRIVATE.items():
        response.headers[name] = value
    return response


@require_safe
def come_back(request: HttpRequest, token: str) -> HttpResponse:
    """The customer returns from the cashier: have Stripe asked now; its event may come later."""
    found = _order_of(token)
    payment = found.payments.order_by("-attempt").first()
    if payment and payment.status in {Payment.Status.PENDING, Payment.Status.PROCESSING}:
        ask_about_payment(payment_id=payment.pk, asked_by="customer")
    return see_other(found.get_absolute_url())


@require_POST
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """To the cashier: to the page that is open there, or to a new one."""
    return to_the_cashier(_order_of(token))


@require_POST
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Customers cancel by themselves what is not paid; after that they write to us."""
    found = _order_of(token)
    try:
        cancel_order(
            order_id=found.pk,
            actor="customer",
            why="You cancelled it before paying.",
            only_if_unpaid=True,
        )
    except (OrderFrozen, IllegalTransition):
        return see_other(found.get_absolute_url())  # paid meanwhile: the page says what holds now
    close_checkouts(order_id=found.pk)
    return see_other(found.get_absolute_url())


def _order_of(token: str) -> Order:
    found = selectors.order_by_token(token)
    if found is None:
        raise Http404("no order has this link")
    return found
