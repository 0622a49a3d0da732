"""What the shop puts into the operations console."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from config.console.registry import (
    MenuEntry,
    register_concerns,
    register_entry,
    register_finder,
)
from shop import selectors
from shop.concerns import concerns, differences, given_up
from shop.dispute_words import tone_of, words_of
from shop.models import BalanceDifference, Dispute, Order, Payment, Refund
from shop.panels import Panel, register_order_panel
from shop.services.refund_requests import refundable_minor, takes_all

TONES = {
    Payment.Status.PENDING: "wait",
    Payment.Status.PROCESSING: "wait",
    Payment.Status.CLEARED: "go",
    Payment.Status.FAILED: "stop",
}
REFUND_TONES = {
    Refund.Status.REQUESTED: "wait",
    Refund.Status.APPROVED: "wait",
    Refund.Status.PENDING: "wait",
    Refund.Status.REQUIRES_ACTION: "wait",
    Refund.Status.SUCCEEDED: "go",
    Refund.Status.FAILED: "stop",
    Refund.Status.WITHDRAWN: "stop",
}


def register() -> None:
    """Called once, in `ready()`."""
    _register_entries()
    register_concerns("shop.view_order", concerns)
    register_concerns("shop.view_order", given_up)
    register_concerns("shop.view_balancedifference", differences)
    register_finder("shop.view_order", find_order)
    _register_panels()


def _register_entries() -> None:
    register_entry(
        MenuEntry(
            section="Sell",
            title="Orders",
            url_name="ops:orders",
            permission="shop.view_order",
            count=lambda: selectors.trouble().of_orders,
        )
    )
    register_entry(
        MenuEntry(
            section="Sell",
            title="Disputes",
            url_name="ops:disputes",
            permission="shop.view_dispute",
            count=lambda: selectors.disputes_for_a_person().count(),
            position=1,
        )
    )
    register_entry(
        MenuEntry(
            section="Sell",
            title="Books",
            url_name="ops:books",
            permission="shop.view_ledgerentry",
            position=8,
        )
    )
    register_entry(
        MenuEntry(
            section="Sell",
            title="Reconciliation",
            url_name="ops:reconciliation",
            permission="shop.view_balancedifference",
            count=lambda: BalanceDifference.objects.filter(resolved_at=None).count(),
            position=9,
        )
    )


def _register_panels() -> None:
    register_order_panel(
        column=Panel.PAYMENTS,
        title="Payments",
        template="ops/panels/order_payments.html",
        provider=payments_panel,
        permission="shop.view_payment",
    )
    register_order_panel(
        column=Panel.PAYMENTS,
        title="Refunds",
        template="ops/panels/order_refunds.html",
        provider=refunds_panel,
        permission="shop.view_refund",
        position=1,
    )
    register_order_panel(
        column=Panel.PAYMENTS,
        title="Disputes",
        template="ops/panels/order_disputes.html",
        provider=disputes_panel,
        permission="shop.view_dispute",
        position=2,
    )


def find_order(query: str) -> str | None:
    """The page of the order with this number; "2041" finds CW-2041."""
    number = query.upper()
    order = Order.objects.filter(number__in=[number, f"CW-{number}"]).first()
    return order_url(order) if order else None


def order_url(order: Order) -> str:
    return reverse("ops:order", args=[order.number])


def refunds_panel(order_id: int) -> Mapping[str, Any] | None:
    refunds = Refund.objects.filter(payment__order=order_id).order_by("-pk")
    rows = [
        {
            "refund": one,
            "tone": REFUND_TONES[Refund.Status(one.status)],
            "stops": one.status == Refund.Status.REQUESTED
            and takes_all(one.payment, one.amount_minor),
        }
        for one in refunds.select_related("payment__order__clearance").prefetch_related(
            "lines__order_line"
        )
    ]
    return {"refunds": rows} if rows else None


def disputes_panel(order_id: int) -> Mapping[str, Any] | None:
    found = Dispute.objects.filter(payment__order=order_id).order_by("-pk")
    rows = [
        {"dispute": one, "tone": tone_of(one), "words": words_of(one)}
        for one in found.select_related("payment__order__shipment", "payment__order")
    ]
    return {"disputes": rows} if rows else None


def payments_panel(order_id: int) -> Mapping[str, Any]:
    payments = Payment.objects.filter(order=order_id).order_by("-attempt")
    return {
        "payments": [
            {
                "payment": one,
                "tone": TONES[Payment.Status(one.status)],
                "left_minor": refundable_minor(one),
            }
            for one in payments
        ]
    }
