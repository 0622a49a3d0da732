"""Options and rules as CSV: out, told what would change, and in all at once or not at all."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from configurator.engine.ir import model_from_dict
from configurator.models import ModelVersion, Option, OptionGroup, OptionPrice, Rule
from configurator.selectors import read_price_book
from configurator.services.authoring.exchange import export_sheet, import_sheet, preview_import
from configurator.services.compiling import model_data
from configurator.services.publishing import check_model_version
from tests.configurator.authoring.desk import EDITOR, READER, signed_in
from tests.factories.configurator import draft_small_model, publish_small_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return draft_small_model()


@pytest.fixture
def editor():
    return signed_in(*EDITOR)


def table(version, kind="options"):
    text = export_sheet(version, kind).decode().removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def written(rows, delimiter=","):
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def row_of(rows, code):
    return next(row for row in rows if row["code"] == code)


def told(preview):
    """(kind, code) → {fact: (old, new)}"""
    return {
        (one.kind, one.code): {fact.name: (fact.old, fact.new) for fact in one.facts}
        for section in preview.sections
        for one in section.differences
    }


def do(version, content, kind="options", *, removes=False):
    asked = {"kind": kind, "content": content, "removes": removes}
    state = preview_import(version, **asked).state
    return told(import_sheet(version_id=version.pk, state=state, **asked))


def problems(client, version, content, kind="options"):
    response = give(client, version, content, kind)
    assert response.status_code == 422
    return [one.message for one in response.context["problems"]]


def give(client, version, content, kind="options", **more):
    sheet = SimpleUploadedFile("mine.csv", content)
    url = reverse("ops:version-exchange", args=[version.pk])
    return client.post(url, {"kind": kind, "sheet": sheet, **more})


def everything(version):
    version = ModelVersion.objects.get(pk=version.pk)
    prices = [read_price_book(one) for one in version.price_lists.order_by("pk")]
    options = Option.objects.filter(group__version=version).order_by("pk").values()
    return list(options), list(version.rules.values()), prices


@pytest.mark.parametrize("kind", ["options", "rules"])
@pytest.mark.parametrize("removes", [True, False])
def test_what_was_exported_changes_nothing_when_it_is_imported(draft, kind, removes):
    Option.objects.filter(group__version=draft, code="mini").update(
        name=' =Mini; "case", ',
        facts="+1\nline",
        part_number="-12V",
        attributes={
            "max_graphics_length_mm": None,
            "text": "65",
            "list": ["a, b", "yes"],
            "empty": [],
            "nothing": "",
            "price": "high",
            "flag": True,
        },
    )
    Rule.objects.filter(version=draft, code="power-budget").update(sentence="@{cpu} and  more ")
    before = everything(draft)
    assert do(draft, export_sheet(draft, kind), kind, removes=removes) == {}
    assert everything(draft) == before


def test_the_file_can_be_read_by_people(draft, editor):
    response = editor.get(reverse("ops:version-export", args=[draft.pk, "options"]))
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert f'{draft.product_model.slug}-v1-options.csv"' in response.headers["Content-Disposition"]
    assert response.content.startswith(
        b"\xef\xbb\xbfgroup,code,name,facts,part number,service,price usd,"
    )
    six = row_of(table(draft), "six")
    assert (six["price usd"], six["tdp_w"], six["integrated_graphics"]) == ("250.00", "65", "yes")
    assert six["length_mm"] == ""


def test_prices_names_facts_and_new_options_come_in(draft):
    rows = table(draft)
    row_of(rows, "six").update({"name": "Six fast cores", "price usd": "260", "tdp_w": "?"})
    eight = row_of(rows, "sixteen") | {"code": "eight", "name": "Eight", "price usd": "399,50"}
    rows.insert(rows.index(row_of(rows, "sixteen")), eight)
    found = do(draft, written(rows, delimiter=";"))
    assert found["changed", "six"] == {
        "name": ("Six cores", "Six fast cores"),
        "price": ("$250", "$260"),
        "tdp_w": ("65", "?"),
    }
    assert found["added", "eight"]["price"] == ("", "$399.50")
    options = Option.objects.filter(group__version=draft, group__code="cpu")
    assert [option.code for option in options] == ["six", "eight", "sixteen"]
    assert options.get(code="six").attributes["tdp_w"] is None
    book = read_price_book(draft.price_lists.get())
    assert book.option_minor["cpu", "eight"] == 39_950
    check_model_version(version_id=draft.pk)


def test_what_is_a_service_goes_out_and_comes_in(draft, editor):
    long_card = Option.objects.filter(group__version=draft, code="long-card")
    long_card.update(is_service=True, part_number="")
    assert row_of(table(draft), "long-card")["service"] == "yes"
    assert do(draft, b"group,code,name,service\ngraphics,long-card,Long graphics card,\n") == {
        ("changed", "long-card"): {"service": ("yes", "")}
    }
    do(draft, b"group,code,name,service\ngraphics,long-card,Long graphics card,Yes\n")
    assert long_card.get().is_service
    wrong = (
        b"group,code,name,service,part number\ngraphics,long-card,L,yes,CARD-1\ncpu,x,X,maybe,\n"
    )
    assert problems(editor, draft, wrong) == [
        (
            "Row 2, service: expected a part number or a service, not both, "
            "got a service with the part “CARD-1”"
        ),
        "Row 3, service: expected yes, no or nothing, got “maybe”",
    ]


def test_an_empty_cell_takes_an_attribute_or_a_price_away(draft):
    rows = table(draft)
    row_of(rows, "six").update({"price usd": "", "integrated_graphics": ""})
    do(draft, written(rows))
    six = Option.objects.get(group__version=draft, code="six")
    assert "integrated_graphics" not in six.attributes
    assert not OptionPrice.objects.filter(option=six).exists()


def test_columns_that_are_left_out_stay_as_they_are(draft):
    rows = [{k: row[k] for k in ("group", "code", "name")} for row in table(draft)]
    row_of(rows, "six")["name"] = "Other"
    assert do(draft, written(rows)) == {("changed", "six"): {"name": ("Six cores", "Other")}}


def test_a_number_that_becomes_true_is_a_change(draft):
    Option.objects.filter(group__version=draft, code="six").update(attributes={"flag": 1})
    rows = table(draft)
    row_of(rows, "six")["flag"] = "yes"
    assert do(draft, written(rows)) == {("changed", "six"): {"flag": ("1", "yes")}}
    assert Option.objects.get(group__version=draft, code="six").attributes == {"flag": True}


def test_what_the_file_leaves_out_stays_unless_it_is_to_go(draft):
    rows = [row for row in table(draft) if row["group"] == "cpu" and row["code"] == "six"]
    assert preview_import(draft, "options", written(rows), removes=False).untouched == 1
    assert do(draft, written(rows)) == {}
    assert do(draft, written(rows), removes=True) == {("removed", "sixteen"): {}}
    assert Option.objects.filter(group__version=draft, group__code="memory").count() == 2


def test_another_order_is_taken_over(draft):
    rows = table(draft)
    rows.reverse()
    assert do(draft, written(rows))["changed", ""]
    options = Option.objects.filter(group__version=draft, group__code="graphics")
    assert [option.code for option in options] == ["long-card", "card", "none"]


def test_a_new_column_is_pointed_out(draft):
    rows = [row | {"colour": "black"} for row in table(draft)]
    assert preview_import(draft, "options", written(rows), removes=False).new_attributes == (
        "colour",
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"group": "wings"}, "Row 2, group: expected a group of this version (case, "),
        ({"code": "a b"}, "Row 2, code: expected 1 to 80 letters, digits, - or _, got “a b”"),
        ({"code": ""}, "Row 2, code: expected 1 to 80 letters, digits, - or _, got nothing"),
        ({"code": "tower"}, "expected a code that no other row of case has, got “tower” again"),
        ({"name": ""}, "Row 2, name: expected a name, got nothing"),
        ({"name": "x" * 161}, "Row 2, name: expected at most 160 signs, got 161"),
        ({"facts": "x" * 201}, "Row 2, facts: expected at most 200 signs, got 201"),
        ({"price usd": "1,299.00"}, "expected an amount such as 1299.00, got “1,299.00”"),
        ({"price usd": "12.345"}, "Row 2, price usd: expected an amount such as 1299.00"),
        ({"price usd": "-5"}, "Row 2, price usd: expected an amount such as 1299.00, got “-5”"),
        ({"tdp_w": "1.5"}, "Row 2, tdp_w: expected a whole number, yes, no, text, [a, list] or ?"),
        ({"tdp_w": "[AM4"}, "got the list has no closing ]: [AM4"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_told_by_row_and_column_and_nothing_is_written(
    draft, editor, change, message
):
    before = everything(draft)
    rows = table(draft)
    rows[0].update(change)
    rows[1]["name"] = "Never"
    told_problems = problems(editor, draft, written(rows))
    assert any(message in one for one in told_problems), told_problems
    assert everything(draft) == before


def test_every_wrong_cell_is_told_at_once(draft, editor):
    rows = table(draft)
    for row in rows:
        row["tdp_w"] = "1.5"
    assert len(problems(editor, draft, written(rows))) == len(rows)


def test_prices_of_another_currency_and_of_quantities_are_refused(draft, editor):
    rows = [row | {"price eur": "1"} for row in table(draft)]
    assert "Row 1, price eur: expected “price usd”" in problems(editor, draft, written(rows))[0]
    rows = table(draft)
    row_of(rows, "two")["price usd"] = "5"
    assert "a quantity has no price" in problems(editor, draft, written(rows))[0]
    draft.price_lists.all().delete()
    rows = table(draft)
    rows[0]["price usd"] = "5"
    assert "no price list in USD yet" in problems(editor, draft, written(rows))[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"severity": "maybe"}, "Row 2, severity: expected block or warn, got “maybe”"),
        ({"sentence": ""}, "Row 2, sentence: expected a sentence for the customer"),
        ({"sentence": "{wings} flap"}, "wings"),
        ({"name": ""}, "expected a name of 1 to 120 signs"),
        ({"code": "a b"}, "expected a code of at most 60"),
        ({"code": "power-budget"}, "a code that no other row has"),
        ({"rule": "("}, "(line 1, column "),
    ],
)
def test_a_wrong_rule_is_told_by_its_row(draft, editor, change, message):
    rows = table(draft, "rules")
    rows[0].update(change)
    told_problems = problems(editor, draft, written(rows), "rules")
    assert any(message in one for one in told_problems), told_problems


def test_a_stored_rule_that_cannot_be_read_is_asked_for_and_not_lost(draft, editor):
    sheet = export_sheet(draft, "rules")
    rules = Rule.objects.filter(version=draft)
    rules.filter(code="power-budget").update(constraint={"what": 1})
    one = b"code,name,severity,sentence,rule\ncool,Cool,block,Too warm.,cpu.tdp_w <= 100\n"
    assert problems(editor, draft, one, "rules") == [
        "Row 1, code: expected a row for power-budget, which cannot be read, got none"
    ]
    do(draft, sheet, "rules")
    assert "what" not in rules.get(code="power-budget").constraint


def test_rules_change_stay_and_go_by_their_codes(draft):
    keys = dict(draft.rules.values_list("code", "pk"))
    rows = table(draft, "rules")
    rows[0]["severity"] = "warn"
    new = rows[1] | {"code": "budget-again", "name": "Again"}
    found = do(draft, written([new, rows[0]]), "rules", removes=True)
    assert found["changed", "card-fits-case"] == {"severity": ("block", "warn")}
    assert set(found) == {
        ("added", "budget-again"),
        ("changed", "card-fits-case"),
        ("removed", "power-budget"),
        ("removed", "some-graphics"),
    }
    assert [rule.code for rule in draft.rules.all()] == ["budget-again", "card-fits-case"]
    assert draft.rules.get(code="card-fits-case").pk == keys["card-fits-case"]
    model_from_dict(model_data(draft))


def test_nothing_is_written_by_a_dry_run_and_all_of_it_by_the_import(draft, editor):
    rows = table(draft)
    row_of(rows, "six")["name"] = "Six fast cores"
    before = everything(draft)
    response = give(editor, draft, written(rows))
    assert "Six fast cores" in response.content.decode()
    assert everything(draft) == before
    url = reverse("ops:version-exchange", args=[draft.pk])
    done = editor.post(url, {"kept": response.context["kept"]}, follow=True)
    assert "Imported: 1 change." in done.content.decode()
    assert Option.objects.get(group__version=draft, code="six").name == "Six fast cores"


def test_a_draft_that_changed_since_the_preview_is_not_overwritten(draft, editor):
    rows = table(draft)
    row_of(rows, "six")["name"] = "Six fast cores"
    kept = give(editor, draft, written(rows)).context["kept"]
    Option.objects.filter(group__version=draft, code="tower").update(name="Somebody else's")
    url = reverse("ops:version-exchange", args=[draft.pk])
    text = editor.post(url, {"kept": kept}, follow=True).content.decode()
    assert "has been changed since" in text
    assert Option.objects.get(group__version=draft, code="six").name == "Six cores"


def test_a_preview_of_somebody_else_or_another_version_is_worth_nothing(draft, editor):
    rows = table(draft)
    row_of(rows, "six")["name"] = "Six fast cores"
    kept = give(editor, draft, written(rows)).context["kept"]
    other = draft_small_model()
    for client, version in (
        (signed_in(*EDITOR), draft),
        (editor, other),
    ):
        url = reverse("ops:version-exchange", args=[version.pk])
        text = client.post(url, {"kept": kept}, follow=True).content.decode()
        assert "not valid any more" in text
    text = editor.post(url, {"kept": "nonsense"}, follow=True).content.decode()
    assert "not valid any more" in text
    assert not Option.objects.filter(name="Six fast cores").exists()


def test_readers_export_and_only_editors_import_into_drafts(draft):
    reader, editor = signed_in(*READER), signed_in(*EDITOR)
    content = export_sheet(draft, "options")
    url = reverse("ops:version-exchange", args=[draft.pk])
    assert "Show what would change" not in reader.get(url).content.decode()
    assert give(reader, draft, content).status_code == 403
    live = publish_small_model()
    assert editor.get(reverse("ops:version-export", args=[live.pk, "rules"])).status_code == 200
    response = give(editor, live, export_sheet(live, "options"))
    assert response.status_code == 302
    assert editor.get(f"{url}wings.csv").status_code == 404


def test_a_form_without_a_file_says_so(draft, editor):
    response = editor.post(reverse("ops:version-exchange", args=[draft.pk]), {"kind": "options"})
    assert response.status_code == 422
    assert "This field is required" in response.content.decode()


def test_a_thousand_options_come_in_with_as_many_statements_as_a_few(draft):
    def statements(count):
        rows = table(draft)
        one = row_of(rows, "mini")
        rows += [one | {"code": f"c-{count}-{n}", "name": f"Case {n}"} for n in range(count)]
        content = written(rows)
        state = preview_import(draft, "options", content, removes=False).state
        with CaptureQueriesContext(connection) as asked:
            import_sheet(
                version_id=draft.pk, kind="options", content=content, removes=False, state=state
            )
        return len(asked)

    few = statements(2)
    assert statements(1_000) <= few + 3
    assert OptionGroup.objects.get(version=draft, code="case").options.count() == 1_004
