"""Many workers, everything at once: nothing is lost, nothing is promised twice, nobody deadlocks.

With `MIXED_TRANSACTIONS`, so many transactions; 10,000 is what is asked of the whole.
"""

import os
from collections import Counter
from random import Random
from threading import Barrier, Lock

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from production.models import Part, StockLevel
from production.services import free_supply, plan_rows, planning
from tests.concurrency.races import SUPPLY_WITHOUT_LOCKS, race
from tests.factories.production import makeable_model, released_order
from tests.factories.suppliers import offer
from tests.production.machine import steps
from tests.production.machine.truths import broken

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

WORKERS = 4
WANTED = int(os.environ.get("MIXED_TRANSACTIONS", "240"))
PIECES = 40
MIX = (
    *[steps.plan] * 6,
    *[steps.buy] * 4,
    *[steps.cancel],
    *[steps.kit] * 2,
    *[steps.scrap] * 2,
    *[steps.swap] * 2,
    *[steps.take_what_came] * 2,
    *[steps.deal_out_anew] * 2,
    *[steps.split] * 2,
    steps.call_off,
)
CONDITION = "AND level.allocated + taken.pieces <= level.on_hand - level.on_hold"


def shop():
    """Everything on offer, and little of one part, over which all quarrel."""
    version = makeable_model(pieces=PIECES)
    for place, part in enumerate(Part.objects.filter(kind=Part.Kind.BUY).order_by("pk")):
        offer(part.part_number, moq=1 + place % 4, pack_quantity=1 + place % 3)
    return version


def worker(version, seed, count, outcomes, lock):
    """One worker's life: pay, plan, buy, receive, kit, break, swap, cancel, in any order."""
    random = Random(seed)  # noqa: S311 - a scenario, not a secret

    def run():
        for _ in range(count):
            which, kind = random.randrange(10_000), random.random()
            try:
                if kind < 0.15:
                    steps.pay(version, which, random.randint(1, 2))
                elif kind < 0.35:
                    steps.receive(which, random.randint(1, 5))
                else:
                    random.choice(MIX)(which)
                outcome = "done"
            except DatabaseError as error:
                outcome = f"{type(error).__name__}: {str(error).splitlines()[0]}"
            with lock:
                outcomes[outcome] += 1

    return run


def test_nothing_is_lost_and_nobody_deadlocks_when_everything_happens_at_once():
    version = shop()
    outcomes, lock = Counter(), Lock()
    workers = [worker(version, n, WANTED // WORKERS, outcomes, lock) for n in range(WORKERS)]
    assert [it for it in race(*workers) if it is not None] == []
    assert broken() == {}
    assert set(outcomes) == {"done"}, outcomes


def careless(monkeypatch, *, is_checked):
    """Plan without locks and without the condition on the shelf."""
    monkeypatch.setattr(free_supply, "FREE_SUPPLY", SUPPLY_WITHOUT_LOCKS)
    writing = plan_rows.WRITE_PLAN.replace(CONDITION, "")
    if not is_checked:
        writing = writing.replace(" + taken.pieces", "")
    monkeypatch.setattr(plan_rows, "WRITE_PLAN", writing)


@pytest.mark.parametrize("is_checked", [True, False])
def test_control_careless_planners_meet_the_check_or_break_the_truths(monkeypatch, is_checked):
    """What the mixed run looks for does happen once its guards are gone."""
    version = makeable_model()
    level = StockLevel.objects.get(part__part_number="CPU-6")
    steps.pay(version, 0, 1)
    steps.plan_all()  # has written the bill down, so that nobody waits for it
    orders = [released_order(version=version, quantity=20) for _ in range(WORKERS * 2)]
    careless(monkeypatch, is_checked=is_checked)
    answers = race(*[lambda o=order: planning.plan_order(order_id=o.pk) for order in orders])
    refused = [it for it in answers if isinstance(it, IntegrityError)]
    level.refresh_from_db()
    if is_checked:
        assert refused
        assert broken() == {}
    else:
        assert refused == []
        assert "I6 promises" in broken()


def test_control_two_who_lock_in_opposite_order_do_deadlock():
    """A deadlock would be told as one."""

    makeable_model()
    first, second = StockLevel.objects.order_by("pk")[:2]
    both = Barrier(2, timeout=30)

    def lock_in(order):
        with transaction.atomic(), connection.cursor() as cursor:
            for number, level in enumerate(order):
                cursor.execute(
                    "SELECT 1 FROM production_stocklevel WHERE part_id = %s FOR UPDATE", [level.pk]
                )
                if number == 0:
                    both.wait()

    answers = race(lambda: lock_in((first, second)), lambda: lock_in((second, first)))
    assert [type(it) for it in answers if it is not None] == [OperationalError]
