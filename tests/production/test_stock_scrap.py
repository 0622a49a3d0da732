"""A piece breaks in making: it is written off, and the job asks for another one."""

import pytest

from config.outbox.models import OutboxEvent
from production.errors import IllegalTransition, MoveRefused, UnknownRequirement
from production.models import MaterialRequirement, SerialUnit, StockLevel, StockMovement
from production.selectors import open_shortages
from production.services import supply
from production.services.issuing import issue_requirements
from production.services.scrapping import scrap_issued
from production.services.shop_floor import finish_operation, start_operation
from tests.factories.production import makeable_model, planned_order, stock_part

pytestmark = pytest.mark.django_db


@pytest.fixture
def kitted():
    """The need for a processor of a job whose parts were taken from the shelf."""
    planned_order(version=makeable_model())
    need = MaterialRequirement.objects.get(part__part_number="CPU-6")
    start_operation(job_id=need.job_id, kind="kitting", actor="staff:anna")
    finish_operation(job_id=need.job_id, kind="kitting", actor="staff:anna", by_hand="counted")
    need.refresh_from_db()
    return need


def scrap(need, quantity=1, key="scrap-1", **more):
    return scrap_issued(
        requirement_id=need.pk,
        quantity=quantity,
        reason="pin bent",
        key=key,
        actor="staff:anna",
        **more,
    )


def figures(need):
    need.refresh_from_db()
    return need.quantity, need.allocated_quantity, need.issued_quantity, need.scrapped_quantity


def events():
    return OutboxEvent.objects.filter(name="production.material_short_again")


def test_the_job_needs_one_more_and_what_lies_free_is_kept_for_it(kitted):
    before = StockLevel.objects.get(part=kitted.part).on_hand
    scrap(kitted)
    assert figures(kitted) == (2, 2, 1, 1)
    level = StockLevel.objects.get(part=kitted.part)
    assert (level.on_hand, level.allocated) == (before, 1)
    assert not events().exists()


def test_the_replacement_is_taken_from_the_shelf_once(kitted):
    need = scrap(kitted)
    for _ in range(2):
        issue_requirements(requirements=[need], reference="CW-1", actor="staff:anna")
        need.refresh_from_db()
    assert figures(kitted) == (2, 2, 2, 1)
    taken = StockMovement.objects.filter(part=kitted.part, kind="issue", quantity__lt=0)
    assert sum(taken.values_list("quantity", flat=True)) == -2


def test_the_books_say_what_is_in_the_machine_and_what_was_thrown_away(kitted):
    scrap(kitted)
    moved = StockMovement.objects.filter(part=kitted.part, reference=kitted.job.number)
    by_kind = dict.fromkeys(("issue", "scrap"), 0)
    for one in moved:
        by_kind[one.kind] += one.quantity
    assert by_kind == {"issue": 0, "scrap": -1}
    assert moved.get(kind="scrap").reason == "pin bent"


def test_scrap_sent_twice_counts_once(kitted):
    scrap(kitted)
    scrap(kitted)
    assert figures(kitted) == (2, 2, 1, 1)


def test_what_is_short_is_announced_and_bought_for_the_job_under_way(kitted):
    stock_part("CPU-6", 0)
    scrap(kitted)
    order_id = kitted.clearance_id
    assert [it.short for it in open_shortages(order_id)] == [1]
    assert list(events().values_list("payload__order_id", flat=True)) == [order_id]
    supply.record_scheduled_receipt(
        reference="PO-9/1",
        part_id=kitted.part_id,
        quantity=1,
        due_on=None,
        supplier_name="Nordkomp",
        pegs=[(kitted.pk, 1)],
    )
    assert open_shortages(order_id) == []
    supply.record_goods_receipt(reference="PO-9/1", quantity=1, key="r", actor="staff:anna")
    assert figures(kitted) == (2, 2, 1, 1)


def test_a_scrapped_serial_is_in_no_machine_any_more(kitted):
    SerialUnit.objects.create(
        part=kitted.part, serial="S-1", requirement=kitted, captured_by="staff:anna"
    )
    scrap(kitted, serial="S-1")
    unit = SerialUnit.objects.get()
    assert (unit.requirement, unit.is_scrapped) == (None, True)


@pytest.mark.parametrize("quantity", [0, -1, 2, 10**12])
def test_only_what_the_job_has_taken_can_break(kitted, quantity):
    with pytest.raises(MoveRefused, match="has taken 1 that are not scrapped"):
        scrap(kitted, quantity)


def test_what_has_not_begun_has_taken_nothing():
    planned_order(version=makeable_model())
    need = MaterialRequirement.objects.get(part__part_number="CPU-6")
    with pytest.raises(IllegalTransition, match="is ready"):
        scrap(need)


def test_an_unknown_requirement_is_said_to_be_unknown():
    with pytest.raises(UnknownRequirement):
        scrap(MaterialRequirement(pk=0))
