"""From what paid orders are short of to purchase orders on their way."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import connection, transaction
from django.utils import timezone

from config.audit.services import change_statuses, record_states
from config.calendar import add_working_days
from config.locks import lock_rows
from production.selectors import Shortage, open_shortages
from production.services.free_supply import lock_free_supply
from production.services.outlook import write_down_outlook
from production.services.pegging import make_ready, serve_waiting
from production.services.supply import ReceiptFacts, record_scheduled_receipts
from shop.models import Order
from suppliers.models import Pegging, PurchaseOrder, PurchaseOrderLine, Supplier
from suppliers.services.offers import Purchase, active_offers, best_purchase
from suppliers.services.purchase_orders import queue_purchase_order_mail

# The errand behind the button "look for offers again": the web process buys nothing itself.
SOURCE_AGAIN = "suppliers.source_order_again"

type Purchases = Mapping[Supplier, Sequence[Purchase]]
type ShortOf = Mapping[int, Sequence[Shortage]]  # part id → what lacks it


@transaction.atomic
def source_order(*, order_id: int) -> list[PurchaseOrder]:
    """Buy what an order is still short of: one purchase order a supplier. Idempotent.

    The order's row is locked, and what was bought before is no shortage any more. A part that
    nobody offers stays short, and staff see it. A cancelled order buys nothing.
    """
    (order,) = lock_rows(Order, [order_id])
    if order.status == Order.Status.CANCELLED:
        return []
    short: defaultdict[int, list[Shortage]] = defaultdict(list)
    for shortage in _short_of_all(order_id):
        short[shortage.requirement.part_id].append(shortage)
    purchases = _choose(short)
    if not purchases:
        return []
    source_key = _source_key(order_id)
    purchase_orders = _order(purchases, order, source_key)
    lines = _lines(purchase_orders, purchases)
    _peg(lines, short, order_id)
    change_statuses(purchase_orders, to=PurchaseOrder.Status.SENT, why="mailed to the supplier")
    for purchase_order in purchase_orders:
        of_order = [line for line in lines if line.purchase_order == purchase_order]
        queue_purchase_order_mail(purchase_order=purchase_order, lines=of_order)
    return purchase_orders


def _short_of_all(order_id: int) -> list[Shortage]:
    """What an order lacks when everything that is free is used: what others no longer need."""
    short = open_shortages(order_id)
    if not short:
        return short
    part_ids = {it.requirement.part_id for it in short}
    lock_free_supply(part_ids=part_ids)
    if not serve_waiting(part_ids=part_ids, order_ids=[order_id]):
        return short
    make_ready(order_ids=[order_id], actor="system")
    write_down_outlook(order_ids=[order_id])
    return open_shortages(order_id)


def source_what_is_short_again(*, order_id: int, since: str) -> None:
    """Buy what an order had and has no more. Whatever the cause, only what is short is bought."""
    source_order(order_id=order_id)


def source_order_again(*, order_id: int) -> str:
    """An errand of staff: look again for offers of what an order lacks; what came of it."""
    numbers = [it.number for it in source_order(order_id=order_id)]
    if not numbers:
        return "Nothing was bought: nobody sells what this order lacks."
    verb = "is" if len(numbers) == 1 else "are"
    return f"{', '.join(numbers)} {verb} sent."


def _choose(short: ShortOf) -> Purchases:
    """The best offer for each part that anybody sells, by supplier."""
    offers = active_offers(short.keys())
    chosen: defaultdict[Supplier, list[Purchase]] = defaultdict(list)
    for part_id, shortages in short.items():
        needed = sum(shortage.short for shortage in shortages)
        if best := best_purchase(offers.get(part_id, ()), needed):
            chosen[best.offer.supplier].append(best)
    return chosen


def _source_key(order_id: int) -> str:
    """Which time we buy for this order: the second, when an offer came late or one fell through.

    Two who race past the order's lock would compute the same key, and the database takes one.
    """
    prefix = f"order-{order_id}-"
    bought = PurchaseOrder.objects.filter(source_key__startswith=prefix).order_by()
    return f"{prefix}{bought.values('source_key').distinct().count() + 1}"


def _order(purchases: Purchases, order: Order, source_key: str) -> list[PurchaseOrder]:
    """One purchase order a supplier."""
    suppliers = sorted(purchases, key=lambda supplier: supplier.pk)
    purchase_orders = PurchaseOrder.objects.bulk_create(
        PurchaseOrder(
            number=number,
            supplier=supplier,
            source_key=source_key,
            currency=supplier.currency,
            total_minor=sum(it.cost_minor for it in purchases[supplier]),
        )
        for supplier, number in zip(suppliers, _next_numbers(len(suppliers)), strict=True)
    )
    record_states(purchase_orders, why=f"{order.number} needs it")
    return purchase_orders


def _lines(
    purchase_orders: Sequence[PurchaseOrder], purchases: Purchases
) -> list[PurchaseOrderLine]:
    today = timezone.localdate()
    return PurchaseOrderLine.objects.bulk_create(
        PurchaseOrderLine(
            purchase_order=purchase_order,
            line_number=line_number,
            part=it.offer.part,
            sku=it.offer.sku,
            description=it.offer.part.name,
            quantity=it.quantity,
            push_quantity=it.push_quantity,
            push_reason=it.push_reason,
            price_minor=it.offer.price_minor,
            requested_on=add_working_days(today, it.offer.lead_days),
        )
        for purchase_order in purchase_orders
        for line_number, it in enumerate(
            sorted(purchases[purchase_order.supplier], key=lambda it: it.offer.sku), start=1
        )
    )


def _peg(lines: Sequence[PurchaseOrderLine], short: ShortOf, order_id: int) -> None:
    """Tie every line to what it was ordered for, here and (as scheduled receipts) in planning."""
    Pegging.objects.bulk_create(
        Pegging(line=line, requirement=it.requirement, quantity=it.short)
        for line in lines
        for it in short[line.part_id]
    )
    record_scheduled_receipts(
        receipts=[
            ReceiptFacts(
                reference=line.reference,
                part_id=line.part_id,
                quantity=line.quantity,
                due_on=line.requested_on,
                supplier_name=line.purchase_order.supplier.name,
                pegs=tuple((it.requirement.pk, it.short) for it in short[line.part_id]),
            )
            for line in lines
        ],
        order_ids=[order_id],
    )


def _next_numbers(many: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('suppliers_purchase_order_number') FROM generate_series(1, %s)", [many]
        )
        return [f"PO-{number}" for (number,) in cursor.fetchall()]
