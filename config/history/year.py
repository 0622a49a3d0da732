"""A year of the plant from its first day to its last."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.test.utils import override_settings
from django.utils import timezone

from config.history.agenda import Agenda
from config.history.clock import virtual_clock
from config.history.customers import DEBIT_TAKES, Customers
from config.history.demand import visits
from config.history.floor import Floor
from config.history.hours import at, hours_of_the_house
from config.history.house import House
from config.history.plant import fit_out
from config.history.refusals import BEGAN, ENDED, write_down
from config.history.tastes import Tastes
from config.history.vendors import Vendors, troubles
from production.services.availability import refresh_availability
from shop.services.reconciliation import reconcile
from shop.stripe.sandbox.in_process import cashier_in_process
from shop.tasks import poll_refunds
from suppliers.models import Supplier

DAYS = 364  # before the last one
BEFORE_FIRST = timedelta(days=1)  # the shop is furnished before it opens
PLANS_AT, CLOSES_AT = (time(7, 45), time(12, 15)), time(18)
RECONCILES_ON = 4  # Fridays; the run takes in every day since
# Mails are written, kept and counted as sent; they leave the house nowhere.
NO_MAIL = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for. `ends_at` is the moment at which the history becomes the present."""

    orders: int
    seed: str
    first: date
    ends_at: datetime
    cashier: Path
    staff_password: str = ""  # of the roles; none: they cannot log in

    @property
    def words(self) -> str:
        last = timezone.localdate(self.ends_at)
        return f"{self.orders:,} orders, seed {self.seed}, until {last}"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: orders placed so far, of how many, and which day it is there."""

    done: int
    orders: int
    day: date

    @property
    def share(self) -> float:
        """Of the work, which is about that of the orders."""
        return self.done / self.orders


def live_through(plan: Plan, tell: Callable[[Progress], None]) -> dict[str, int]:
    """Make the whole history; returns what happened how often. Leaves nothing half done."""
    opens = timezone.make_aware(datetime.combine(plan.first, time.min)) - BEFORE_FIRST
    with (
        _quick_commits(),
        override_settings(MAILERS=NO_MAIL),
        virtual_clock(opens) as clock,
        cashier_in_process(
            plan.cashier, clock=clock.seconds, debit_delay_seconds=DEBIT_TAKES.total_seconds()
        ) as cashier,
    ):
        write_down(BEGAN, before="", about=plan.words)
        call_command("load_demo", verbosity=0, staff_password=plan.staff_password)
        fit_out(orders=plan.orders)
        house = House(clock, Agenda(), hours_of_the_house(), cashier, plan.seed)
        with connection.execute_wrapper(house.bell):
            _run(house, plan, tell)
        write_down(ENDED, before=BEGAN, about=plan.words)
    return house.counts


def _run(house: House, plan: Plan, tell: Callable[[Progress], None]) -> None:
    last = timezone.localdate(plan.ends_at)
    customers = Customers(house, Tastes(plan.seed))
    trouble = troubles(
        rng=house.chance("troubles"),
        suppliers=list(Supplier.objects.order_by("code").values_list("code", flat=True)),
        first=plan.first,
        last=last,
    )
    vendors = Vendors(house, trouble)
    floor = Floor(house, ends_at=plan.ends_at)
    for visit in visits(
        orders=plan.orders, seed=plan.seed, first=plan.first, last=last, until=plan.ends_at
    ):
        customers.expect(visit)
    for offset in range((last - plan.first).days + 1):
        day = plan.first + timedelta(days=offset)
        if house.hours.is_open_on(day):
            for when in PLANS_AT:
                house.agenda.at(at(day, when), house.plan_floor)
        house.agenda.at(at(day, CLOSES_AT), partial(_close_day, house, vendors))
    while coming := house.agenda.next_before(plan.ends_at):
        moment, action = coming
        house.clock.move_to(moment)
        action()
        if house.is_news:
            house.is_news = False
            vendors.read_mail()
            floor.look()
        tell(Progress(house.counts.get("orders", 0), plan.orders, timezone.localdate()))
    house.clock.move_to(plan.ends_at)
    _look_after_money(house)
    house.plan_floor()
    refresh_availability()


def _close_day(house: House, vendors: Vendors) -> None:
    """What is done at the end of a day: what came is put away, and the books are compared."""
    vendors.put_away()
    _look_after_money(house)
    if timezone.localdate().weekday() == RECONCILES_ON:
        reconcile()


def _look_after_money(house: House) -> None:
    house.cashier.catch_up()
    poll_refunds()
    house.work_off()


@contextmanager
def _quick_commits() -> Iterator[None]:
    """Whoever pulls the plug loses the last moments of a history, and nothing of it by halves."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("RESET synchronous_commit")
