"""The console's pages about selling: the list of orders, and one order with all about it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.views.decorators.http import require_POST, require_safe

from config.console.access import actor_of, staff_view
from config.console.typed import typed_line
from config.errors import CartwrightError
from shop import selectors
from shop.forms import shown
from shop.models import Order, Payment, PaymentHold
from shop.panels import Panel, order_panels
from shop.services import holds
from shop.services.asking import ask_about_payment
from shop.services.orders import cancel_order, close_checkouts
from shop.staff_words import status_words
from shop.views.see_other import see_other

PAGE_SIZE = 50
LONGEST_QUERY = 80
MOST_HISTORY = 40
OVER = {Order.Status.SHIPPED, Order.Status.DELIVERED, Order.Status.CANCELLED}
LONGEST_REASON = 300

TONES = {
    Order.Status.AWAITING_PAYMENT: "wait",
    Order.Status.SHIPPED: "go",
    Order.Status.DELIVERED: "go",
    Order.Status.CANCELLED: "stop",
}


FILTERS = (selectors.WAITING, *Order.Status.values)


@dataclass(frozen=True, slots=True)
class ShownPanel:
    title: str
    html: str


@require_safe
@staff_view("shop.view_order")
def orders(request: HttpRequest) -> HttpResponse:
    status = request.GET.get("status", "")
    if status not in FILTERS:
        status = ""
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    found = selectors.orders_for_staff(status=status, query=query)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    counts = selectors.counts_by_status()
    context = {
        "page": page,
        "rows": [_order_row(order) for order in page],
        "status": status,
        "query": query,
        "filters": _filters(counts, status, query),
        "page_query": urlencode({"status": status, "q": query}),
    }
    return render(request, "ops/orders.html", context)


def _order_row(order: Order) -> dict[str, Any]:
    promised, likely = order.promised_ships_on, order.likely_ships_on
    return {
        "order": order,
        "tone": tone_of(order),
        "state": status_words(order.status),
        "is_over": order.status in OVER,
        "is_late": bool(promised and likely and likely > promised),
    }


def _filters(counts: dict[str, int], status: str, query: str) -> list[dict[str, Any]]:
    everything = sum(counts.get(state, 0) for state in Order.Status.values)
    rows: list[dict[str, Any]] = [{"title": "All", "count": everything, "value": ""}] + [
        {"title": _title(value), "count": counts.get(value, 0), "value": value}
        for value in FILTERS
        if counts.get(value) or value == status
    ]
    for row in rows:
        row["query"] = urlencode({"status": row["value"], "q": query})
        row["is_current"] = row["value"] == status
    return rows


def _title(value: str) -> str:
    return "Waits for a person" if value == selectors.WAITING else capfirst(status_words(value))


def tone_of(order: Order) -> str:
    return TONES.get(Order.Status(order.status), "now")


@require_safe
@staff_view("shop.view_order")
def order(request: HttpRequest, number: str) -> HttpResponse:
    """Payments, jobs and purchase orders of one order side by side."""
    found = _order_of(number)
    context = {
        "order": found,
        "tone": tone_of(found),
        "state": status_words(found.status),
        "lines": found.lines.select_related("configuration"),
        "holds": [
            {"hold": one, "ends": holds.ENDS_BY_ITSELF.get(one.reason, holds.NEVER_BY_ITSELF)}
            for one in found.holds.filter(closed_at__isnull=True).order_by("opened_at")
        ],
        "is_released": found.status != Order.Status.AWAITING_PAYMENT,
        "is_over": found.status in OVER,
        "can_hold": found.status not in holds.GONE,
        "history": [
            {"change": change, "state": status_words(change.to_state)}
            for change in selectors.history_of(found)[:MOST_HISTORY]
        ],
        "columns": _columns(request, found),
        "can_cancel": not found.is_frozen and request.user.has_perm("shop.change_order"),
    }
    return render(request, "ops/order.html", context)


def _columns(request: HttpRequest, order: Order) -> list[list[ShownPanel]]:
    """The panels that this member of staff may see, column by column."""
    columns: dict[str, list[ShownPanel]] = {column: [] for column in Panel.values}
    for panel in order_panels():
        if not request.user.has_perm(panel.permission):
            continue
        context = panel.provider(order.pk)
        if context is not None:
            html = render_to_string(panel.template, {"order": order, **context}, request)
            columns[panel.column].append(ShownPanel(panel.title, html))
    return [panels for panels in columns.values() if panels]


@require_POST
@staff_view("shop.change_payment")
def sync(request: HttpRequest, payment_id: int) -> HttpResponse:
    """Ask Stripe now what has become of a payment."""
    payment = Payment.objects.select_related("order").filter(pk=payment_id).first()
    if payment is None:
        raise Http404("no such payment")
    answer = ask_about_payment(payment_id=payment_id, asked_by=actor_of(request))
    if answer.is_done:
        messages.success(request, f"{payment}: Stripe says {answer.text}.")
    elif answer.trouble:
        messages.error(request, f"{answer.trouble} It is asked again until it answers.")
    else:
        messages.success(request, f"{payment}: Stripe is being asked; look again in a moment.")
    return see_other(_url_of(payment.order))


@require_POST
@staff_view("shop.change_paymenthold")
def close(request: HttpRequest, hold_id: int) -> HttpResponse:
    """End a hold; then look whether the order can be released."""
    hold = PaymentHold.objects.select_related("order").filter(pk=hold_id).first()
    if hold is None:
        raise Http404("no such hold")
    try:
        holds.close_hold(hold_id=hold_id, actor=actor_of(request))
    except CartwrightError as error:
        messages.error(request, str(error))
        return see_other(_url_of(hold.order))
    messages.success(request, f"{hold.order}: the hold is closed.")
    if hold.order.status != Order.Status.AWAITING_PAYMENT:
        return see_other(_url_of(hold.order))
    latest = hold.order.payments.order_by("-attempt").first()
    if latest is not None:
        answer = ask_about_payment(payment_id=latest.pk, asked_by=actor_of(request))
        if not answer.is_done:
            messages.success(request, "Stripe is being asked; then the order is released.")
    return see_other(_url_of(hold.order))


@require_POST
@staff_view("shop.add_paymenthold")
def hold(request: HttpRequest, number: str) -> HttpResponse:
    """Keep an order back, whatever is paid; once it is released, keep its box here."""
    found = _order_of(number)
    why = typed_line(request, "why", longest=LONGEST_REASON)
    if not why:
        messages.error(request, "Why: expected a sentence for your colleagues, got nothing.")
        return see_other(_url_of(found))
    try:
        holds.place_hold(order_id=found.pk, actor=actor_of(request), why=why)
        messages.success(request, f"{found} is held.")
    except CartwrightError as error:
        messages.error(request, str(error))
    return see_other(_url_of(found))


@require_POST
@staff_view("shop.change_order")
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Cancel before kitting; why is told to the customer."""
    found = _order_of(number)
    why = typed_line(request, "why", longest=LONGEST_REASON)
    if not why:
        messages.error(request, "Why: expected a sentence for the customer, got nothing.")
        return see_other(_url_of(found))
    try:
        cancel_order(order_id=found.pk, actor=actor_of(request), why=why)
    except CartwrightError as error:
        messages.error(request, str(error))
        return see_other(_url_of(found))
    close_checkouts(order_id=found.pk)
    messages.success(request, f"{found} is cancelled.")
    owed = found.payments.filter(refund_due_minor__gt=0).first()
    if owed is not None and request.user.has_perm("shop.add_refund"):
        return see_other(reverse("ops:refund", args=[owed.pk]))
    return see_other(_url_of(found))


def _order_of(number: str) -> Order:
    orders = Order.objects.select_related("shipping_method", "clearance", "shipment")
    found = orders.filter(number=number).first()
    if found is None:
        raise Http404(f"no order {shown(number)}")
    return found


def _url_of(order: Order) -> str:
    return reverse("ops:order", args=[order.number])
