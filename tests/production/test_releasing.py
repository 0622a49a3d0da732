"""A draft becomes the bill that machines are made by, once it is right; then it is frozen."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from config.audit.models import StateChange
from config.errors import IllegalTransition
from production.errors import BillRefused
from production.models import BillOfMaterial, BomLine, BomSnapshot, CheckItem, InstructionStep, Part
from production.services.bill_checks import check_bill
from production.services.bills import peek, snapshots
from production.services.releasing import release_bill
from tests.factories.configurator import frozen_configuration
from tests.factories.production import (
    MACHINE,
    SET_PACK,
    change_line,
    draft_bill,
    makeable_model,
    part,
)

pytestmark = pytest.mark.django_db
ON = date(2026, 5, 4)
STATUS = BillOfMaterial.Status


@pytest.fixture
def version():
    return makeable_model()


def machine(version):
    return Part.objects.get(part_number=f"MCH-{version.product_model.slug.upper()}")


def draft_machine(version, *more):
    return draft_bill(machine(version), [*MACHINE, *more], version.product_model.slug)


def refused(bill):
    with pytest.raises(BillRefused) as error:
        release_bill(bill_id=bill.pk, actor="staff:ada")
    assert BillOfMaterial.objects.get(pk=bill.pk).status == STATUS.DRAFT
    return [str(finding) for finding in error.value.findings]


def test_a_draft_takes_the_place_of_the_released_bill(version):
    old = machine(version).bills.get()
    draft = draft_machine(version, ("SCREW", "2", "graphics.fitted", "build"))
    for _ in range(2):  # twice is once
        release_bill(bill_id=draft.pk, actor="staff:ada")
    old.refresh_from_db()
    draft.refresh_from_db()
    assert (old.status, draft.status, draft.released_by) == (
        STATUS.SUPERSEDED,
        STATUS.RELEASED,
        "staff:ada",
    )
    assert draft.released_at is not None
    changes = StateChange.objects.filter(
        subject_type="production.billofmaterial", actor="staff:ada"
    )
    assert list(changes.order_by("pk").values_list("subject_id", "to_state", "why", "actor")) == [
        (old.pk, "superseded", "by revision 2", "staff:ada"),
        (draft.pk, "released", "released", "staff:ada"),
    ]
    with pytest.raises(IllegalTransition):
        release_bill(bill_id=old.pk, actor="staff:ada")


def test_levels_are_written_down(version):
    release_bill(bill_id=draft_machine(version).pk, actor="staff:ada")
    levels = dict(Part.objects.values_list("part_number", "low_level_code"))
    assert levels["CHASSIS-KIT"] == levels["CPU-6"] == 1
    assert levels["SET-CABLES"] == levels["SCREW"] == 2
    assert levels["CABLE"] == 3
    assert levels[machine(version).part_number] == 0


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("TIE", "2 ties", "", "build"), "line 9: quantity: column 3: expected the end"),
        (("TIE", "1", "graphics.lenght > 3", "build"), "did you mean graphics.length_mm?"),
        (("TIE", "1", "graphics != none", "build"), 'did you mean "none"?'),
        (("@lamp", "1", "", "build"), "takes what is chosen in lamp, which is no group"),
        (("TIE", "0", "", "build"), "line 9: takes nothing in any configuration"),
        (
            ("TIE", "1", 'case == "mini" and graphics == "long-card"', "build"),
            "line 9: takes nothing in any configuration that can be ordered",
        ),
    ],
)
def test_a_line_that_is_wrong_stops_the_release_and_is_told(version, row, said):
    (told,) = refused(draft_machine(version, row))
    assert said in told


def test_a_fault_is_told_with_a_caret_below_it(version):
    bill = draft_machine(version, ("TIE", "1", "graphics.lenght > 3", "build"))
    (finding,) = check_bill(bill_id=bill.pk)
    assert (finding.code, finding.line) == ("unreadable", 9)
    assert finding.excerpt == "graphics.lenght > 3\n^"


def test_an_empty_bill_is_refused(version):
    assert refused(draft_machine(version).__class__.objects.create(part=part("CABLE"))) == [
        "CABLE: is bought, so it has no bill",
        "CABLE: has no line",
    ]


def test_a_cycle_through_other_bills_is_refused(version):
    (told,) = refused(
        draft_bill(Part.objects.get(part_number="SET-CABLES"), [("CHASSIS-KIT", "1", "", "build")])
    )
    assert "needs itself" in told
    assert "CHASSIS-KIT" in told


def test_a_made_part_without_a_bill_is_refused(version):
    part("CRATE", kind=Part.Kind.MAKE)
    (told,) = refused(draft_machine(version, ("CRATE", "1", "", "box")))
    assert told.endswith("line 9: 'CRATE' is make, but has no released bill")


def test_alternates_are_asked_of_the_engine(version):
    bill = draft_machine(version)
    for number, condition in ((1, "graphics.fitted"), (2, 'case == "tower"')):
        BomLine.objects.create(
            bill=bill,
            position=90 + number,
            component=part(f"STRAP-{number}"),
            alternates="strap",
            priority=number,
            condition=condition,
        )
    (told,) = refused(bill)
    assert "alternates strap: none applies" in told
    assert "case is mini, graphics is none" in told


def test_the_same_check_in_two_bills_of_a_machine_is_refused(version):
    kit = draft_bill(Part.objects.get(part_number="SET-PACK"), SET_PACK)
    CheckItem.objects.create(bill=kit, code="sealed", text="Is sealed.")
    release_bill(bill_id=kit.pk, actor="staff:ada")
    bill = draft_machine(version)
    CheckItem.objects.create(bill=bill, code="sealed", text="Is sealed.")
    assert refused(bill) == [
        f"{bill.part.part_number}, check sealed: also stands in the bill of SET-PACK"
    ]


def test_a_bill_of_a_machine_that_is_not_on_sale_is_read_but_not_asked():
    for number in ("SCREW", "TIE"):
        part(number)
    bill = draft_bill(
        part("NEW", kind=Part.Kind.MAKE), [("SCREW", "lamp.count", "", "build")], "new"
    )
    release_bill(bill_id=bill.pk, actor="staff:ada")
    assert BillOfMaterial.objects.get(pk=bill.pk).status == STATUS.RELEASED


FROZEN = [
    "UPDATE production_bomline SET quantity_per = '9'",
    "DELETE FROM production_bomline",
    """INSERT INTO production_bomline
        (bill_id, position, component_id, component_group, quantity_per, condition, operation)
        SELECT bill_id, 99, component_id, component_group, '1', '', operation
        FROM production_bomline LIMIT 1""",
    "UPDATE production_instructionstep SET text = 'Do nothing'",
    "DELETE FROM production_instructionstep",
    "UPDATE production_checkitem SET at_most = 99, unit = 'h'",
    "DELETE FROM production_checkitem",
    "UPDATE production_billofmaterial SET revision = revision + 7",
    "UPDATE production_billofmaterial SET status = 'draft'",
    "UPDATE production_bomline SET bill_id = (SELECT max(id) FROM production_billofmaterial)",
]


@pytest.mark.parametrize("cheat", FROZEN)
def test_what_has_been_released_cannot_be_written_on(version, cheat):
    bill = draft_machine(version)
    InstructionStep.objects.create(bill=bill, operation="build", text="Fit it.")
    CheckItem.objects.create(bill=bill, code="on", text="Starts.")
    release_bill(bill_id=bill.pk, actor="staff:ada")
    draft_bill(machine(version), [])
    with (
        pytest.raises(IntegrityError, match="has been released"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(cheat)


def test_a_draft_can_be_written_on_and_thrown_away(version):
    bill = draft_machine(version)
    bill.lines.update(quantity_per="2")
    bill.delete()
    assert machine(version).bills.count() == 1


def key(configuration, on=ON):
    return snapshots([configuration.sha256], on=on)[configuration.sha256].sha256


def test_a_known_configuration_takes_one_statement_to_recognise(version):
    configuration = frozen_configuration(version=version)
    first = snapshots([configuration.sha256], on=ON)
    with CaptureQueriesContext(connection) as captured:
        assert snapshots([configuration.sha256], on=ON) == first
        assert peek([configuration], on=ON) == first
    assert len(captured) == 2


def test_a_release_gives_the_next_order_another_snapshot_and_leaves_the_old(version):
    configuration = frozen_configuration(version=version)
    before = key(configuration)
    assert key(configuration) == before
    change_line(BomLine.objects.get(component__part_number="CABLE"), quantity_per="9")
    after = key(configuration)
    assert after != before
    assert set(BomSnapshot.objects.values_list("sha256", flat=True)) == {before, after}


def test_a_part_that_becomes_serial_tracked_gives_another_snapshot(version):
    configuration = frozen_configuration(version=version)
    before = key(configuration)
    Part.objects.filter(part_number="CPU-6").update(name="Six")
    assert key(configuration) == before
    Part.objects.filter(part_number="CPU-6").update(is_serial_tracked=True)
    assert key(configuration) != before
    lines = snapshots([configuration.sha256], on=ON)[configuration.sha256].lines
    assert [line.part_number for line in lines if line.is_serial_tracked] == ["CPU-6"]


def test_a_line_that_comes_into_use_gives_another_snapshot_from_its_day_on(version):
    cable = BomLine.objects.get(component__part_number="CABLE")
    change_line(cable, effective_until=date(2026, 5, 31))
    configuration = frozen_configuration(version=version)
    may, last, june, july = (
        key(configuration, day)
        for day in (ON, date(2026, 5, 31), date(2026, 6, 1), date(2026, 7, 1))
    )
    assert may == last
    assert june == july != may
    needed = snapshots([configuration.sha256], on=date(2026, 6, 1))[configuration.sha256].needs
    assert "CABLE" not in {need.part_number for need in needed}


def test_a_promise_peeks_at_the_same_bill_and_writes_nothing(version):
    configuration = frozen_configuration(version=version)
    with CaptureQueriesContext(connection) as first:
        peeked = peek([configuration], on=ON)
    with CaptureQueriesContext(connection) as again:
        assert peek([configuration], on=ON) == peeked
    assert (len(again) < len(first), len(again)) == (True, 1)
    assert not BomSnapshot.objects.exists()
    assert snapshots([configuration.sha256], on=ON) == peeked
