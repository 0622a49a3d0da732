"""Suppliers answer and deliver, some late, some short, some never; somebody takes it in."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from django.db.models import F, Max
from django.utils import timezone

from config.calendar import add_working_days
from config.history.house import House
from production.models import Bin, BinStock
from production.services.putaway import move_between_bins
from suppliers.models import PurchaseOrder, PurchaseOrderLine
from suppliers.services.purchase_orders import call_off_purchase_order, confirm_purchase_order
from suppliers.services.receipts import receive_everything, receive_goods
from suppliers.services.sourcing import source_order

FLOOR, PURCHASING = "staff:floor", "staff:purchasing"
NEVER_CONFIRMS, NEVER_COMES, COMES_SHORT = 0.04, 0.004, 0.05
OWNS_UP = 0.75  # of what comes late, the share of which the supplier tells a new day
# Working days between what was asked for and what is said, and between that and what comes.
SAID = {-1: 0.08, 0: 0.67, 1: 0.15, 2: 0.07, 4: 0.03}
COMES = {-1: 0.1, 0: 0.72, 1: 0.1, 2: 0.05, 4: 0.02, 7: 0.01}
# A supplier in trouble, some weeks of the year: everything takes so much longer.
TROUBLES, TROUBLE_DAYS, TROUBLE_TAKES = 5, (10, 28), (3, 9)
ALL_IS_WELL = timedelta(days=30)  # at the end: the last trouble is over by then
NO_SHOW = "It is three weeks overdue and nobody answers."


@dataclass(frozen=True, slots=True)
class Trouble:
    """A strike, a flood, a ship in the wrong place: what is due then comes so much later."""

    supplier: str
    begins_on: date
    ends_on: date
    more_days: int


def troubles(*, rng: Random, suppliers: list[str], first: date, last: date) -> list[Trouble]:
    span = (last - ALL_IS_WELL - first).days - TROUBLE_DAYS[1]
    found = []
    for _ in range(TROUBLES):
        begins = first + timedelta(days=rng.randrange(max(1, span)))
        ends = begins + timedelta(days=rng.randint(*TROUBLE_DAYS))
        found.append(Trouble(rng.choice(suppliers), begins, ends, rng.randint(*TROUBLE_TAKES)))
    return found


class Vendors:
    """Everybody we buy from, and our goods in. `after_receipt`: told whenever something came."""

    def __init__(self, house: House, trouble: list[Trouble]) -> None:
        self._house = house
        self._trouble = trouble
        self._seen = 0  # the last purchase order that a supplier knows
        self._number = 0
        self._has_received = False

    def read_mail(self) -> None:
        """Let every new purchase order find its supplier."""
        new = PurchaseOrder.objects.filter(pk__gt=self._seen, status=PurchaseOrder.Status.SENT)
        # What can be had sooner comes with the rest.
        new = new.annotate(asked=Max("lines__requested_on")).select_related("supplier")
        for purchase_order in new.order_by("pk"):
            self._seen = purchase_order.pk
            self._number += 1
            rng = self._house.chance("purchase", self._number)
            self._take_up(purchase_order, purchase_order.asked, rng)

    def _take_up(self, order: PurchaseOrder, asked: date, rng: Random) -> None:
        house, now = self._house, self._house.now
        house.count("purchase orders")
        said_on = _later(asked, _one_of(SAID, rng))
        if rng.random() >= NEVER_CONFIRMS:
            minutes = rng.uniform(0.1, 0.9) * order.supplier.acknowledgement_hours * 20
            says = max(asked, said_on)
            house.agenda.at(house.hours.add(now, minutes), lambda: self._say(order.pk, says))
        if rng.random() < NEVER_COMES:
            gives_up = house.hours.morning(said_on + timedelta(days=21), 60)
            house.agenda.at(gives_up, lambda: self._give_up(order.pk))
            return
        comes_on = _later(said_on, _one_of(COMES, rng) + self._delay(order, said_on))
        comes_at = house.hours.morning(comes_on, rng.uniform(15, 390))
        if comes_at <= now:
            comes_at = house.hours.add(now, 240)
        if comes_on > said_on and rng.random() < OWNS_UP:
            owns_up = max(house.hours.morning(said_on, -30), now)
            house.agenda.at(owns_up, lambda: self._say(order.pk, comes_on))
        is_short = rng.random() < COMES_SHORT
        deliver = self._deliver_short if is_short else self._deliver
        house.agenda.at(comes_at, lambda: deliver(order.pk))

    def _delay(self, order: PurchaseOrder, day: date) -> int:
        return sum(
            one.more_days
            for one in self._trouble
            if one.supplier == order.supplier.code and one.begins_on <= day <= one.ends_on
        )

    def _say(self, pk: int, comes_on: date) -> None:
        """The supplier names the day on which everything comes: with the last of the lines."""
        lines = PurchaseOrderLine.objects.filter(
            purchase_order=pk,
            purchase_order__status__in=PurchaseOrder.OPEN,
            received_quantity__lt=F("quantity"),
        ).values_list("line_number", "purchase_order__token")
        day = add_working_days(max(timezone.localdate(), comes_on), 0)
        promises, tokens = {number: day for number, _ in lines}, {token for _, token in lines}
        for token in tokens:
            confirm_purchase_order(token=token, promises=promises)

    def _deliver(self, pk: int) -> None:
        if PurchaseOrder.objects.filter(pk=pk, status__in=PurchaseOrder.OPEN).exists():
            receive_everything(purchase_order_id=pk, received_by=FLOOR)
            self._taken_in()

    def _deliver_short(self, pk: int) -> None:
        """A part of the first line, all of the others; the rest a few days later."""
        lines = list(_open_lines(pk))
        first = lines[0]
        for line in lines:
            pieces = line.open_quantity // 2 if line.pk == first.pk else line.open_quantity
            if pieces:
                key = f"history-{line.pk}"
                receive_goods(line_id=line.pk, quantity=pieces, key=key, received_by=FLOOR)
        self._taken_in()
        rng = self._house.chance("rest", first.reference)
        rest_at = self._house.hours.add(self._house.now, rng.uniform(600, 3000))
        self._house.agenda.at(rest_at, lambda: self._deliver(pk))
        self._house.count("short receipts")

    def _give_up(self, pk: int) -> None:
        """Called off, and bought again elsewhere or once more."""
        pegged = PurchaseOrderLine.objects.filter(purchase_order=pk)
        orders = pegged.values_list("peggings__requirement__clearance_id", flat=True)
        wanted = sorted({order_id for order_id in orders if order_id})
        call_off_purchase_order(purchase_order_id=pk, why=NO_SHOW, actor=PURCHASING)
        for order_id in wanted:
            source_order(order_id=order_id)
        self._house.is_news = True
        self._house.work_off()
        self._house.count("called off")

    def _taken_in(self) -> None:
        self._has_received = self._house.is_news = True
        self._house.count("receipts")
        self._house.work_off()

    def put_away(self) -> None:
        """What came today and has no bin yet gets one of its own."""
        if not self._has_received:
            return
        self._has_received = False
        shelves = list(
            Bin.objects.filter(purpose=Bin.Purpose.SHELF).exclude(zone="Reserve").order_by("code")
        )
        lying = BinStock.objects.filter(
            bin__purpose=Bin.Purpose.GOODS_IN, quantity__gt=0, part__stock_level__home_bin=None
        )
        for stock in lying.select_related("part").order_by("part__part_number"):
            rng = self._house.chance("bin", stock.part.part_number)
            move_between_bins(
                part_id=stock.part_id,
                from_bin_id=stock.bin_id,
                to_bin_id=rng.choice(shelves).pk,
                quantity=stock.quantity,
                key=f"history-put-away-{stock.part_id}",
                actor=FLOOR,
                is_new_home=True,
            )


def _open_lines(pk: int) -> list[PurchaseOrderLine]:
    lines = PurchaseOrderLine.objects.filter(purchase_order=pk, received_quantity__lt=F("quantity"))
    return list(lines.select_related("purchase_order").order_by("part_id"))


def _later(day: date, working_days: int) -> date:
    if working_days < 0:
        return day + timedelta(days=working_days)
    return add_working_days(day, working_days)


def _one_of(shares: dict[int, float], rng: Random) -> int:
    return rng.choices(list(shares), list(shares.values()))[0]
