"""Records in the admin: bills are checked as they are written, levels only move by the service."""

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


def test_a_bill_opens_with_its_lines_and_refuses_one_that_planning_could_not_read(admin_client):
    makeable_model()
    bill = draft_bill(part("SET-PACK"), SET_PACK)
    url = reverse("admin:production_billofmaterial_change", args=[bill.pk])
    assert admin_client.get(url).status_code == 200
    first, second = bill.lines.order_by("position")
    data = {
        "part": bill.part_id, "revision": 2, "status": "draft", "product_slug": "",
        "lines-TOTAL_FORMS": 2, "lines-INITIAL_FORMS": 2,
    }  # fmt: skip
    for index, line in enumerate((first, second)):
        data |= {
            f"lines-{index}-id": line.pk,
            f"lines-{index}-bill": bill.pk,
            f"lines-{index}-position": index,
            f"lines-{index}-component": line.component_id,
            f"lines-{index}-component_group": "",
            f"lines-{index}-quantity_per": "3",
            f"lines-{index}-condition": "",
            f"lines-{index}-operation": "box",
        }
    refused = admin_client.post(url, {**data, "lines-1-quantity_per": "3 pieces"})
    assert "expected the end, found pieces" in refused.content.decode()
    assert admin_client.post(url, data).status_code == 302
    first.refresh_from_db()
    assert first.quantity_per == "3"
