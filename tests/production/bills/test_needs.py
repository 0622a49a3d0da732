"""What a configuration would need, by the bills in force and with a draft among them."""

import pytest

from production.services.authoring import drafts
from shop.models import Order
from tests.factories.configurator import frozen_configuration
from tests.factories.production import DEFAULT_NEEDS, makeable_model
from tests.factories.shop import place_small_order
from tests.production.bills.written import READ, costing, page, released, writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return makeable_model(pieces=3)


@pytest.fixture
def machine(version):
    return released(f"MCH-{version.product_model.slug.upper()}")


def test_the_default_machine_is_exploded_with_costs_and_what_is_short(machine):
    costing("SCREW", 5)
    html = page(writer(*READ), "bill_needs", machine.pk)
    for number in DEFAULT_NEEDS:
        assert number in html
    assert "BRACKET" not in html
    assert "$0.40" in html  # 8 screws at 5 cents
    assert 'stop">5<' in html  # 8 screws wanted, 3 there
    assert "without 8 parts of unknown cost" in html
    assert 'stop">13<' in page(writer(*READ, name="ben"), "bill_needs", machine.pk, machines=2)


def test_a_pick_is_taken_and_one_that_contradicts_another_is_explained(machine):
    ada = writer(*READ)
    html = page(ada, "bill_needs", machine.pk, **{"pick.graphics": "card"})
    assert "BRACKET" in html
    both = {"pick.graphics": "long-card", "pick.case": "mini", "pick.cpu": "nonsense"}
    html = page(ada, "bill_needs", machine.pk, **both)
    assert "These picks contradict each other" in html


def test_a_saved_build_or_an_order_is_pasted(version, machine):
    ada = writer(*READ)
    configuration = frozen_configuration(version=version)
    for pasted in (
        configuration.share_code,
        f"https://x.example/c/{configuration.share_code}/?a=b",
    ):
        assert "SCREW" in page(ada, "bills_needs", of=pasted)
    order = place_small_order(configuration=configuration)
    assert "SCREW" in page(ada, "bills_needs", of=f" {order.number.lower()} ")
    assert Order.objects.count() == 1
    for nothing in ("nonsense", "x" * 300, "%", "///"):
        html = page(ada, "bills_needs", of=nothing, status=422)
        assert "No configuration was saved" in html


def test_with_a_draft_the_difference_to_today_is_told(machine):
    draft = drafts.draft_from(bill_id=released("CHASSIS-KIT").pk, actor="x")
    draft.lines.filter(component__part_number="SCREW").update(quantity_per="6")
    ada = writer(*READ)
    assert "today 8" in page(ada, "bill_needs", draft.pk)
    draft.lines.filter(component__part_number="SCREW").update(quantity_per="6 screws")
    html = page(ada, "bill_needs", draft.pk, status=422)
    assert "This cannot be exploded" in html
    assert "expected the end, found screws" in html
