"""Offers at the console and in the admin, and what production learns of them."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from production.models import Part
from suppliers.models import Offer
from tests.factories.suppliers import offer, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer(client):
    client.force_login(
        staff("suppliers.view_purchaseorder", "suppliers.add_purchaseorder", "suppliers.view_offer")
    )
    return client


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_offers_are_found_by_part_and_by_the_suppliers_number(buyer):
    offer("PSU-450", sku="00-450")
    offer("PSU-450", supplier="halden", sku="H7", price_minor=3_000)
    offer("CPU-6", sku="C6")
    words = text_of(buyer.get(reverse("ops:offers"), {"q": "00-4"}))
    assert "PSU-450" in words
    assert "H7" in words
    assert "first choice" in words
    assert "CPU-6" not in words


def test_parts_that_nobody_sells_can_be_listed(buyer):
    offer("PSU-450")
    Part.objects.create(part_number="LONELY", name="Lonely part")
    words = text_of(buyer.get(reverse("ops:offers"), {"unsold": 1}))
    assert "Lonely part" in words
    assert "PSU-450" not in words


def test_an_offer_saved_in_the_admin_moves_the_lead_time_that_production_knows(client):
    client.force_login(get_user_model().objects.create_superuser("root"))
    it = offer("PSU-450")
    form = {
        "supplier": it.supplier_id, "part": it.part_id, "sku": it.sku, "price_minor": 4_000,
        "moq": 1, "pack_quantity": 1, "lead_days": 11, "is_active": "on",
    }  # fmt: skip
    response = client.post(reverse("admin:suppliers_offer_change", args=[it.pk]), form)
    assert response.status_code == 302
    profile = Part.objects.get(pk=it.part_id).supply_profile
    assert (profile.lead_days, profile.supplier_name) == (11, "Nordkomp")
    client.post(reverse("admin:suppliers_offer_delete", args=[it.pk]), {"post": "yes"}, follow=True)
    profile.refresh_from_db()
    assert profile.lead_days is None
    assert not Offer.objects.exists()


def test_a_supplier_that_stops_selling_is_not_promised_from(client):
    client.force_login(get_user_model().objects.create_superuser("root"))
    it = offer("PSU-450")
    seller = it.supplier
    form = {
        "code": seller.code, "name": seller.name, "email": seller.email, "address": "",
        "acknowledgement_hours": 24,
    }  # fmt: skip
    response = client.post(reverse("admin:suppliers_supplier_change", args=[seller.pk]), form)
    assert response.status_code == 302
    assert Part.objects.get(pk=it.part_id).supply_profile.lead_days is None
