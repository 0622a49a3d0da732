"""From what paid orders are short of to purchase orders on their way."""

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection
from django.utils import timezone

from config.audit.services import change_status, record_state
from config.calendar import add_working_days
from production.models import MaterialRequirement
from production.selectors import open_shortages
from production.services.supply import record_scheduled_receipt
from suppliers.models import Offer, Pegging, PurchaseOrder, PurchaseOrderLine, Supplier
from suppliers.services.offers import Purchase, best_purchase
from suppliers.services.purchase_orders import queue_purchase_order_mail

Shortage = tuple[MaterialRequirement, int]


def source_order(*, order_id: int) -> list[PurchaseOrder]:
    """Buy what an order is still short of: one purchase order a supplier. Idempotent.

    Runs in the transaction of its delivery. A part that nobody offers is left short, and shown
    to staff as such.
    """
    pegs: defaultdict[int, list[Shortage]] = defaultdict(list)
    for requirement, short in open_shortages(order_id):
        pegs[requirement.part_id].append((requirement, short))
    offers: defaultdict[int, list[Offer]] = defaultdict(list)
    for offer in Offer.objects.filter(
        part_id__in=pegs, is_active=True, supplier__is_active=True
    ).select_related("supplier", "part"):
        offers[offer.part_id].append(offer)
    by_supplier: defaultdict[Supplier, list[Purchase]] = defaultdict(list)
    for part_id, shortages in pegs.items():
        needed = sum(short for _, short in shortages)
        if best := best_purchase(offers[part_id], needed):
            by_supplier[best.offer.supplier].append(best)
    return [
        _order_from(supplier, purchases, pegs, source_key=f"order-{order_id}")
        for supplier, purchases in sorted(by_supplier.items(), key=lambda item: item[0].pk)
    ]


def _order_from(
    supplier: Supplier,
    purchases: list[Purchase],
    pegs: dict[int, list[Shortage]],
    *,
    source_key: str,
) -> PurchaseOrder:
    purchases = sorted(purchases, key=lambda p: p.offer.sku)
    purchase_order = PurchaseOrder.objects.create(
        number=_next_number(),
        supplier=supplier,
        source_key=source_key,
        currency=purchases[0].offer.currency,
        total_minor=sum(p.cost_minor for p in purchases),
    )
    record_state(purchase_order, why=f"needed by {source_key.replace('-', ' ')}")
    today = timezone.localdate()
    lines = PurchaseOrderLine.objects.bulk_create(
        PurchaseOrderLine(
            purchase_order=purchase_order,
            line_number=number,
            part=p.offer.part,
            sku=p.offer.sku,
            description=p.offer.part.name,
            quantity=p.quantity,
            push_quantity=p.push_quantity,
            push_reason=p.push_reason,
            price_minor=p.offer.price_minor,
            requested_on=add_working_days(today, p.offer.lead_days),
        )
        for number, p in enumerate(purchases, start=1)
    )
    _peg(lines, pegs)
    change_status(purchase_order, to=PurchaseOrder.Status.SENT, why="mailed to the supplier")
    queue_purchase_order_mail(purchase_order=purchase_order)
    return purchase_order


def _peg(lines: Iterable[PurchaseOrderLine], pegs: dict[int, list[Shortage]]) -> None:
    """Tie every line to what it was ordered for, here and (as scheduled receipts) in planning."""
    lines = list(lines)
    Pegging.objects.bulk_create(
        Pegging(line=line, requirement=requirement, quantity=short)
        for line in lines
        for requirement, short in pegs[line.part_id]
    )
    for line in lines:
        record_scheduled_receipt(
            reference=line.reference,
            part_id=line.part_id,
            quantity=line.quantity,
            due_on=line.requested_on,
            supplier_name=line.purchase_order.supplier.name,
            pegs=[(requirement.pk, short) for requirement, short in pegs[line.part_id]],
        )


def _next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('suppliers_purchase_order_number')")
        return f"PO-{cursor.fetchone()[0]}"
