"""Records in the admin: what has a page is only shown, levels only move by the service."""

import pytest
from django.urls import reverse

from production.models import AssemblyJob, Bin, StockLevel, StockMovement
from tests.factories.production import (
    SET_PACK,
    draft_bill,
    makeable_model,
    part,
    planned_order,
    stock_part,
)

pytestmark = pytest.mark.django_db

MODELS = [
    "part", "billofmaterial", "assemblyjob", "materialrequirement", "scheduledreceipt",
    "stocklevel", "stockmovement", "workcenter",
]  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_every_list_opens(admin_client, name):
    planned_order()
    assert admin_client.get(reverse(f"admin:production_{name}_changelist")).status_code == 200


def test_a_job_can_be_looked_at_but_not_changed(admin_client):
    planned_order()
    url = reverse("admin:production_assemblyjob_change", args=[AssemblyJob.objects.get().pk])
    assert admin_client.get(url).status_code == 200
    assert admin_client.post(url, {"status": "done"}).status_code == 403


def correct(admin_client, of, **data):
    url = reverse("admin:production_stocklevel_change", args=[of.pk])
    return admin_client.post(
        url, {"home_bin": Bin.objects.get_or_create(code="B-07")[0].pk, **data}, follow=True
    )


def test_a_level_is_corrected_by_a_counted_difference_with_its_reason(admin_client):
    part = stock_part("TIE", 10)
    correct(admin_client, part, difference="-2", reason="two lost")
    level = StockLevel.objects.get(part=part)
    assert (level.on_hand, level.home_bin.code) == (8, "B-07")
    moved = StockMovement.objects.get(quantity=-2)
    assert (moved.reason, moved.actor) == ("two lost", "staff:admin")


def test_a_difference_without_a_reason_is_refused(admin_client):
    part = stock_part("TIE", 10)
    html = correct(admin_client, part, difference="-2").content.decode()
    assert "A change of the level needs a reason." in html
    assert StockLevel.objects.get(part=part).on_hand == 10


def test_a_bill_can_be_looked_at_with_a_way_to_its_page_but_not_changed(admin_client):
    makeable_model()
    for bill in (part("SET-PACK").bills.get(), draft_bill(part("SET-PACK"), SET_PACK)):
        url = reverse("admin:production_billofmaterial_change", args=[bill.pk])
        assert reverse("ops:bill", args=[bill.pk]) in admin_client.get(url).content.decode()
        assert admin_client.post(url, {"revision": 9}).status_code == 403
        delete = reverse("admin:production_billofmaterial_delete", args=[bill.pk])
        assert admin_client.post(delete, {"post": "yes"}).status_code == 403
