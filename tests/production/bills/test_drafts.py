"""A bill is written as a draft and released once nothing stands in the way."""

import pytest
from django.urls import reverse

from config.audit.models import StateChange
from production.models import BillOfMaterial, BomLine
from production.services.authoring import drafts, items
from production.services.authoring.cells import COLUMNS
from production.services.authoring.comparing import differences
from production.services.authoring.content import state_of, state_of_item
from production.services.authoring.errors import ChangedMeanwhile, ContentRefused, NotADraft
from tests.factories.production import bill, draft_bill, makeable_model, part
from tests.production.bills.written import READ, RELEASE, WRITE, page, post, released, writer

pytestmark = pytest.mark.django_db
ACTOR = "staff:ada"


@pytest.fixture
def machine():
    """The released bill of the small computer."""
    version = makeable_model()
    return released(f"MCH-{version.product_model.slug.upper()}")


@pytest.fixture
def draft(machine):
    return drafts.draft_from(bill_id=machine.pk, actor=ACTOR)


def line_of(of, number):
    return of.lines.get(component__part_number=number)


def save(of, kind="lines", item=None, **cells):
    return items.save_item(
        bill_id=of.pk,
        kind=kind,
        cells=cells,
        item_id=item.pk if item else None,
        read=state_of_item(item, kind) if item else "",
    )


def faults(of, kind="lines", **cells):
    with pytest.raises(ContentRefused) as refused:
        save(of, kind, **{"operation": "build", **cells})
    return {name: said[0] for name, said in refused.value.problems.items()}


def test_a_revision_is_started_changed_compared_and_released_at_the_desk(machine):
    ada = writer(*RELEASE)
    html = post(ada, "bill_draft", machine.pk, note="fewer screws")
    assert "a copy of revision 1 to write on" in html
    draft = machine.part.bills.get(revision=2)
    assert draft.lines.count() == machine.lines.count()
    bracket = line_of(draft, "BRACKET")
    html = page(ada, "bill_item", draft.pk, "lines", bracket.pk)
    read = state_of_item(bracket, "lines")
    assert read in html
    cells = {"part": "BRACKET", "quantity": "2", "condition": "", "operation": "build"}
    post(ada, "bill_item", draft.pk, "lines", bracket.pk, read=read, **cells)
    post(ada, "bill_item_new", draft.pk, "steps", operation="test", text="Look at {cpu}.")
    html = page(ada, "bill_difference", draft.pk)
    assert "<del>1</del>" in html
    assert "<ins>2</ins>" in html
    assert "Look at {cpu}." in html
    assert "Nothing stands in the way" in page(ada, "bill_release", draft.pk)
    html = post(ada, "bill_release", draft.pk, read=state_of(draft))
    assert "Orders that are planned from now on get it" in html
    draft.refresh_from_db()
    assert (draft.status, draft.released_by) == ("released", "staff:ada")
    whys = StateChange.objects.filter(subject_id=draft.pk, subject_type__contains="billofmaterial")
    assert [one.why for one in whys.order_by("pk")] == ["drafted from revision 1", "fewer screws"]


def test_a_second_draft_is_made_only_when_asked_for(machine, draft):
    ada = writer(*WRITE)
    url = reverse("ops:bill_draft", args=[machine.pk])
    assert "is being written already" in ada.post(url).content.decode()
    assert machine.part.bills.count() == 2
    ada.post(url, {"another": "1"})
    assert machine.part.bills.count() == 3


def test_a_bill_of_its_own_is_begun_for_a_made_part_and_for_no_other():
    part("KIT", kind="make"), part("SCREW")
    ada = writer(*WRITE)
    assert "which is bought" in post(ada, "bill_new", part="SCREW", status=422)
    assert "No part has this number" in post(ada, "bill_new", part="NOPE", status=422)
    post(ada, "bill_new", part="KIT")
    made = BillOfMaterial.objects.get()
    html = page(ada, "bill_release", made.pk)
    assert "has no line" in html
    assert "Release revision" not in html


def test_what_is_wrong_with_a_line_is_told_by_column(draft):
    assert faults(draft, part="SCRWE", quantity="-2", scrap="1.5", setup="many") == {
        "part": "Expected a part that there is (did you mean SCREW?), got “SCRWE”.",
        "quantity": "Expected from 0 to 1,000,000 pieces, got -2.",
        "scrap": "Expected a share from 0 to 0.9999, such as 0.02 or 2 %, got “1.5”.",
        "setup": "Expected a whole number from 0 to 1,000,000, got “many”.",
    }
    told = faults(draft, group="cpus", quantity="2000000", **{"from": "2026-05-04"}, until="1.1.")
    assert told["group"] == "Expected a group of the machine (did you mean cpu?), got “cpus”."
    assert told["quantity"].startswith("Expected from 0 to 1,000,000 pieces")
    assert told["until"] == "Expected a day such as 2026-12-31, got “1.1.”."
    days = faults(draft, part="TIE", **{"from": "2026-05-04"}, until="2026-05-03")
    assert days == {"until": "Expected a day on or after 2026-05-04, got “2026-05-03”."}
    both = faults(draft, part="TIE", group="cpu", operation="glue")
    assert set(both) == {"group", "operation"}
    assert set(faults(draft)) == {"part"}
    assert set(faults(draft, part=draft.part.part_number)) == {"part"}


def test_an_expression_is_told_with_its_place_a_caret_and_what_was_meant(draft):
    ada = writer(*WRITE)
    html = post(
        ada, "bill_item_new", draft.pk, "lines", status=422,
        part="TIE", quantity="memroy_quantity.count", operation="build",
    )  # fmt: skip
    assert "did you mean memory_quantity" in html
    assert "column 1" in html
    assert "^" in html
    assert "memroy_quantity.count</textarea>" in html
    wrong = faults(draft, "steps", text="Fit {cpu.nonsense}", condition="cpu + 1")
    assert set(wrong) == {"text", "condition"}
    wrong = faults(draft, "checks", code="a b", text="Hot?", at_least="5", at_most="3")
    assert set(wrong) == {"code", "unit", "at_most"}


def test_nothing_that_is_typed_into_a_form_breaks_it(draft):
    ada = writer(*WRITE)
    for kind in ("lines", "steps", "checks"):
        for typed in ("", "-1", "x" * 5_000, "(" * 500, "{", "0000-00-00", "99999999999", "½"):
            cells = dict.fromkeys(COLUMNS[kind], typed)
            post(ada, "bill_item_new", draft.pk, kind, status=422, **cells)
    assert ada.get(reverse("ops:bill_item_new", args=[draft.pk, "parts"])).status_code == 404
    assert draft.lines.count() == draft.part.bills.get(revision=1).lines.count()


def test_lines_move_and_go(draft):
    ada = writer(*WRITE)
    first, second = draft.lines.all()[:2]
    post(ada, "bill_item_move", draft.pk, "lines", second.pk, by="up")
    assert list(draft.lines.all()[:2]) == [second, first]
    post(ada, "bill_item_move", draft.pk, "lines", second.pk, by="up")
    assert draft.lines.first() == second
    state = state_of_item(second, "lines")
    for _ in range(2):
        post(ada, "bill_item_remove", draft.pk, "lines", second.pk, read=state)
    assert not draft.lines.filter(pk=second.pk).exists()


def test_the_second_of_two_who_change_a_line_is_told_and_keeps_what_was_typed(draft):
    ada, ben = writer(*WRITE), writer(*WRITE, name="ben")
    line = line_of(draft, "BRACKET")
    read = state_of_item(line, "lines")
    cells = {"part": "BRACKET", "operation": "build"}
    post(ada, "bill_item", draft.pk, "lines", line.pk, read=read, quantity="2", **cells)
    html = post(
        ben, "bill_item", draft.pk, "lines", line.pk, status=409, read=read, quantity="3", **cells
    )
    assert "Somebody else has changed it" in html
    assert "<del>2</del> → 3" in html
    assert ">\n3</textarea>" in html
    line.refresh_from_db()
    assert line.quantity_per == "2"
    with pytest.raises(ChangedMeanwhile):
        items.remove_item(bill_id=draft.pk, kind="lines", item_id=line.pk, read=read)
    items.remove_item(
        bill_id=draft.pk, kind="lines", item_id=line.pk, read=state_of_item(line, "lines")
    )
    html = post(
        ben, "bill_item", draft.pk, "lines", line.pk, status=409, read=read, quantity="3", **cells
    )
    assert "Saving it now adds it again" in html


def test_nothing_is_released_that_was_written_on_since_it_was_read(draft):
    state = state_of(draft)
    save(draft, part="TIE", quantity="1", operation="box")
    ada = writer(*RELEASE)
    html = post(ada, "bill_release", draft.pk, status=409, read=state)
    assert "has been written on since you opened it" in html
    with pytest.raises(ChangedMeanwhile):
        drafts.delete_draft(bill_id=draft.pk, read=state, actor=ACTOR)
    assert BillOfMaterial.objects.get(pk=draft.pk).status == "draft"


def test_every_finding_is_shown_with_its_place_and_nothing_is_released(machine, draft):
    never = 'cpu == "six" and cpu == "sixteen"'
    save(draft, part="TIE", quantity="1", condition=never, operation="box")
    ada = writer(*RELEASE)
    html = post(ada, "bill_release", draft.pk, status=422, read=state_of(draft))
    assert "takes nothing in any configuration that can be ordered" in html
    made = part("ASM", kind="make")
    save(draft, part="ASM", quantity="1", operation="build")
    html = page(ada, "bill_release", draft.pk)
    assert "has no released bill" in html
    assert f"{draft.part.part_number}, line 10" in html
    bill(made, [(machine.part.part_number, "1", "", "build")])
    assert "needs itself" in page(ada, "bill_release", draft.pk)
    machine.refresh_from_db()
    assert machine.status == "released"


def test_a_machine_has_one_bill_and_a_second_is_refused_in_words(machine):
    kit = part("KIT", kind="make")
    second = drafts.begin_bill(part_id=kit.pk, actor=ACTOR, product_slug=machine.product_slug)
    save(second, part="TIE", quantity="1", operation="box")
    html = post(writer(*RELEASE), "bill_release", second.pk, status=422, read=state_of(second))
    assert f"which is {machine.part.part_number}" in html


def test_what_is_released_is_not_written_on_any_more(machine):
    ada = writer(*WRITE)
    line = machine.lines.first()
    for name, args in (
        ("bill_item", (machine.pk, "lines", line.pk)),
        ("bill_item_remove", (machine.pk, "lines", line.pk)),
        ("bill_item_move", (machine.pk, "lines", line.pk)),
        ("bill_delete", (machine.pk,)),
    ):
        post(ada, name, *args, agreed="1", read=state_of_item(line, "lines"))
    with pytest.raises(NotADraft, match="start a new revision"):
        save(machine, part="TIE", quantity="1", operation="box")
    assert BomLine.objects.filter(pk=line.pk).exists()


def test_a_draft_is_given_up_after_asking(draft):
    ada = writer(*WRITE)
    assert "Delete it" in post(ada, "bill_delete", draft.pk)
    post(ada, "bill_delete", draft.pk, agreed="1", read=state_of(draft))
    assert not BillOfMaterial.objects.filter(pk=draft.pk).exists()
    assert StateChange.objects.get(subject_id=draft.pk, to_state="deleted").actor == ACTOR


def test_each_thing_needs_its_permission(draft):
    reader, ada = writer(*READ), writer(*WRITE, name="ben")
    for name in ("bill_draft", "bill_delete", "bill_write"):
        url = reverse(f"ops:{name}", args=[draft.pk])
        assert reader.post(url).status_code == 403
    url = reverse("ops:bill_release", args=[draft.pk])
    assert ada.post(url, {"read": state_of(draft)}).status_code == 403
    assert "Somebody with the permission" in page(ada, "bill_release", draft.pk)


def test_differences_are_told_by_what_a_line_takes(machine, draft):
    line_of(draft, "BRACKET").delete()
    draft.lines.filter(component_group="cpu").update(quantity_per="2")
    save(draft, part="TIE", quantity="7", operation="box")
    (lines,) = differences(machine, draft)
    assert {(one.kind, one.code) for one in lines.differences} == {
        ("changed", "@cpu"),
        ("added", "TIE"),
        ("removed", "BRACKET"),
    }
    twins = draft_bill(part("SET-PACK"), [("TIE", "1", "", "box"), ("TIE", "2", "", "box")])
    assert differences(twins, twins) == ()
