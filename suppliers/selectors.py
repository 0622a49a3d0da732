"""What pages read about suppliers and purchase orders."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from config.console.registry import Concern
from suppliers.models import PurchaseOrder

Status = PurchaseOrder.Status

# How many concerns of one kind the console lists; its counts tell the rest.
MOST = 20


def purchase_orders() -> QuerySet[PurchaseOrder]:
    """Newest first, with supplier, number of lines and the parts still to come."""
    return PurchaseOrder.objects.select_related("supplier").annotate(
        line_count=Count("lines"),
        open_quantity=Sum(F("lines__quantity") - F("lines__received_quantity")),
    )


def unconfirmed() -> QuerySet[PurchaseOrder]:
    """Sent, and not answered within the hours that the supplier has for it."""
    late = Q(
        created_at__lt=timezone.now() - timedelta(hours=1) * F("supplier__acknowledgement_hours")
    )
    return PurchaseOrder.objects.filter(late, status=Status.SENT).select_related("supplier")


def overdue() -> QuerySet[PurchaseOrder]:
    """With a line whose day has passed and whose parts have not all come."""
    today = timezone.localdate()
    is_late = Q(lines__promised_on__lt=today) | Q(
        lines__promised_on__isnull=True, lines__requested_on__lt=today
    )
    return (
        PurchaseOrder.objects.filter(
            is_late,
            lines__received_quantity__lt=F("lines__quantity"),
            status__in=[Status.SENT, Status.ACKNOWLEDGED, Status.PARTLY_RECEIVED],
        )
        .select_related("supplier")
        .distinct()
    )


def count_overdue() -> int:
    return overdue().count() + unconfirmed().count()


def concerns() -> Iterable[Concern]:
    """Purchase orders that somebody should ring up about."""
    for purchase_order in overdue()[:MOST]:
        yield Concern(
            title=f"{purchase_order.number} is overdue",
            detail=f"{purchase_order.supplier.name} has not delivered everything in time.",
            url=reverse("ops:purchase_order", args=[purchase_order.number]),
        )
    for purchase_order in unconfirmed()[:MOST]:
        ordered = date_format(timezone.localtime(purchase_order.created_at), "j M, H:i")
        yield Concern(
            title=f"{purchase_order.number} is not confirmed",
            detail=f"Sent to {purchase_order.supplier.name} on {ordered}; no answer yet.",
            url=reverse("ops:purchase_order", args=[purchase_order.number]),
        )


def find_url(query: str) -> str | None:
    """The page of the purchase order with this number."""
    number = PurchaseOrder.objects.filter(number__iexact=query).values_list("number", flat=True)
    return reverse("ops:purchase_order", args=[number[0]]) if number else None


def order_purchases_panel(order_id: int) -> Mapping[str, Any] | None:
    """The purchase orders with a line that this order's requirements are pegged to."""
    found = list(
        purchase_orders()
        .filter(
            pk__in=PurchaseOrder.objects.filter(
                lines__peggings__requirement__clearance_id=order_id
            ).values("pk")
        )
        .order_by("number")
    )
    return {"purchase_orders": found} if found else None
