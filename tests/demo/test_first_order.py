"""The first order of the demo shop finds some parts on the shelf and calls for the others."""

import pytest
from django.db import transaction

from config.demo.catalogue.machines import machine
from config.demo.loading import load
from configurator.selectors import published_version
from configurator.services.configurations import freeze_configuration
from production.models import AssemblyJob, MaterialRequirement
from production.services.planning import plan_order
from suppliers.models import PurchaseOrderLine
from suppliers.services.sourcing import source_order
from tests.demo.catalogue_models import SLUGS
from tests.factories.shop import pay, place_small_order

pytestmark = pytest.mark.django_db


def ordered_and_paid(slug):
    version = published_version(slug)
    frozen = freeze_configuration(version=version, choices=version.defaults)
    order = pay(place_small_order(configuration=frozen))
    with transaction.atomic():
        plan_order(order_id=order.pk)
        bought = source_order(order_id=order.pk)
    return order, bought


@pytest.mark.parametrize("slug", SLUGS)
def test_a_paid_default_takes_from_the_shelf_and_buys_the_rest(slug):
    load()
    order, purchase_orders = ordered_and_paid(slug)
    job = AssemblyJob.objects.get(clearance__order=order)
    needed = MaterialRequirement.objects.filter(job=job).select_related("part")
    here = {row.part.part_number for row in needed if not row.short_quantity}
    bought = set(
        PurchaseOrderLine.objects.filter(purchase_order__in=purchase_orders).values_list(
            "part__part_number", flat=True
        )
    )
    default = machine(slug).defaults
    costly = {
        machine(slug).option(group, default[group]).part_number
        for group in ("cpu", "motherboard", "graphics", "case")
    }
    assert "LBL-RATING" in here
    assert costly <= bought
    assert not here & bought
    assert here | bought == {row.part.part_number for row in needed}
    assert len(purchase_orders) >= 2
