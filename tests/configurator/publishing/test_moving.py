"""A frozen configuration is carried over to another version, with the difference in words."""

import pytest

from configurator import selectors
from configurator.models import Option, OptionGroup, Rule
from configurator.ports import Held
from configurator.selectors.impact import impact_of
from configurator.selectors.moving import moved
from configurator.services.price_lists import create_price_list
from configurator.services.publishing import check_model_version
from tests.factories.configurator import (
    BASE_MINOR,
    draft_small_model,
    frozen_configuration,
    price_small_model,
    publish_small_model,
    small_prices,
)

pytestmark = pytest.mark.django_db
ACCEPT = dict.fromkeys(("dead_option", "false_optional", "redundant_rule", "never_applies"), "test")


@pytest.fixture
def old():
    return publish_small_model()


@pytest.fixture
def draft(old):
    return draft_small_model(product_model=old.product_model, number=2)


def options(draft, group, code):
    return Option.objects.filter(group__version=draft, group__code=group, code=code)


def move(configuration, draft):
    check_model_version(version_id=draft.pk, accept=ACCEPT)
    draft.refresh_from_db()
    return moved(configuration, draft, selectors.current_price_list(draft))


def test_what_fits_stays_as_it_is(old, draft):
    result = move(frozen_configuration(version=old, case="tower", graphics="card"), draft)
    assert not result.is_repaired
    assert (result.choices["case"], result.delta_minor) == ("tower", 0)
    assert result.sentences == ()


def test_a_part_that_is_gone_is_replaced_by_the_one_of_nearest_price(old, draft):
    options(draft, "graphics", "card").delete()
    result = move(
        frozen_configuration(
            version=old, case="tower", power_supply="w850", graphics="card", memory="kit64"
        ),
        draft,
    )
    (changed,) = result.changed
    assert (changed.old_name, changed.new_name) == ("Graphics card", "Long graphics card")
    assert result.gone == ("Graphics card",)
    assert result.delta_minor == 50_000
    assert result.sentences == ("Graphics card is no longer offered.",)


def test_nothing_else_can_be_had_then_it_is_left_out(old, draft):
    options(draft, "graphics", "card").delete()
    result = move(frozen_configuration(version=old, graphics="card"), draft)
    # The long card fits neither the mini case nor its supply.
    assert result.choices["graphics"] == "none"
    assert result.choices["case"] == "mini"


def test_a_new_rule_lets_go_of_as_little_as_possible_and_says_why(old, draft):
    options(draft, "case", "mini").update(attributes={"max_graphics_length_mm": 100})
    result = move(frozen_configuration(version=old, graphics="card", memory="kit64"), draft)
    assert [change.group for change in result.changed] == ["graphics"]
    assert result.choices["memory"] == "kit64"
    assert "Graphics card is 220 mm long; Mini case takes 100 mm." in result.sentences


def test_a_question_that_is_new_is_answered_by_its_default(old, draft):
    group = OptionGroup.objects.create(version=draft, code="feet", name="Feet", position=9)
    for code in ("rubber", "steel"):
        Option.objects.create(group=group, code=code, name=f"{code.title()} feet")
    draft.defaults["feet"] = "steel"
    draft.save()
    price_small_model_with_feet(draft)
    result = move(frozen_configuration(version=old), draft)
    (changed,) = result.changed
    assert (changed.group_name, changed.old_name, changed.new_name) == ("Feet", "", "Steel feet")


def price_small_model_with_feet(draft):
    prices = small_prices() | {("feet", "rubber"): 0, ("feet", "steel"): 0}
    create_price_list(version=draft, currency="USD", base_minor=BASE_MINOR, option_minor=prices)


def test_a_question_that_is_gone_is_told_where_something_was_chosen(old, draft):
    Rule.objects.filter(version=draft).delete()
    OptionGroup.objects.filter(version=draft, code="graphics").delete()
    del draft.defaults["graphics"]
    draft.save()
    without = frozen_configuration(version=old)
    result = move(frozen_configuration(version=old, graphics="card"), draft)
    (changed,) = result.changed
    assert (changed.old_name, changed.new_name) == ("Graphics card", "")
    price_list = selectors.current_price_list(draft)
    assert not moved(without, draft, price_list).is_repaired


def test_a_rise_and_a_drop_of_prices_are_told_apart(old, draft):
    price_small_model(version=draft, changes={("cpu", "six"): 26_000})
    assert move(frozen_configuration(version=old), draft).delta_minor == 1_000


# --- impact: the same for all that is held, as staff see it before publishing


@pytest.fixture
def holding(settings):
    """Pretend that these configurations are held: (configuration, carts, orders)."""
    HELD.clear()
    settings.CONFIGURATOR_DEMAND = f"{__name__}.held"

    def hold(*rows):
        HELD.update({one.pk: Held(carts, orders) for one, carts, orders in rows})

    return hold


HELD: dict[int, Held] = {}


def held(*, product_slug):
    return dict(HELD)


def impact(draft):
    check_model_version(version_id=draft.pk, accept=ACCEPT)
    draft.refresh_from_db()
    return impact_of(draft, selectors.engine_model(draft))


def test_impact_counts_what_stays_what_costs_otherwise_and_what_is_replaced(old, draft, holding):
    price_small_model(version=draft, changes={("memory", "kit64"): 20_000})
    options(draft, "graphics", "card").delete()
    holding(
        (frozen_configuration(version=old), 3, 0),
        (frozen_configuration(version=old, memory="kit64"), 1, 2),
        (frozen_configuration(version=old, graphics="card"), 1, 0),
    )
    result = impact(draft)
    assert (result["carts"], result["orders"], result["configurations"]) == (5, 2, 3)
    assert result["counts"]["same"] == {"configurations": 1, "carts": 3, "orders": 0}
    assert result["counts"]["cheaper"] == {"configurations": 1, "carts": 1, "orders": 2}
    assert result["counts"]["repaired"] == {"configurations": 1, "carts": 1, "orders": 0}
    assert result["listed"][0]["changed"] == [
        {"group": "Graphics", "old": "Graphics card", "new": "No graphics card"}
    ]


def test_impact_looks_at_the_most_held_first_and_says_how_many_it_looked_at(
    old, draft, holding, monkeypatch
):
    monkeypatch.setattr("configurator.selectors.impact.MOST_MOVED", 1)
    holding(
        (frozen_configuration(version=old), 1, 0),
        (frozen_configuration(version=old, memory="kit64"), 7, 0),
    )
    result = impact(draft)
    assert (result["configurations"], result["looked_at"]) == (2, 1)
    assert result["counts"]["same"]["carts"] == 7


def test_nothing_is_held_then_there_is_nothing_to_tell(draft, holding):
    assert impact(draft)["configurations"] == 0
