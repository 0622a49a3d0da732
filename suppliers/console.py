"""What purchasing puts into the operations console."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode

from config.console.registry import (
    Concern,
    MenuEntry,
    concerns_about,
    register_concerns,
    register_entry,
    register_finder,
)
from shop.panels import Panel, register_order_panel
from suppliers import selectors
from suppliers.models import PurchaseOrder

SEE_ORDERS = "suppliers.view_purchaseorder"


def register() -> None:
    """Called once, in `ready()`."""
    register_entry(
        MenuEntry("Buy", "Purchase orders", "ops:purchase_orders", SEE_ORDERS, _count_orders)
    )
    register_entry(
        MenuEntry(
            "Buy", "Short parts", "ops:short_parts", SEE_ORDERS, selectors.count_short_parts, 1
        )
    )
    register_entry(MenuEntry("Buy", "Offers", "ops:offers", "suppliers.view_offer", position=2))
    register_concerns(SEE_ORDERS, concerns)
    register_finder(SEE_ORDERS, find_purchase_order)
    register_order_panel(
        column=Panel.PURCHASES,
        title="Purchase orders",
        template="ops/panels/order_purchases.html",
        provider=purchases_panel,
        permission=SEE_ORDERS,
    )


def _count_orders() -> int:
    return selectors.to_be_chased().count() + selectors.undelivered_mails().count()


def concerns() -> Iterable[Concern]:
    """Mails that did not arrive, parts that cannot be bought, suppliers to ring up."""
    undelivered = {"q": "PO-", "dead_at__isempty": "0"}
    yield from concerns_about(
        selectors.undelivered_mails(),
        _undelivered,
        rest="Mails that did not reach their suppliers.",
        url=f"{reverse('admin:mail_outgoingmail_changelist')}?{urlencode(undelivered)}",
    )
    yield from concerns_about(
        list(selectors.short_parts()),
        _buy,
        rest="Parts that are not bought yet.",
        url=reverse("ops:short_parts"),
    )
    yield from concerns_about(
        selectors.to_be_chased(),
        _chase,
        rest="Purchase orders that are overdue or not confirmed.",
        url=reverse("ops:purchase_orders"),
    )


def _undelivered(mail: Any) -> Concern:
    return Concern(
        title=f"{mail.about} did not reach its supplier",
        detail=f"{mail.to_email}: {mail.last_error}",
        url=reverse("ops:purchase_order", args=[mail.about]),
    )


def _buy(short: selectors.ShortPart) -> Concern:
    name, orders = short.part.name, ", ".join(short.orders)
    return Concern(
        title=f"{name} is not bought yet" if short.has_offer else f"Nobody sells {name}",
        detail=f"{short.quantity} missing for {orders}.",
        url=reverse("ops:short_parts"),
    )


def _chase(purchase_order: Any) -> Concern:
    url = reverse("ops:purchase_order", args=[purchase_order.number])
    supplier = purchase_order.supplier.name
    if purchase_order.next_due_on and purchase_order.next_due_on < timezone.localdate():
        due = date_format(purchase_order.next_due_on, "D j M")
        return Concern(
            title=f"{purchase_order.number} is overdue",
            detail=f"{supplier}: {purchase_order.to_come} still to come, due on {due}.",
            url=url,
        )
    sent = date_format(timezone.localtime(purchase_order.created_at), "j M, H:i")
    return Concern(
        title=f"{purchase_order.number} is not confirmed",
        detail=f"Sent to {supplier} on {sent}; no answer yet.",
        url=url,
    )


def find_purchase_order(query: str) -> str | None:
    """The page of the purchase order with this number; "7001" finds PO-7001."""
    number = query.upper()
    found = PurchaseOrder.objects.filter(number__in=[number, f"PO-{number}"]).first()
    return reverse("ops:purchase_order", args=[found.number]) if found else None


def purchases_panel(order_id: int) -> Mapping[str, Any] | None:
    """The purchase orders with a line that this order's requirements are pegged to."""
    pegged = PurchaseOrder.objects.filter(
        lines__peggings__requirement__clearance__order_id=order_id
    ).order_by()
    found = selectors.purchase_orders().filter(pk__in=pegged.values("pk")).order_by("pk")
    rows = [{"purchase_order": it, "tone": selectors.tone_of(it)} for it in found]
    return {"purchases": rows} if rows else None
