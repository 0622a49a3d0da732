"""What changed between two versions, thing by thing, and nothing else."""

import pytest
from django.urls import reverse

from configurator.models import Option, OptionGroup, OptionPrice, Rule
from configurator.services.authoring import draft_from, make_optional
from tests.configurator.authoring.desk import READER, signed_in
from tests.factories.configurator import draft_small_model, price_small_model, publish_small_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def versions():
    live = publish_small_model()
    return live, draft_from(version_id=live.pk, actor="staff:anna")


def page(version, query=""):
    url = reverse("ops:version-difference", args=[version.pk])
    response = signed_in(*READER).get(url + query)
    assert response.status_code == 200
    return response


def told(version, query=""):
    """(sort, kind, code) → {fact: (old, new)}"""
    return {
        (section.sort, one.kind, one.code): {f.name: (f.old, f.new) for f in one.facts}
        for section in page(version, query).context["sections"]
        for one in section.differences
    }


def test_a_copy_is_not_different(versions):
    _, draft = versions
    assert told(draft) == {}
    text = page(draft).content.decode()
    assert "Nothing is different" in text


def test_every_sort_of_change_is_told(versions):
    _, draft = versions
    option = Option.objects.filter(group__version=draft)
    option.filter(code="mini").update(name="Tiny case", attributes={"max_graphics_length_mm": 250})
    option.filter(code="kit64").delete()
    make_optional(group_id=draft.groups.get(code="cpu").pk)
    OptionGroup.objects.filter(version=draft, code="graphics").update(name="Graphics card")
    OptionPrice.objects.filter(price_list__version=draft, option__code="tower").update(
        amount_minor=9_500
    )
    Rule.objects.filter(version=draft, code="some-graphics").delete()
    Rule.objects.filter(version=draft, code="power-budget").update(severity="warn")
    draft.defaults["case"] = "tower"
    draft.save(update_fields=["defaults"])
    found = told(draft)
    assert found["options", "changed", "mini"] == {
        "name": ("Mini case", "Tiny case"),
        "max_graphics_length_mm": ("240", "250"),
    }
    assert found["options", "removed", "kit64"] == {}
    assert found["options", "added", "none"]["tdp_w"] == ("", "0")
    assert found["groups", "changed", "graphics"] == {"name": ("Graphics", "Graphics card")}
    assert found["prices", "changed", "case.tower"] == {"price": ("$90", "$95")}
    assert found["prices", "removed", "memory.kit64"] == {}
    assert found["rules", "removed", "some-graphics"] == {}
    assert found["rules", "changed", "power-budget"] == {"severity": ("block", "warn")}
    assert found["defaults", "changed", "case"] == {"default": ("Mini case", "Tower case")}


def test_a_rule_that_says_something_else_is_told_as_text(versions):
    _, draft = versions
    Rule.objects.filter(version=draft, code="power-budget").update(
        constraint={"left": "cpu.tdp_w", "op": "<=", "value": 170}
    )
    old, new = told(draft)["rules", "changed", "power-budget"]["condition"]
    assert old != new
    assert "170" in new


def test_a_rule_that_cannot_be_read_is_told_all_the_same(versions):
    _, draft = versions
    Rule.objects.filter(version=draft, code="power-budget").update(constraint={"what": 1})
    assert "what" in told(draft)["rules", "changed", "power-budget"]["condition"][1]


def test_another_order_is_a_difference(versions):
    _, draft = versions
    Rule.objects.filter(version=draft, code="card-fits-case").update(position=9)
    assert told(draft)["rules", "changed", ""]["order"] == (
        "card-fits-case · power-budget · some-graphics",
        "power-budget · some-graphics · card-fits-case",
    )


def test_it_is_compared_with_the_version_before_or_with_the_one_asked_for(versions):
    live, draft = versions
    third = draft_from(version_id=draft.pk, actor="staff:anna", is_another=True)
    Option.objects.filter(group__version=third, code="mini").update(facts="Small")
    Option.objects.filter(group__version=draft, code="tower").update(facts="Tall")
    assert page(third).context["other"] == draft
    assert page(third, f"?from={live.pk}").context["other"] == live
    assert page(live).context["other"] == third
    assert page(third, "?from=elsewhere").context["other"] == draft
    foreign = draft_small_model()
    assert page(third, f"?from={foreign.pk}").context["other"] == draft


def test_the_first_version_has_nothing_to_be_compared_with():
    assert "nothing to compare" in page(draft_small_model()).content.decode()


def test_newest_prices_are_compared(versions):
    live, draft = versions
    price_small_model(version=live, changes={("cpu", "six"): 26_000})
    assert told(draft) == {("prices", "changed", "cpu.six"): {"price": ("$260", "$250")}}


def test_it_asks_a_fixed_number_of_questions(versions, django_assert_max_num_queries):
    _, draft = versions
    client = signed_in(*READER)
    with django_assert_max_num_queries(26):
        client.get(reverse("ops:version-difference", args=[draft.pk]))


def test_of_many_differences_the_first_hundred_are_shown_and_all_are_counted(versions):
    _, draft = versions
    group = draft.groups.get(code="case")
    Option.objects.bulk_create(
        Option(group=group, code=f"case-{n}", name=f"Case {n}") for n in range(150)
    )
    text = page(draft).content.decode()
    assert text.count('class="change added"') == 100
    assert "The first 100 of 150 are shown." in text
