"""What may happen to orders, parts and purchase orders, one step each, by the real services.

`pick` chooses among what is there; what may not be is refused by name and changes nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from config.errors import CartwrightError
from configurator.models import ModelVersion
from production.models import AssemblyJob, MaterialRequirement, Part, QualityHold, StockLevel
from production.services import pegging, planning, replanning, requiring, scrapping
from production.services.cancelling import cancel_jobs
from production.services.counting import adjust_stock
from production.services.issuing import issue_requirements
from production.services.locked_job import lock_job
from production.services.quality import close_hold, hold_stock
from production.services.shop_floor import start_operation
from shop.models import Order, OrderLine, Payment
from shop.services import refunds
from shop.services.orders import cancel_order
from suppliers.models import PurchaseOrder, PurchaseOrderLine
from suppliers.services.promised_days import Later
from suppliers.services.purchase_orders import call_off_purchase_order, confirm_purchase_order
from suppliers.services.receipts import receive_goods
from suppliers.services.sourcing import source_order
from tests.factories.configurator import frozen_configuration
from tests.factories.shop import paid_order

ACTOR = "staff:test"
KINDS: tuple[dict[str, str], ...] = (
    {},
    {"memory_quantity": "two"},
    {"graphics": "card", "power_supply": "w850"},
)
OPEN = (Order.Status.RELEASED, Order.Status.PRE_PRODUCTION)


@contextmanager
def refusals() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except CartwrightError:
        pass


def one_of(rows: QuerySet[Any, Any], which: int) -> list[Any]:
    found = list(rows.order_by("pk"))
    return [found[which % len(found)]] if found else []


def pay(version: ModelVersion, which: int, quantity: int) -> None:
    """An order of so many machines is paid; nothing is planned yet."""
    paid_order(version=version, quantity=quantity, **KINDS[which % len(KINDS)])


def plan(which: int) -> None:
    for order in one_of(Order.objects.filter(status__in=OPEN), which):
        planning.plan_order(order_id=order.pk)


def plan_all() -> None:
    orders = Order.objects.filter(status=Order.Status.RELEASED)
    planning.plan_orders(order_ids=list(orders.values_list("pk", flat=True)))


def buy(which: int) -> None:
    for order in one_of(Order.objects.filter(status=Order.Status.PRE_PRODUCTION), which):
        source_order(order_id=order.pk)


def cancel(which: int) -> None:
    for order in one_of(Order.objects.filter(status__in=OPEN), which):
        with refusals():
            cancel_order(order_id=order.pk, actor=ACTOR, why="so it goes")
        # The outbox brings it to production, in a transaction of its own.
        order.refresh_from_db()
        if order.status == Order.Status.CANCELLED:
            cancel_jobs(order_id=order.pk)


def refund(which: int) -> None:
    for payment in one_of(Payment.objects.filter(captured_minor__gt=0), which):
        with refusals():
            refunds.request_refund(
                payment_id=payment.pk, amount_minor=100, reason="as agreed", actor=ACTOR
            )


def receive(which: int, quantity: int) -> None:
    """A delivery, mostly of less than was ordered."""
    coming = PurchaseOrderLine.objects.filter(received_quantity__lt=F("quantity"))
    for line in one_of(coming, which):
        with refusals():
            receive_goods(
                line_id=line.pk,
                quantity=min(quantity, line.open_quantity),
                key=str(uuid4()),
                received_by=ACTOR,
            )


def confirm(which: int) -> None:
    """The supplier says a day for the first line, or another one."""
    for purchase_order in one_of(
        PurchaseOrder.objects.filter(status__in=PurchaseOrder.OPEN), which
    ):
        day = timezone.localdate() + timedelta(days=which % 60)
        with refusals():
            confirm_purchase_order(token=purchase_order.token, promises={1: day})


def split(which: int) -> None:
    """Some pieces of a line come later than the others; or all on one day again."""
    open_lines = PurchaseOrderLine.objects.filter(
        quantity__gt=F("received_quantity") + 1, purchase_order__status__in=PurchaseOrder.OPEN
    )
    for line in one_of(open_lines.select_related("purchase_order"), which):
        soon = timezone.localdate() + timedelta(days=which % 30)
        pieces = which % line.open_quantity
        with refusals():
            confirm_purchase_order(
                token=line.purchase_order.token,
                promises={line.line_number: soon},
                later={line.line_number: Later(pieces, soon + timedelta(days=9))} if pieces else {},
            )


def call_off(which: int) -> None:
    for purchase_order in one_of(
        PurchaseOrder.objects.filter(status__in=PurchaseOrder.OPEN), which
    ):
        with refusals():
            call_off_purchase_order(purchase_order_id=purchase_order.pk, why="late", actor=ACTOR)


def set_aside(which: int) -> None:
    """Pieces are held back, also such as are promised."""
    for level in one_of(StockLevel.objects.filter(on_hand__gt=F("on_hold")), which):
        with refusals():
            hold_stock(
                part_id=level.pk,
                quantity=1 + which % (level.on_hand - level.on_hold),
                reason="looks odd",
                key=str(uuid4()),
                actor=ACTOR,
            )


def decide(which: int) -> None:
    """Held pieces, some of them or all, are fit, scrapped or returned."""
    for hold in one_of(QualityHold.objects.filter(outcome=""), which):
        outcome = QualityHold.Outcome.values[which % 3]
        with refusals():
            close_hold(
                hold_id=hold.pk, outcome=outcome, quantity=1 + which % hold.quantity, actor=ACTOR
            )


def kit(which: int) -> None:
    """A ready job begins, and takes its parts."""
    for job in one_of(AssemblyJob.objects.filter(status="ready"), which):
        with refusals():
            start_operation(job_id=job.pk, kind="kitting", actor=ACTOR)
            take(job)


def take_what_came(which: int) -> None:
    """A job under way takes what has been kept for it since."""
    for job in one_of(AssemblyJob.objects.filter(status="in_progress"), which):
        with refusals():
            take(job)


def take(job: AssemblyJob) -> None:
    """As the floor does: under the locks of order and job."""
    with transaction.atomic():
        locked = lock_job(job.pk)
        requirements = list(locked.job.requirements.all())
        issue_requirements(requirements=requirements, reference=job.number, actor=ACTOR)


def scrap(which: int) -> None:
    taken = MaterialRequirement.objects.filter(issued_quantity__gt=F("scrapped_quantity"))
    for one in one_of(taken, which):
        with refusals():
            scrapping.scrap_issued(
                requirement_id=one.pk, quantity=1, reason="broke", key=str(uuid4()), actor=ACTOR
            )


def swap(which: int) -> None:
    """What a job has not taken yet of a part is taken from another one."""
    left = MaterialRequirement.objects.filter(quantity__gt=F("issued_quantity"))
    parts = Part.objects.filter(kind=Part.Kind.BUY)
    for one in one_of(left, which):
        for part in one_of(parts, which // 3):
            with refusals():
                requiring.replace_requirement(
                    requirement_id=one.pk, part_id=part.pk, why="short", actor=ACTOR
                )


def ask_for_more(which: int) -> None:
    for one in one_of(MaterialRequirement.objects.all(), which):
        with refusals():
            requiring.require_more(requirement_id=one.pk, quantity=2, why="lost", actor=ACTOR)


def change(version: ModelVersion, which: int) -> None:
    """The customer changes the machine before the freeze; prices stay out of it."""
    lines = OrderLine.objects.filter(order__status__in=OPEN)
    for line in one_of(lines, which):
        other = frozen_configuration(version=version, **KINDS[which % len(KINDS)])
        OrderLine.objects.filter(pk=line.pk).update(configuration=other)
        if AssemblyJob.objects.filter(clearance=line.order_id).exists():
            replanning.replan_order(order_id=line.order_id)


def count(which: int, difference: int) -> None:
    for level in one_of(StockLevel.objects.all(), which):
        with refusals():
            adjust_stock(
                part_id=level.pk,
                quantity=difference,
                reason="counted",
                key=str(uuid4()),
                actor=ACTOR,
            )


def deal_out_anew(which: int) -> None:
    for part in one_of(Part.objects.filter(kind=Part.Kind.BUY), which):
        pegging.repeg(part_ids=[part.pk])


type Step = Callable[[int], None]
STEPS: tuple[Step, ...] = (
    plan,
    buy,
    cancel,
    refund,
    kit,
    take_what_came,
    scrap,
    swap,
    ask_for_more,
    deal_out_anew,
    confirm,
    split,
    call_off,
    set_aside,
    decide,
)
