"""One part in place of another in every released bill: all of them or none."""

import pytest

from config.audit.models import StateChange
from production.models import BillOfMaterial, BomLine
from production.services.authoring import drafts
from production.services.authoring.errors import ChangedMeanwhile, ReplacementRefused
from production.services.authoring.replacing import preview_replacement, replace_part
from tests.factories.production import bill, makeable_model, part
from tests.production.bills.written import RELEASE, WRITE, page, post, released, writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def bills():
    """TIE stands in SET-CABLES and in another bill; ROPE could take its place."""
    makeable_model()
    part("ROPE")
    return released("SET-CABLES"), bill(part("BAG", kind="make"), [("TIE", "2", "", "box")])


def named(old="TIE", new="ROPE", **options):
    found = {"reason": "cheaper", "releases": True, "actor": "staff:ada"}
    return {"old_id": part(old).pk, "new_id": part(new).pk, **found, **options}


def takes(number):
    lines = BomLine.objects.filter(bill__status="released", component__part_number=number)
    return sorted(lines.values_list("bill__part__part_number", flat=True))


def test_a_preview_tells_every_line_and_changes_nothing(bills):
    before = StateChange.objects.count()
    found = preview_replacement(**named())
    told = [(str(one.bill), [number for number, _ in one.lines]) for one in found.bills]
    assert sorted(told) == [("BAG rev 1", [1]), ("SET-CABLES rev 1", [2])]
    assert not found.is_refused
    assert takes("TIE") == ["BAG", "SET-CABLES"]
    assert BillOfMaterial.objects.filter(status="draft").count() == 0
    assert StateChange.objects.count() == before


def test_every_bill_is_replaced_and_released_with_the_reason(bills):
    state = preview_replacement(**named()).state
    replace_part(**named(), state=state)
    assert (takes("TIE"), takes("ROPE")) == ([], ["BAG", "SET-CABLES"])
    now = released("SET-CABLES")
    assert (now.revision, now.note, now.released_by) == (
        2,
        "ROPE for TIE: cheaper",
        "staff:ada",
    )
    changes = StateChange.objects.filter(subject_id=now.pk, why="ROPE for TIE: cheaper")
    assert changes.count() == 2  # drafted, and released
    with pytest.raises(ReplacementRefused, match="No released bill names TIE"):
        replace_part(**named(), state=state)


def test_drafts_only_leave_what_is_released_as_it_is(bills):
    state = preview_replacement(**named(releases=False)).state
    replace_part(**named(releases=False), state=state)
    assert takes("TIE") == ["BAG", "SET-CABLES"]
    assert BillOfMaterial.objects.filter(status="draft").count() == 2


def test_where_one_bill_would_be_wrong_none_is_replaced(bills):
    loop = bill(part("LOOP", kind="make"), [("SET-CABLES", "1", "", "build")])
    found = preview_replacement(**named(new="LOOP"))
    assert found.is_refused
    told = {str(one.bill): [f.code for f in one.findings] for one in found.bills}
    assert told["SET-CABLES rev 1"] == ["cycle"]
    with pytest.raises(ReplacementRefused) as error:
        replace_part(**named(new="LOOP"), state=found.state)
    assert set(error.value.findings) == {"SET-CABLES rev 1"}
    assert takes("TIE") == ["BAG", "SET-CABLES"]
    assert BillOfMaterial.objects.get(pk=loop.pk).status == "released"


def test_what_makes_no_sense_is_refused_in_words(bills):
    part("WIRE", unit="m")
    for options, told in (
        ({"new": "TIE"}, "would replace itself"),
        ({"new": "WIRE"}, "counted in each, WIRE in m"),
        ({"reason": "  "}, "Expected a reason"),
        ({"old": "ROPE", "new": "TIE"}, "No released bill names ROPE"),
    ):
        with pytest.raises(ReplacementRefused, match=told):
            preview_replacement(**named(**options))


def test_a_preview_that_is_overtaken_is_told_and_open_drafts_are_named(bills):
    state = preview_replacement(**named()).state
    draft = drafts.draft_from(bill_id=bills[1].pk, actor="staff:ben")
    (open_one,) = [one for one in preview_replacement(**named()).bills if one.bill == bills[1]]
    assert open_one.open_revision == draft.revision
    drafts.release_draft(bill_id=draft.pk, read=drafts.state_of(draft), actor="staff:ben")
    with pytest.raises(ChangedMeanwhile):
        replace_part(**named(), state=state)


def test_it_is_looked_at_and_done_at_the_desk(bills):
    ada, ben = writer(*RELEASE), writer(*WRITE, name="ben")
    assert 'value="TIE"' in page(ada, "bills_replace", part="TIE")
    asked = {"old": "TIE", "new": "ROPE", "reason": "cheaper", "how": "release"}
    html = post(ada, "bills_replace", **asked)
    assert "2 bills would change" in html
    assert "Line 2" in html
    assert "Releasing needs the permission" in post(ben, "bills_replace", **asked)
    state = preview_replacement(**named()).state
    post(ben, "bills_replace", **asked, confirm="1", state=state, status=403)
    assert takes("TIE") == ["BAG", "SET-CABLES"]
    html = post(ada, "bills_replace", **asked, confirm="1", state=state)
    assert "2 bills take ROPE" in html
    assert takes("ROPE") == ["BAG", "SET-CABLES"]
    wrong = {**asked, "old": "NOPE", "reason": ""}
    assert "No part has the number" in post(ada, "bills_replace", **wrong, status=422)
