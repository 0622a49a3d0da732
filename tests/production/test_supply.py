"""What suppliers write down: what is coming, what came, what can be had."""

from datetime import timedelta

import pytest
from django.utils import timezone

from configurator.models import OptionAvailability
from production.errors import OverReceipt, UnknownReceipt
from production.models import (
    Allocation,
    AssemblyJob,
    MaterialRequirement,
    ScheduledReceipt,
    StockLevel,
    StockMovement,
)
from production.selectors import open_shortages
from production.services import supply
from production.services.supply import ReceiptFacts
from production.services.supply_profiles import update_supply_profile
from shop.models import TrackedPart
from tests.factories.production import makeable_model, planned_order, stock_part

pytestmark = pytest.mark.django_db

IN_A_WEEK = timezone.localdate() + timedelta(days=7)


@pytest.fixture
def waiting():
    """An order of two machines that waits for two power supplies."""
    version = makeable_model()
    stock_part("PSU-450", 0)
    return planned_order(version=version, quantity=2)


def buy(order, *, quantity, reference="PO-1/1", is_confirmed=False, due_on=IN_A_WEEK):
    shortages = open_shortages(order.pk)
    pegs = tuple((it.requirement.pk, it.short) for it in shortages) or tuple(
        Allocation.objects.filter(scheduled_receipt__reference=reference).values_list(
            "requirement_id", "quantity"
        )
    )
    part = StockLevel.objects.get(part__part_number="PSU-450").part
    supply.record_scheduled_receipts(
        receipts=[
            ReceiptFacts(
                reference, part.pk, quantity, due_on, "Nordkomp", pegs, is_confirmed=is_confirmed
            )
        ]
    )


def receive(quantity, *, key="receipt:1", reference="PO-1/1"):
    supply.record_goods_receipt(reference=reference, quantity=quantity, key=key, actor="staff:anna")


def level():
    return StockLevel.objects.values_list("on_hand", "allocated").get(part__part_number="PSU-450")


def job_states(order):
    return list(
        AssemblyJob.objects.filter(clearance=order.pk)
        .order_by("unit")
        .values_list("status", flat=True)
    )


def test_what_is_on_order_is_no_shortage_and_the_customer_sees_its_day(waiting):
    buy(waiting, quantity=2)
    assert open_shortages(waiting.pk) == []
    shown = TrackedPart.objects.filter(part_number="PSU-450")
    assert set(shown.values_list("state", "due_on", "supplier_name")) == {
        ("on_order", IN_A_WEEK, "Nordkomp")
    }
    waiting.refresh_from_db()
    assert waiting.likely_ships_on > IN_A_WEEK
    assert waiting.promise_reason.endswith("from Nordkomp")
    assert set(AssemblyJob.objects.values_list("parts_due_on", flat=True)) == {IN_A_WEEK}


def test_a_new_date_from_the_supplier_moves_jobs_and_order(waiting):
    buy(waiting, quantity=2)
    later = IN_A_WEEK + timedelta(days=7)
    buy(waiting, quantity=2, due_on=later, is_confirmed=True)
    assert ScheduledReceipt.objects.get().is_confirmed
    assert set(AssemblyJob.objects.values_list("parts_due_on", flat=True)) == {later}
    waiting.refresh_from_db()
    assert waiting.likely_ships_on > later


def test_an_unknown_day_leaves_the_likely_date_open_and_says_why(waiting):
    buy(waiting, quantity=2, due_on=None)
    waiting.refresh_from_db()
    assert waiting.likely_ships_on is None
    assert waiting.promise_reason == "power supply: nobody has said when it comes"


def test_goods_serve_the_first_job_first_and_make_it_ready(waiting):
    buy(waiting, quantity=2)
    receive(1)
    assert job_states(waiting) == ["ready", "waiting_for_parts"]
    assert level() == (1, 1)
    states = TrackedPart.objects.filter(part_number="PSU-450").order_by("unit")
    assert list(states.values_list("state", flat=True)) == ["reserved", "on_order"]
    receive(1, key="receipt:2")
    assert job_states(waiting) == ["ready", "ready"]
    assert level() == (2, 2)
    assert ScheduledReceipt.objects.get().received_quantity == 2
    assert not Allocation.objects.filter(scheduled_receipt__isnull=False).exists()


def test_what_was_bought_for_nobody_is_push_stock_and_stays_free(waiting):
    buy(waiting, quantity=5)
    receive(5)
    assert level() == (5, 2)
    moved = StockMovement.objects.filter(kind=StockMovement.Kind.RECEIPT)
    assert set(moved.values_list("origin", "quantity")) == {("pegged", 2), ("push", 3)}


def test_surplus_goes_to_another_order_that_nothing_covers():
    version = makeable_model()
    stock_part("PSU-450", 0)
    first, second = planned_order(version=version), planned_order(version=version)
    buy(first, quantity=2)
    receive(2)
    assert job_states(first) == job_states(second) == ["ready"]
    assert level() == (2, 2)


def test_the_same_receipt_twice_counts_once(waiting):
    buy(waiting, quantity=2)
    receive(1)
    receive(1)
    assert level() == (1, 1)


def test_more_than_was_ordered_is_refused_and_changes_nothing(waiting):
    buy(waiting, quantity=2)
    with pytest.raises(OverReceipt, match="2 still to come, got 3"):
        receive(3)
    assert level() == (0, 0)


def test_goods_without_a_reference_are_refused():
    with pytest.raises(UnknownReceipt):
        receive(1)


def test_what_is_withdrawn_is_short_again(waiting):
    buy(waiting, quantity=2)
    supply.withdraw_scheduled_receipts(references=["PO-1/1"])
    assert [it.short for it in open_shortages(waiting.pk)] == [1, 1]
    assert not ScheduledReceipt.objects.exists()


def test_a_supplier_that_falls_short_keeps_what_it_delivered(waiting):
    buy(waiting, quantity=2)
    receive(1)
    supply.withdraw_scheduled_receipts(references=["PO-1/1"])
    assert [it.short for it in open_shortages(waiting.pk)] == [1]
    assert ScheduledReceipt.objects.get().quantity == 1


def test_a_lead_time_reaches_the_configurator():
    makeable_model()
    part = StockLevel.objects.get(part__part_number="CPU-16").part
    update_supply_profile(rows=[(part.pk, 9, "Halden")])
    known = OptionAvailability.objects.get(part_number="CPU-16")
    assert (known.in_stock, known.lead_days) == (100, 9)


def test_allocations_and_pegs_of_a_requirement_sum_to_it(waiting):
    buy(waiting, quantity=2)
    receive(1)
    for requirement in MaterialRequirement.objects.filter(part__part_number="PSU-450"):
        assert sum(it.quantity for it in requirement.allocations.all()) == requirement.quantity
