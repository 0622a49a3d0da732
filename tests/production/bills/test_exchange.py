"""A bill goes out to a spreadsheet and comes back: told first, then all of it or nothing."""

from time import process_time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from configurator.errors import UnreadableSheet
from production.models import InstructionStep
from production.services.authoring import drafts
from production.services.authoring.bill_sheets import bill_sheet, import_sheet, plan_sheet
from production.services.authoring.content import KINDS, items_of, said_by
from production.services.authoring.errors import ChangedMeanwhile
from tests.factories.production import makeable_model
from tests.production.bills.written import READ, WRITE, page, released, writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    """Of the small computer, with everything that a sheet can say."""
    version = makeable_model()
    made = drafts.draft_from(
        bill_id=released(f"MCH-{version.product_model.slug.upper()}").pk, actor="staff:ada"
    )
    made.lines.filter(component__part_number="BRACKET").update(
        scrap_factor="0.025", setup_quantity=3, effective_from="2026-05-04", alternates="hold",
        priority=2, note='=HYPERLINK("x"), "quoted"; ü',
    )  # fmt: skip
    InstructionStep.objects.create(bill=made, operation="test", position=1, text="@{cpu}; look")
    made.checks.create(
        code="heat", position=1, text="Heat", unit="°C", at_most="85.5", condition="-1 < 0"
    )
    return made


def lines(*rows):
    return "\r\n".join(["part,group,quantity,condition,operation,from,until", *rows]).encode()


def refused(draft, content, kind="lines"):
    with pytest.raises(UnreadableSheet) as error:
        plan_sheet(draft, kind, content)
    return [problem.message for problem in error.value.problems]


@pytest.mark.parametrize("kind", KINDS)
def test_what_goes_out_comes_back_the_same(draft, kind):
    written = bill_sheet(draft, kind)
    before = [said_by(item, kind) for item in items_of(draft, kind)]
    text = written.decode().removeprefix("\ufeff")
    for content in (written, text.encode("utf-16")):
        plan = plan_sheet(draft, kind, content)
        assert plan.section.differences == ()
        import_sheet(bill_id=draft.pk, kind=kind, content=content, state=plan.state)
        assert [said_by(item, kind) for item in items_of(draft, kind)] == before


def test_what_a_spreadsheet_would_run_is_written_as_text(draft):
    assert b"'=HYPERLINK" in bill_sheet(draft, "lines")
    assert b"'@{cpu}" in bill_sheet(draft, "steps")
    assert b"'-1 < 0" in bill_sheet(draft, "checks")


def test_semicolons_any_order_of_columns_and_a_comma_in_a_number_are_read(draft):
    content = b"operation;quantity;part;group;scrap\r\nBox;2;TIE;;0,02\r\nbuild;1;;cpu;2 %\r\n"
    plan = plan_sheet(draft, "lines", content)
    assert [str(item.scrap_factor) for item in plan.items] == ["0.02", "0.02"]


def test_every_cell_that_is_wrong_is_told_and_nothing_is_written(draft):
    content = lines(
        "TEI,,1,,build,,",
        "TIE,,two,,build,,",
        "TIE,cpu,1,,build,,",
        "TIE,,1,cpu.tpd_w > 5,glue,2026-05-04,2026-05-03",
        "TIE,,-1,,build,,",
    )
    quantity, condition = (told for told in refused(draft, content) if "in line 1" in told)
    assert '(did you mean "two"?), got two in line 1, column 1' in quantity
    assert "(did you mean cpu.tdp_w?), got cpu.tpd_w in line 1, column 1" in condition
    assert [told for told in refused(draft, content) if "in line 1" not in told] == [
        "Row 2, part: expected a part that there is (did you mean TIE?), got “TEI”",
        "Row 4, group: expected nothing, because the line names a part, got “cpu”",
        "Row 5, operation: expected kitting or build or test or box, got “glue”",
        "Row 5, until: expected a day on or after 2026-05-04, got “2026-05-03”",
        "Row 6, quantity: expected from 0 to 1,000,000 pieces, got -1",
    ]
    twice = b"code,text\r\nheat,Hot?\r\nheat,Again?\r\n"
    assert refused(draft, twice, "checks") == [
        "Row 3, code: expected a code that no other row has, got “heat” again, first in row 2"
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "expected UTF-8"),
        (b"", "a column “part”"),
        (b"part,group,quantity,operation\r\n", "a line at least"),
        (b"part,group,quantity,operation,colour\r\nTIE,,1,box,red\r\n", "got “colour”"),
        (lines(*["TIE,,1,,build,,"] * 10_000), "Row 2002: expected 2,000 rows at most, got 10,000"),
    ],
)
def test_a_file_that_is_no_bill_is_refused(draft, content, told):
    assert told in " ".join(refused(draft, content))


def test_a_file_of_nothing_but_slips_is_told_before_one_loses_patience(draft):
    begun = process_time()
    told = refused(draft, lines(*(f"TEI{number},,1,,build,," for number in range(2_000))))
    assert process_time() - begun < 5
    assert len(told) == 2_000
    assert sum("did you mean" in one for one in told) <= 20


def test_a_file_is_previewed_imported_and_not_over_what_somebody_else_wrote(draft):
    ada = writer(*WRITE)
    url = reverse("ops:bill_exchange", args=[draft.pk])
    sheet = SimpleUploadedFile("bill.csv", lines("TIE,,2,,box,,"))
    html = ada.post(url, {"kind": "lines", "sheet": sheet})
    assert "bill.csv would change this" in html.content.decode()
    kept = html.context["kept"]
    state = plan_sheet(draft, "lines", bill_sheet(draft, "lines")).state
    html = ada.post(url, {"kept": kept}, follow=True).content.decode()
    assert "Imported:" in html
    assert draft.lines.count() == 1
    with pytest.raises(ChangedMeanwhile):
        import_sheet(bill_id=draft.pk, kind="lines", content=lines("TIE,,3,,box,,"), state=state)
    assert "Nothing was imported" in ada.post(url, {"kept": kept}, follow=True).content.decode()
    assert "not valid any more" in ada.post(url, {"kept": "x"}, follow=True).content.decode()
    picture = SimpleUploadedFile("bill.png", b"\x89PNG\0")
    assert ada.post(url, {"kind": "lines", "sheet": picture}).status_code == 422


def test_a_reader_takes_files_and_gives_none(draft):
    reader = writer(*READ)
    response = reader.get(reverse("ops:bill_export", args=[draft.pk, "lines"]))
    assert response.content == bill_sheet(draft, "lines")
    assert reader.get(reverse("ops:bill_export", args=[draft.pk, "parts"])).status_code == 404
    assert "Only into a draft" in page(reader, "bill_exchange", draft.pk)
    assert reader.post(reverse("ops:bill_exchange", args=[draft.pk])).status_code == 403
