"""Several product managers at the same instant: nobody's work is lost without a word."""

import pytest

from configurator.errors import ChangedMeanwhile, DraftExists
from configurator.models import ModelVersion, Option, OptionPrice
from configurator.services.authoring import draft_from
from configurator.services.authoring.exchange import export_sheet, import_sheet, preview_import
from configurator.services.authoring.rules import rules_text, save_rules, text_sha256
from tests.concurrency.races import race
from tests.factories.configurator import draft_small_model, publish_small_model

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]

RACERS = 4
RULE = 'rule mine-{} "Mine" warns\n  cpu.tdp_w <= 100\n  say "Warm."\n'


def test_of_many_wishes_for_the_next_version_one_draft_comes():
    live = publish_small_model()
    results = race(*[lambda: draft_from(version_id=live.pk, actor="staff:anna")] * RACERS)
    assert sum(isinstance(result, ModelVersion) for result in results) == 1
    assert sum(isinstance(result, DraftExists) for result in results) == RACERS - 1
    assert ModelVersion.objects.filter(product_model=live.product_model).count() == 2


def test_drafts_that_are_wanted_are_numbered_one_after_the_other():
    live = publish_small_model()
    asked = {"version_id": live.pk, "actor": "staff:anna", "is_another": True}
    made = race(*[lambda: draft_from(**asked)] * RACERS)
    assert sorted(version.number for version in made) == [2, 3, 4, 5]


def test_of_rules_saved_at_once_one_text_stays_and_the_others_are_told():
    draft = draft_small_model()
    read = text_sha256(rules_text(draft))
    agreed = [rule.code for rule in draft.rules.all()]

    def saving(number):
        text = RULE.format(number)
        asked = {"version_id": draft.pk, "text": text, "read_sha256": read, "agreed": agreed}
        return lambda: save_rules(**asked)

    results = race(*[saving(number) for number in range(RACERS)])
    assert sum(isinstance(result, ChangedMeanwhile) for result in results) == RACERS - 1
    assert draft.rules.count() == 1


def test_of_sheets_imported_at_once_one_comes_in_whole_and_the_others_are_told():
    draft = draft_small_model()
    sheet = export_sheet(draft, "options").decode()

    def importing(price):
        content = sheet.replace("250.00", f"{price}.00").replace("600.00", f"{price}.00").encode()
        asked = {"kind": "options", "content": content, "removes": False}
        state = preview_import(draft, **asked).state
        return lambda: import_sheet(version_id=draft.pk, state=state, **asked)

    results = race(*[importing(price) for price in range(1, RACERS + 1)])
    assert sum(isinstance(result, ChangedMeanwhile) for result in results) == RACERS - 1
    prices = OptionPrice.objects.filter(option__in=Option.objects.filter(group__code="cpu"))
    assert len(set(prices.values_list("amount_minor", flat=True))) == 1
