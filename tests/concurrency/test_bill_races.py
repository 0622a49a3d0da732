"""Two people at one bill: one release, no line that slips in, no order by half a state.

Each race has a negative control: with its guard taken away the same race does harm.
"""

from contextlib import contextmanager
from datetime import date
from threading import Barrier, Event, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from config.audit.models import StateChange
from production.models import BillOfMaterial, BomLine, Part
from production.services import bills, releasing
from production.services.authoring import drafts, items
from production.services.authoring.content import state_of, state_of_item
from production.services.authoring.errors import ChangedMeanwhile, NotADraft
from tests.concurrency.races import race
from tests.factories.configurator import frozen_configuration
from tests.factories.production import SET_PACK, draft_bill, makeable_model

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

ON = date(2026, 5, 4)
RACERS = 6
DEADLINE_S = 30


@pytest.fixture
def draft():
    makeable_model()
    return draft_bill(Part.objects.get(part_number="SET-PACK"), SET_PACK)


def failed(outcomes):
    return [one for one in outcomes if isinstance(one, Exception)]


def release(draft):
    return lambda: releasing.release_bill(bill_id=draft.pk, actor="staff:ada")


def test_a_draft_that_six_release_at_once_is_released_once(draft):
    assert failed(race(*[release(draft)] * RACERS)) == []
    changes = StateChange.objects.filter(subject_type="production.billofmaterial")
    assert changes.filter(to_state="released", subject_id=draft.pk).count() == 1
    assert changes.filter(to_state="superseded").count() == 1


def test_of_several_drafts_of_a_part_released_at_once_the_last_one_stands(draft):
    drafts = [draft, *(draft_bill(draft.part, SET_PACK) for _ in range(RACERS - 1))]
    assert failed(race(*map(release, drafts))) == []
    of_part = BillOfMaterial.objects.filter(part=draft.part)
    assert of_part.filter(status="released").count() == 1
    assert of_part.filter(status="superseded").count() == RACERS


@contextmanager
def without(trigger, table):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")


def slip_in_while_released(draft):
    """Write a line while a release of its bill has not committed yet; what came of it."""
    line = draft.lines.first()
    released, outcome = Event(), []

    def slip():
        try:
            assert released.wait(DEADLINE_S)
            BomLine.objects.create(bill=draft, component=line.component, quantity_per="1")
            outcome.append("written")
        except IntegrityError as error:
            outcome.append(str(error))
        finally:
            connection.close()

    writer = Thread(target=slip)
    with transaction.atomic():
        release(draft)()
        writer.start()
        released.set()
        writer.join(timeout=0.5)  # it waits for the lock, or is through already
    writer.join(DEADLINE_S)
    return outcome[0]


def test_no_line_slips_into_a_bill_that_is_being_released(draft):
    assert "has been released" in slip_in_while_released(draft)
    assert draft.lines.count() == len(SET_PACK)


def test_control_without_the_trigger_a_line_slips_in(draft):
    with without("production_bomline_is_frozen", "production_bomline"):
        assert slip_in_while_released(draft) == "written"


def stamp_of(configuration):
    return bills.snapshots([configuration.sha256], on=ON)[configuration.sha256].sha256


def test_orders_and_releases_at_once_leave_every_snapshot_true_to_its_stamp():
    version = makeable_model()
    configuration = frozen_configuration(version=version)
    part = Part.objects.get(part_number="SET-PACK")
    drafts = [draft_bill(part, [("CARTON", str(n), "", "box")]) for n in range(2, 5)]
    looks = [lambda: stamp_of(configuration)] * 5
    assert failed(race(*map(release, drafts), *looks)) == []
    bills._kept.clear()
    (snapshot,) = bills.snapshots([configuration.sha256], on=ON).values()
    released = BillOfMaterial.objects.get(part=part, status="released")
    needed = {need.part_number: need.quantity for need in snapshot.needs}
    assert str(needed["CARTON"]) == released.lines.get().quantity_per


def at_the_desk(draft, read):
    return lambda: drafts.release_draft(bill_id=draft.pk, read=read, actor="staff:ada")


def test_of_six_who_release_a_draft_at_the_desk_one_does_and_the_others_are_told(draft):
    """The control is above: without the desk's look at the state nobody would be told."""
    told = failed(race(*[at_the_desk(draft, state_of(draft))] * RACERS))
    assert [type(one) for one in told] == [NotADraft] * (RACERS - 1)
    assert "was released by ada" in str(told[0])
    changes = StateChange.objects.filter(subject_id=draft.pk, to_state="released")
    assert changes.filter(subject_type="production.billofmaterial").count() == 1


def test_releases_at_the_desk_and_elsewhere_do_not_lock_each_other_out(draft):
    read = state_of(draft)
    told = failed(race(*[at_the_desk(draft, read), release(draft)] * (RACERS // 2)))
    assert {type(one) for one in told} <= {NotADraft}


def savers(draft):
    line = draft.lines.first()
    read = state_of_item(line, "lines")
    cells = {"part": "LABEL", "operation": "box"}
    return [
        lambda number=number: items.save_item(
            bill_id=draft.pk,
            kind="lines",
            item_id=line.pk,
            read=read,
            cells=cells | {"quantity": str(number)},
        )
        for number in range(2, 2 + RACERS)
    ]


def test_of_six_who_change_the_same_line_one_does_and_the_others_are_told(draft):
    told = failed(race(*savers(draft)))
    assert [type(one) for one in told] == [ChangedMeanwhile] * (RACERS - 1)


def test_without_the_draft_s_lock_the_others_would_write_over_the_first(draft, monkeypatch):
    all_have_read, compared = Barrier(RACERS), items._item

    def compared_together(*args):
        found = compared(*args)
        all_have_read.wait(timeout=DEADLINE_S)
        return found

    monkeypatch.setattr(items, "lock_draft", lambda pk: BillOfMaterial.objects.get(pk=pk))
    monkeypatch.setattr(items, "_item", compared_together)
    assert failed(race(*savers(draft))) == []
