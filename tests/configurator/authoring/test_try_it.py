"""The try-it panel: any version, drafts too, with reasons, rules, prices and ways out."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from configurator.models import Option, OptionGroup, OptionPrice, PriceList, Rule
from tests.configurator.authoring.desk import EDITOR, READER, signed_in
from tests.factories.configurator import (
    ModelVersionFactory,
    draft_small_model,
    price_small_model,
    publish_small_model,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    return signed_in(*READER)


def page(client, version, query="", **headers):
    response = client.get(reverse("ops:version-try", args=[version.pk]) + query, **headers)
    assert response.status_code == 200
    return response


def rows(response):
    return {row.code: row for row in response.context["it"].rows}


@pytest.mark.parametrize("make", [draft_small_model, publish_small_model])
def test_a_machine_is_filled_in_and_priced(reader, make):
    response = page(reader, make())
    it = response.context["it"]
    assert it.total == "$540"
    assert {line.name: line.chosen for line in it.groups}["Case"] == "Mini case"
    assert rows(response)["mini"].state == "filled"
    assert rows(response)["tower"].price == "+$30"


def test_a_blocked_option_says_why_by_which_rule_and_offers_the_way_out(reader):
    version = draft_small_model()
    response = page(reader, version, "?pick.case=mini&pick.cpu=six&open=graphics")
    blocked = rows(response)["long-card"]
    assert blocked.state == "blocked"
    assert blocked.reason.sentences == (
        "Long graphics card is 340 mm long; Mini case takes 240 mm.",
    )
    where = f"{reverse('ops:version-rules', args=[version.pk])}#rule-card-fits-case"
    assert blocked.reason.rules == [(where, "Graphics card fits the case")]
    text = response.content.decode()
    assert "Long graphics card is 340 mm long" in text
    assert where in text
    repaired = page(reader, version, blocked.reason.way_out.url).context["it"]
    assert repaired.conflict is None
    assert dict(repaired.trial.picks) == {"cpu": "six", "graphics": "long-card"}


def test_a_rule_of_a_draft_leads_editors_to_its_form_and_readers_to_its_text(reader):
    draft = draft_small_model()
    rule = Rule.objects.get(version=draft, code="card-fits-case")
    editor = signed_in(*EDITOR, "change_rule")
    asked = "?pick.case=mini&open=graphics"
    ((form, _name),) = rows(page(editor, draft, asked))["long-card"].reason.rules
    assert form == reverse("admin:configurator_rule_change", args=[rule.pk])
    ((text, _name),) = rows(page(reader, draft, asked))["long-card"].reason.rules
    shown, _, place = text.partition("#")
    assert f'id="{place}"' in reader.get(shown).content.decode()


def test_taking_an_option_tells_what_else_changes(reader):
    row = rows(page(reader, draft_small_model(), "?open=cpu"))["sixteen"]
    assert row.state == "changes"
    assert row.changes == ["Power supply: 850 W supply", "Graphics: Graphics card"]


def test_picks_that_contradict_each_other_are_explained_and_repaired(reader):
    version = draft_small_model()
    response = page(reader, version, "?pick.case=mini&pick.graphics=long-card")
    it = response.context["it"]
    assert [name for _url, name in it.conflict.rules] == ["Graphics card fits the case"]
    assert "These picks contradict each other" in response.content.decode()
    mended = page(reader, version, it.conflict.way_out.url).context["it"]
    assert dict(mended.trial.picks) == {"graphics": "long-card"}


def test_a_pick_that_the_version_does_not_have_is_left_out_and_told(reader):
    it = page(
        reader, draft_small_model(), "?pick.case=gone&pick.wings=two&pick.cpu=six&open=wings"
    ).context["it"]
    assert it.trial.unknown == ("case: gone", "wings: two")
    assert dict(it.trial.picks) == {"cpu": "six"}
    assert it.opened.code == "case"


def test_a_change_of_the_draft_shows_at_once(reader):
    version = draft_small_model()
    assert rows(page(reader, version, "?open=graphics"))["card"].state != "blocked"
    Option.objects.filter(group__version=version, code__endswith="card").update(
        attributes={"fitted": True, "length_mm": 999, "tdp_w": 1}
    )
    assert rows(page(reader, version, "?open=graphics"))["card"].state == "blocked"


def test_a_fact_that_nobody_knows_warns(reader):
    version = draft_small_model()
    Option.objects.filter(group__version=version, code="mini").update(
        attributes={"max_graphics_length_mm": None}
    )
    (warning,) = page(reader, version).context["it"].warnings
    assert "could not be checked" in warning


def malformed_rule(version):
    Rule.objects.filter(version=version, code="power-budget").update(
        constraint={"left": "cpu.wings", "op": "<=", "value": 3}
    )
    return "rule", Rule.objects.get(version=version, code="power-budget")


def malformed_option(version):
    Option.objects.filter(group__version=version, code="two").update(attributes={})
    return "option", Option.objects.get(group__version=version, code="two")


def malformed_attribute(version):
    Option.objects.filter(group__version=version, code="six").update(attributes={"tdp_w": 1.5})
    return "option", Option.objects.get(group__version=version, code="six")


def group_without_options(version):
    return "optiongroup", OptionGroup.objects.create(
        version=version, code="wings", name="Wings", position=99
    )


def group_without_default(version):
    del version.defaults["cpu"]
    version.save(update_fields=["defaults"])
    return "modelversion", version


@pytest.mark.parametrize(
    "spoil",
    [
        malformed_rule,
        malformed_option,
        malformed_attribute,
        group_without_options,
        group_without_default,
    ],
)
def test_a_malformed_draft_says_what_is_wrong_and_links_to_it(reader, spoil):
    version = draft_small_model()
    name, row = spoil(version)
    response = page(reader, version)
    assert "cannot be tried yet" in response.content.decode()
    assert response.context["mending_url"] == reverse(
        f"admin:configurator_{name}_change", args=[row.pk]
    )


def test_rules_that_allow_nothing_are_told(reader):
    version = draft_small_model()
    Rule.objects.filter(version=version, code="power-budget").update(
        constraint={"left": "cpu.tdp_w", "op": "<", "value": 0}
    )
    assert "allow no configuration" in page(reader, version).content.decode()


def test_a_version_without_groups_invites_to_add_some(reader):
    version = ModelVersionFactory.create(defaults={})
    assert "Nothing to choose yet" in page(reader, version).content.decode()


def test_a_missing_price_does_not_stop_the_trial(reader):
    version = draft_small_model()
    OptionPrice.objects.filter(option__code="mini").delete()
    it = page(reader, version, "?open=graphics").context["it"]
    assert (it.total, it.unpriced) == ("", "the price book has no price for case.mini")
    PriceList.objects.all().delete()
    assert "There is no price list yet" in page(reader, version).content.decode()


def test_the_newest_price_list_counts(reader):
    version = draft_small_model()
    price_small_model(version=version, changes={("case", "mini"): 7_000})
    assert page(reader, version).context["it"].total == "$550"


def many_cases(version):
    group = OptionGroup.objects.get(version=version, code="case")
    Option.objects.bulk_create(
        Option(
            group=group,
            code=f"case-{n}",
            name=f"Case {n}",
            attributes={"max_graphics_length_mm": 100},
            position=n,
        )
        for n in range(10, 210)
    )
    OptionPrice.objects.bulk_create(
        OptionPrice(price_list=version.price_lists.get(), option=option, amount_minor=1)
        for option in group.options.filter(code__startswith="case-")
    )


def test_a_large_group_is_shown_in_part_and_searched(reader):
    version = draft_small_model()
    many_cases(version)
    it = page(reader, version).context["it"]
    assert (len(it.rows), it.matching, it.size) == (40, 202, 202)
    assert len(page(reader, version, it.whole_url).context["it"].rows) == 202
    found = page(reader, version, "?open=case&q=CASE-19").context["it"]
    assert [row.code for row in found.rows] == ["case-19", *(f"case-{n}" for n in range(190, 200))]
    chosen = page(reader, version, "?open=case&pick.case=case-209").context["it"]
    assert chosen.rows[0].code == "case-209"


def test_it_asks_as_often_for_many_options_as_for_few(reader):
    version = draft_small_model()
    page(reader, version)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            page(reader, version)
        return len(asked)

    few = queries()
    many_cases(version)
    assert queries() == few < 20


def test_htmx_gets_the_form_alone_and_the_address(reader):
    version = draft_small_model()
    response = page(reader, version, "?pick.case=tower&open=cpu", headers={"HX-Request": "true"})
    assert "<h1" not in response.content.decode()
    assert response.headers["HX-Replace-Url"].endswith("?pick.case=tower&open=cpu")


def test_strangers_log_in_and_other_staff_are_refused(client):
    url = reverse("ops:version-try", args=[draft_small_model().pk])
    assert client.get(url).status_code == 302
    assert signed_in().get(url).status_code == 403


def test_a_version_that_does_not_exist_is_not_found(reader):
    assert reader.get(reverse("ops:version-try", args=[999_999])).status_code == 404
