"""Authoring in the admin: by the services, and only while it is a draft."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from configurator.models import ModelVersion, Option, OptionPrice
from configurator.services.publishing import check_model_version
from tests.factories.configurator import (
    draft_small_model,
    frozen_configuration,
    publish_small_model,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_superuser("anna"))
    return client


def act(staff: Client, name: str, version: ModelVersion):
    url = reverse("admin:configurator_modelversion_changelist")
    return staff.post(url, {"action": name, "_selected_action": [version.pk]}, follow=True)


def test_a_list_action_has_a_worker_check_and_publish_a_version(staff, drain):
    version = draft_small_model()
    assert "is being checked" in act(staff, "check_versions", version).content.decode()
    drain()
    run = version.runs.get()
    assert (run.purpose, run.actor) == ("check", "staff:anna")
    assert "is being checked" in act(staff, "publish_versions", version).content.decode()
    assert version.runs.first().purpose == "publish"


def test_a_version_that_is_being_checked_is_not_asked_for_twice(staff):
    version = draft_small_model()
    act(staff, "check_versions", version)
    act(staff, "check_versions", version)
    assert version.runs.count() == 1


def test_a_checked_version_is_reopened_by_a_list_action(staff):
    version = draft_small_model()
    check_model_version(version_id=version.pk)
    assert "is a draft again" in act(staff, "reopen_versions", version).content.decode()
    version.refresh_from_db()
    assert version.status == ModelVersion.Status.DRAFT
    assert "cannot become draft" in act(staff, "reopen_versions", version).content.decode()


@pytest.mark.parametrize("name", ["optiongroup", "option", "rule"])
def test_nothing_can_be_added_to_a_published_version(staff, name):
    version = publish_small_model()
    data = {
        "version": version.pk,
        "group": version.groups.first().pk,
        "code": "wings",
        "name": "Wings",
        "severity": "block",
        "sentence": "No.",
        "condition": "case is mini",
        "position": 0,
        "options-TOTAL_FORMS": 0,
        "options-INITIAL_FORMS": 0,
    }
    response = staff.post(reverse(f"admin:configurator_{name}_add"), data)
    assert response.status_code == 200
    assert "only a draft can be changed" in response.content.decode()


def test_a_quantity_counts_another_group_of_its_own_version(staff):
    version, other = draft_small_model(), draft_small_model()
    data = {
        "version": version.pk,
        "quantity_for": other.groups.first().pk,
        "code": "wings",
        "name": "Wings",
        "position": 0,
        "options-TOTAL_FORMS": 0,
        "options-INITIAL_FORMS": 0,
    }
    response = staff.post(reverse("admin:configurator_optiongroup_add"), data)
    assert "only count another group" in response.content.decode()


@pytest.mark.parametrize("name", ["modelversion", "optiongroup", "option", "rule"])
def test_a_published_version_is_read_only(staff, name):
    version = publish_small_model()
    row = {
        "modelversion": version,
        "optiongroup": version.groups.first(),
        "option": Option.objects.filter(group__version=version).first(),
        "rule": version.rules.first(),
    }[name]
    url = reverse(f"admin:configurator_{name}_change", args=[row.pk])
    assert 'name="_save"' not in staff.get(url).content.decode()
    assert staff.post(url, {"code": "x", "name": "x"}).status_code == 403


def test_a_valid_price_is_read_only_and_a_drafts_price_is_not(staff):
    live, draft = publish_small_model(), draft_small_model()
    frozen = OptionPrice.objects.filter(price_list__version=live).first()
    open_ = OptionPrice.objects.filter(price_list__version=draft).first()
    url = "admin:configurator_optionprice_change"
    assert 'name="_save"' not in staff.get(reverse(url, args=[frozen.pk])).content.decode()
    assert 'name="_save"' in staff.get(reverse(url, args=[open_.pk])).content.decode()


@pytest.mark.parametrize(
    "name",
    [
        "productmodel",
        "modelversion",
        "optiongroup",
        "option",
        "rule",
        "pricelist",
        "optionprice",
        "configuration",
        "optionavailability",
        "plantload",
        "versionrun",
        "acceptedfinding",
    ],
)
def test_every_list_opens_searches_and_asks_few_questions(
    staff, name, django_assert_max_num_queries
):
    frozen_configuration()
    draft_small_model()
    url = reverse(f"admin:configurator_{name}_changelist")
    with django_assert_max_num_queries(16):
        assert staff.get(url).status_code == 200
    if name != "plantload":
        assert staff.get(url, {"q": "case"}).status_code == 200


@pytest.mark.parametrize("name", ["productmodel", "modelversion", "optiongroup", "pricelist"])
def test_a_drafts_form_opens(staff, name):
    version = draft_small_model()
    row = {
        "productmodel": version.product_model,
        "modelversion": version,
        "optiongroup": version.groups.first(),
        "pricelist": version.price_lists.first(),
    }[name]
    response = staff.get(reverse(f"admin:configurator_{name}_change", args=[row.pk]))
    assert 'name="_save"' in response.content.decode()
    assert staff.get(reverse(f"admin:configurator_{name}_add")).status_code == 200
