"""Random lives of orders and their parts: whatever happens, pieces and promises are conserved.

The same lives at every run; with `MACHINE_STEPS`, so many steps of new ones.
"""

import os
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from production.models import MaterialRequirement, Part, StockLevel
from shop.models import Order
from tests.factories.production import makeable_model
from tests.factories.suppliers import offer
from tests.production import stories
from tests.production.machine import steps
from tests.production.machine.truths import broken

STEPS = 25  # of one life
ASKED_FOR = os.environ.get("MACHINE_STEPS")
WANTED = int(ASKED_FOR or 400)
MOST_ORDERS = 5
FEW = 3  # pieces of every part at first

pick = st.integers(min_value=0, max_value=1_000)
version: Any = None


class Life(RuleBasedStateMachine):
    """A shop with little on the shelf and everything on offer; then whatever comes."""

    @initialize()
    def open_shop(self) -> None:
        self.frame = transaction.atomic()
        self.frame.__enter__()

    def teardown(self) -> None:
        if hasattr(self, "frame"):
            transaction.set_rollback(True)
            self.frame.__exit__(None, None, None)

    @rule(which=pick, quantity=st.integers(1, 3))
    def pay(self, which: int, quantity: int) -> None:
        if Order.objects.count() < MOST_ORDERS:
            steps.pay(version, which, quantity)

    @rule()
    def plan_all(self) -> None:
        steps.plan_all()

    @rule(which=pick, step=st.sampled_from(steps.STEPS))
    def step(self, which: int, step: steps.Step) -> None:
        step(which)

    @rule(which=pick, quantity=st.integers(1, 5))
    def receive(self, which: int, quantity: int) -> None:
        steps.receive(which, quantity)

    @rule(which=pick)
    def change(self, which: int) -> None:
        steps.change(version, which)

    @rule(which=pick, difference=st.sampled_from((-1, 1, 4)))
    def count(self, which: int, difference: int) -> None:
        steps.count(which, difference)

    @invariant()
    def truths_hold(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        assert broken() == {}

    @invariant()
    def all_tell_the_same_days(self) -> None:
        assert stories.pages() == stories.standing()
        assert stories.planned_waits() == stories.standing_waits()
        assert stories.written() == stories.written_anew()


@pytest.fixture
def shop() -> None:
    global version  # noqa: PLW0603 - Hypothesis makes the lives, so they are told here
    version = makeable_model(pieces=FEW)
    for place, part in enumerate(Part.objects.filter(kind=Part.Kind.BUY).order_by("pk")):
        offer(part.part_number, moq=1 + place % 4, pack_quantity=1 + place % 3)


@pytest.mark.django_db
@pytest.mark.usefixtures("shop")
def test_pieces_and_promises_are_conserved_in_every_life():
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=max(1, WANTED // STEPS),
            stateful_step_count=STEPS,
            database=None,
            deadline=None,
            derandomize=ASKED_FOR is None,
            suppress_health_check=list(HealthCheck),
        ),
    )


# --- the truths can be broken: each control does a harm that a trigger would have refused


@pytest.mark.django_db
@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("harm", "found"),
    [
        ("UPDATE production_stocklevel SET on_hand = on_hand + 1", "I6 shelf"),
        ("UPDATE production_stocklevel SET allocated = 0", "I6 promises"),
        ("UPDATE production_materialrequirement SET allocated_quantity = 0", "I5 requirements"),
        ("DELETE FROM production_allocation", "I5 requirements"),
        ("UPDATE production_binstock SET quantity = quantity + 1", "I6 bins"),
        ("UPDATE production_stocklevel SET pegged_on_hand = on_hand", "I6 nothing is orphaned"),
        ("UPDATE production_assemblyjob SET status = 'cancelled'", "cancelled is free"),
        ("UPDATE shop_orderline SET quantity = 2, amount_minor = 2 * unit_minor", "I4 once"),
    ],
)
def test_control_the_truths_see_a_harm_that_was_done(harm, found):
    steps.pay(version, 0, 1)
    steps.plan_all()
    assert MaterialRequirement.objects.exists()
    assert StockLevel.objects.filter(allocated__gt=0).exists()
    assert broken() == {}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(harm)
        assert found in broken()
        transaction.set_rollback(True)
