"""What production says of options on offer: could they be built as the bill stands now?"""

import pytest

from configurator.errors import ModelCheckFailed
from configurator.models import Option, OptionPrice
from configurator.services.publishing import check_model_version
from production.models import BillOfMaterial, BomLine, Part
from tests.factories.configurator import draft_small_model
from tests.factories.production import change_line, makeable_model

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _bills_are_asked_for(settings):
    settings.CONFIGURATOR_BUILDER = "production.buildable.unbuildable"


@pytest.fixture
def draft(settings):
    """The next version of a machine that production can make."""
    settings.CONFIGURATOR_BUILDER = "configurator.ports.builds_anything"
    version = makeable_model()
    settings.CONFIGURATOR_BUILDER = "production.buildable.unbuildable"
    return draft_small_model(product_model=version.product_model, number=2)


def refused(draft):
    with pytest.raises(ModelCheckFailed) as error:
        check_model_version(version_id=draft.pk)
    return list(error.value.problems)


def options(draft, code):
    return Option.objects.filter(group__version=draft, code=code)


def test_what_the_bill_takes_can_be_sold(draft):
    assert check_model_version(version_id=draft.pk).findings == ()


def test_a_part_that_production_does_not_know(draft):
    options(draft, "tower").update(part_number="CASE-NEW")
    assert refused(draft) == ["case.tower: production knows no part CASE-NEW"]


def test_a_group_that_no_line_of_the_bill_takes(draft):
    change_line(BomLine.objects.get(component_group="memory"), component_group="cpu")
    assert refused(draft) == [
        f"memory.{code}: no line of the bill takes what is chosen in memory"
        for code in ("kit16", "kit64")
    ]


def test_a_machine_without_a_bill():
    draft = draft_small_model()
    assert f"{draft.product_model.slug}: it has no released bill of material" in refused(draft)


def test_a_bill_that_cannot_be_read(draft):
    change_line(BomLine.objects.get(component_group="memory"), quantity_per="memory_quantity,")
    (told,) = refused(draft)
    assert "its bill of material cannot be read" in told
    assert "column 16: expected the end, found ," in told


def test_a_bill_that_asks_for_a_group_that_is_not_there(draft):
    line = BomLine.objects.get(component_group="case")
    change_line(line, condition='lights != "none"')
    (told,) = refused(draft)
    assert "asks for lights, a group that it does not have" in told


def test_a_made_part_without_a_bill(draft):
    BillOfMaterial.objects.filter(part__part_number="SET-PACK").update(status="superseded")
    (told,) = refused(draft)
    assert "SET-PACK is phantom, but has no released bill" in told


def test_an_option_that_costs_money_needs_a_part_or_is_a_service(draft):
    options(draft, "card").update(part_number="")
    (told,) = refused(draft)
    assert told.startswith("graphics.card: Graphics card costs money, but names no part")
    options(draft, "card").update(is_service=True)
    check_model_version(version_id=draft.pk)


def test_what_is_free_and_has_no_part_is_nothing_to_build(draft):
    option = options(draft, "card").get()
    OptionPrice.objects.filter(option=option).update(amount_minor=0)
    options(draft, "card").update(part_number="")
    check_model_version(version_id=draft.pk)


def test_a_bill_that_speaks_of_an_attribute_that_is_not_there(draft):
    change_line(BomLine.objects.get(component_group="case"), condition="graphics.lenght_mm > 3")
    (told,) = refused(draft)
    assert "line 1: column 1: expected an attribute of graphics" in told
    assert "did you mean graphics.length_mm?" in told


def test_a_configuration_for_which_none_of_several_alternates_applies(draft):
    line = BomLine.objects.get(component__part_number="BRACKET")
    change_line(line, alternates="bracket", condition='graphics == "card"')
    (told,) = refused(draft)
    assert "alternates bracket: none applies" in told
    assert "where graphics is none" in told


def test_an_attribute_that_an_option_lacks_is_told_where_the_bill_would_ask_for_it(draft):
    card = options(draft, "long-card").get()
    Option.objects.filter(pk=card.pk).update(attributes={**card.attributes, "slots": 2})
    bracket = BomLine.objects.get(component__part_number="BRACKET")
    change_line(bracket, condition="graphics.fitted", quantity_per="graphics.slots")
    (told,) = refused(draft)
    assert "has no answer where graphics is card: graphics.slots must be a whole number" in told


def test_parts_of_other_machines_do_not_matter(draft):
    Part.objects.create(part_number="ODD", name="Odd", kind=Part.Kind.MAKE)
    check_model_version(version_id=draft.pk)
