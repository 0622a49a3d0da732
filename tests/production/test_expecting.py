"""When the last missing piece of a part is here: planned, written down and shown alike."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.calendar import add_working_days
from production.expecting import last_piece_on
from production.models import AssemblyJob, Part, ScheduledReceipt
from production.services.supply import ReceiptFacts, record_scheduled_receipts
from production.services.supply_profiles import update_supply_profile
from tests.factories.production import makeable_model, planned_order, stock_part
from tests.production import stories

TODAY = timezone.localdate()
LEAD_DAYS = 10  # working days
ORDERED_NOW = add_working_days(TODAY, LEAD_DAYS)
SOON, LATE = add_working_days(TODAY, 3), add_working_days(TODAY, 20)

# Of what is on its way: its last day, whether some has none, whether it is all that is missing.
CASES = [
    pytest.param((SOON, False, True), LEAD_DAYS, SOON, id="all on order, soon"),
    pytest.param((SOON, False, False), LEAD_DAYS, ORDERED_NOW, id="the rest comes last"),
    pytest.param((LATE, False, False), LEAD_DAYS, LATE, id="the rest comes first"),
    pytest.param((None, False, False), LEAD_DAYS, ORDERED_NOW, id="nothing on order"),
    pytest.param((SOON, True, False), LEAD_DAYS, None, id="some on order without a day"),
    pytest.param((SOON, True, True), LEAD_DAYS, None, id="all on order, some without a day"),
    pytest.param((SOON, False, False), None, None, id="nobody sells the rest"),
    pytest.param((SOON, False, True), None, SOON, id="nobody sells it, and nobody has to"),
]


@pytest.mark.parametrize(("coming", "lead_days", "expected"), CASES)
def test_the_last_piece_is_what_comes_last(coming, lead_days, expected):
    comes_on, is_undated, is_all_on_order = coming
    found = last_piece_on(
        comes_on,
        is_undated=is_undated,
        is_all_on_order=is_all_on_order,
        lead_days=lead_days,
        today=TODAY,
    )
    assert found == expected


@pytest.mark.django_db
@pytest.mark.parametrize(("coming", "lead_days", "expected"), CASES)
def test_planning_papers_and_pages_tell_the_same_day(coming, lead_days, expected):
    version = makeable_model()
    cable = stock_part("CABLE", 0)  # a machine takes two
    update_supply_profile(rows=[(cable.pk, lead_days, "Nordkomp")])
    comes_on, is_undated, is_all = coming
    _on_their_way(cable, comes_on, is_undated=is_undated, is_all=is_all)
    planned_order(version=version)
    job = AssemblyJob.objects.get()
    assert job.parts_due_on == expected
    assert expected in _days(stories.pages(), cable)
    assert stories.pages() == stories.standing()
    assert stories.planned_waits() == stories.standing_waits() == {job.pk: expected}
    assert stories.written() == stories.written_anew()


@pytest.mark.django_db
def test_control_what_was_written_before_a_day_moved_is_not_what_would_be_written():
    version = makeable_model()
    _on_their_way(stock_part("CABLE", 0), SOON, is_undated=False, is_all=True)
    planned_order(version=version)
    assert stories.written() == stories.written_anew()
    ScheduledReceipt.objects.update(due_on=SOON + timedelta(days=1))
    assert stories.written() != stories.written_anew()


def _on_their_way(part: Part, comes_on: object, *, is_undated: bool, is_all: bool) -> None:
    """One or two free pieces, the first of them without a day if some have none."""
    if comes_on is None:
        return
    days = [None if is_undated else comes_on, *([comes_on] if is_all else [])]
    record_scheduled_receipts(
        receipts=[
            ReceiptFacts(f"PO-{number}/1", part.pk, 1, day, "Nordkomp")
            for number, day in enumerate(days, start=1)
        ]
    )


def _days(story: list[tuple[object, ...]], part: Part) -> set[object]:
    return {row[4] for row in story if row[1] == part.part_number}
