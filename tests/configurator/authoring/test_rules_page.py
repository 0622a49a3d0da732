"""All rules of a version as one text: read, checked, saved, and never lost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from configurator.errors import ChangedMeanwhile, NotADraft, UnreadableRules
from configurator.models import Rule
from configurator.services.authoring.rules import (
    plan_rules,
    rules_text,
    save_rules,
    text_sha256,
)
from configurator.services.publishing import check_model_version
from tests.configurator.authoring.desk import EDITOR, READER, signed_in
from tests.factories.configurator import draft_small_model, publish_small_model

pytestmark = pytest.mark.django_db

NEW = """
rule cool-tower "A tower stays cool" warns
  when case is tower
  cpu.tdp_w <= 100
  say "{cpu} is warm in {case}."
"""


SENT_AGAIN = (("read", "_sha256"), ("agreed", ""))


@pytest.fixture
def draft():
    return draft_small_model()


@pytest.fixture
def editor():
    return signed_in(*EDITOR)


def url(version):
    return reverse("ops:version-rules", args=[version.pk])


def save(version, text):
    read = text_sha256(rules_text(version))
    agreed = version.rules.values_list("code", flat=True)
    return save_rules(version_id=version.pk, text=text, read_sha256=read, agreed=agreed)


def problem(version, text):
    with pytest.raises(UnreadableRules) as refused:
        plan_rules(version, text)
    return refused.value.problems[0]


def told(sections):
    """(kind, code) → {fact: (old, new)}"""
    return {
        (one.kind, one.code): {fact.name: (fact.old, fact.new) for fact in one.facts}
        for section in sections
        for one in section.differences
    }


def rows(version):
    return list(version.rules.values())


def test_what_is_read_and_saved_unchanged_changes_nothing(draft):
    before = rows(draft)
    assert save(draft, rules_text(draft)).sections == ()
    assert rows(draft) == before
    assert save(draft, rules_text(draft).replace("\n", "\r\n")).sections == ()


def test_rules_are_added_changed_and_removed_by_their_codes(draft):
    keys = dict(draft.rules.values_list("code", "pk"))
    first, second, _third = rules_text(draft).strip().split("\n\n")
    plan = save(draft, "\n\n".join([NEW, second, first.replace(" blocks", " warns")]))
    found = told(plan.sections)
    assert found["changed", "card-fits-case"] == {"severity": ("block", "warn")}
    assert found["added", "cool-tower"]["sentence"] == ("", "{cpu} is warm in {case}.")
    assert found["removed", "some-graphics"] == {}
    assert [rule.code for rule in draft.rules.all()] == [
        "cool-tower",
        "power-budget",
        "card-fits-case",
    ]
    assert draft.rules.get(code="card-fits-case").pk == keys["card-fits-case"]
    cool = draft.rules.get(code="cool-tower")
    assert (cool.name, cool.severity) == ("A tower stays cool", "warn")
    check_model_version(version_id=draft.pk)


def test_another_order_is_kept(draft):
    parts = rules_text(draft).strip().split("\n\n")
    assert told(save(draft, "\n\n".join(reversed(parts))).sections)["changed", ""]
    assert [rule.code for rule in draft.rules.all()] == [
        "some-graphics",
        "power-budget",
        "card-fits-case",
    ]


def test_no_rules_at_all_are_fine(draft):
    save(draft, "# nothing\n")
    assert not draft.rules.exists()


def test_a_text_that_does_not_parse_says_where_and_what_was_meant(draft):
    wrong = problem(draft, NEW.replace("cpu.tdp_w", "cpu.tdp_ww"))
    assert (wrong.line, wrong.column) == (4, 3)
    assert "cpu.tdp_w" in wrong.suggestion
    assert "^" in wrong.excerpt


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("cool-tower", "x" * 61, "at most 60"),
        ("A tower stays cool", "x" * 121, "1 to 120 signs"),
        ("{cpu} is warm in {case}.", "x" * 301, "1 to 300 signs"),
        ("{cpu} is warm", "{wings} is warm", "wings"),
    ],
)
def test_what_the_tables_or_the_engine_would_refuse_is_refused_first(draft, old, new, message):
    wrong = problem(draft, NEW.replace(old, new))
    assert message in f"{wrong.message} {wrong.suggestion}"
    assert wrong.line


def test_a_code_used_twice_is_refused(draft):
    wrong = problem(draft, NEW + NEW)
    assert "cool-tower" in f"{wrong.message} {wrong.excerpt}"


def test_a_text_that_is_too_long_is_refused_and_not_cut(draft):
    assert "1,000,000 at most" in problem(draft, NEW + "# x" * 400_000).message


def test_saving_over_somebody_elses_rules_is_refused(draft):
    read = text_sha256(rules_text(draft))
    save(draft, NEW)
    with pytest.raises(ChangedMeanwhile):
        save_rules(version_id=draft.pk, text="", read_sha256=read)
    assert draft.rules.count() == 1


def test_published_rules_are_not_changed():
    live = publish_small_model()
    with pytest.raises(NotADraft):
        save(live, NEW)


def test_a_rule_that_cannot_be_read_shows_as_a_remark_and_its_loss_is_told(draft):
    Rule.objects.filter(version=draft, code="power-budget").update(constraint={"what": 1})
    text = rules_text(draft)
    assert "# rule power-budget cannot be read" in text
    assert ("removed", "power-budget") in told(plan_rules(draft, text).sections)


def test_no_rule_goes_without_consent_be_it_forgotten_or_unreadable(draft, editor):
    Rule.objects.filter(version=draft, code="power-budget").update(constraint={"what": 1})
    before = rows(draft)
    page = editor.get(url(draft))
    assert "1 rule cannot be shown as text" in page.content.decode()
    card, _remark, _some = page.context["text"].strip().split("\n\n")
    sent = {"rules": card + NEW, "read": page.context["read_sha256"], "save": ""}
    asked = editor.post(url(draft), sent)
    assert asked.status_code == 409
    assert "2 rules would be removed" in asked.content.decode()
    assert "rule cool-tower" in asked.content.decode()
    assert rows(draft) == before
    editor.post(url(draft), sent | {"agreed": "some-graphics"})
    assert rows(draft) == before
    editor.post(url(draft), sent | {"agreed": asked.context["agreed"]})
    assert [rule.code for rule in draft.rules.all()] == ["card-fits-case", "cool-tower"]


def test_a_fault_behind_blank_lines_is_told_by_the_line_of_its_rule(draft):
    wrong = problem(draft, "\n\n" + NEW.replace("{cpu} is warm in {case}.", ""))
    assert wrong.line == 4


def test_many_rules_are_saved_with_as_many_statements_as_one(draft):
    def statements(count):
        text = "".join(NEW.replace("cool-tower", f"cool-{count}-{n}") for n in range(count))
        read = text_sha256(rules_text(draft))
        agreed = [rule.code for rule in draft.rules.all()]
        with CaptureQueriesContext(connection) as asked:
            save_rules(version_id=draft.pk, text=text, read_sha256=read, agreed=agreed)
        return len(asked)

    assert statements(300) == statements(1)


def test_checking_tells_what_would_change_and_writes_nothing(draft, editor):
    before = rows(draft)
    response = editor.post(url(draft), {"rules": NEW, "read": "", "check": ""})
    assert response.status_code == 200
    assert "Saving would change this" in response.content.decode()
    assert rows(draft) == before


def test_a_mistake_is_shown_and_what_was_typed_is_kept(draft, editor):
    typed = NEW.replace("cpu.tdp_w", "cpu.tdp_ww")
    response = editor.post(url(draft), {"rules": typed, "read": "", "save": ""})
    assert response.status_code == 422
    text = response.content.decode()
    assert "Line 4, column 3" in text
    assert "cpu.tdp_ww &lt;= 100" in text


def test_saving_leads_back_to_the_rules(draft, editor):
    page = editor.get(url(draft))
    text, read = page.context["text"], page.context["read_sha256"]
    done = editor.post(url(draft), {"rules": text + NEW, "read": read, "save": ""}, follow=True)
    assert "The rules are saved." in done.content.decode()
    assert draft.rules.count() == 4


def test_both_texts_are_shown_when_somebody_else_has_saved(draft, editor):
    read = editor.get(url(draft)).context["read_sha256"]
    save(draft, NEW)
    mine = NEW.replace("cool-tower", "mine")
    response = editor.post(url(draft), {"rules": mine, "read": read, "save": ""})
    text = response.content.decode()
    assert response.status_code == 409
    assert "rule mine" in text
    assert "rule cool-tower" in text
    assert "Save, and remove 1 rule" in text
    again = {name: response.context[f"{name}{more}"] for name, more in SENT_AGAIN}
    editor.post(url(draft), {"rules": mine, "save": ""} | again)
    assert [rule.code for rule in draft.rules.all()] == ["mine"]


def test_readers_read_and_may_not_change(draft):
    reader = signed_in(*READER)
    text = reader.get(url(draft)).content.decode()
    assert 'id="rule-card-fits-case"' in text
    assert "<textarea" not in text
    asked = {"rules": NEW, "read": "", "save": ""}
    assert reader.post(url(draft), asked).status_code == 403
    assert draft.rules.count() == 3


def test_a_published_version_is_read_only_for_everybody(editor):
    live = publish_small_model()
    assert "<textarea" not in editor.get(url(live)).content.decode()
    asked = {"rules": NEW, "read": text_sha256(rules_text(live)), "save": ""}
    told_why = editor.post(url(live), asked, follow=True).content.decode()
    assert "only a draft can be changed" in told_why


def test_a_version_without_rules_says_so(draft):
    draft.rules.all().delete()
    assert "Everything goes with everything" in signed_in(*READER).get(url(draft)).content.decode()
