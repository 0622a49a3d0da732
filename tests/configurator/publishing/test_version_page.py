"""The desk's pages of machines and their versions."""

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from config.outbox.relay import drain
from configurator.models import ModelVersion, Option, Rule, VersionRun
from configurator.services.runs import request_version_run
from shop.models import Cart, CartLine
from tests.factories.configurator import (
    draft_small_model,
    frozen_configuration,
    price_small_model,
    publish_small_model,
)

pytestmark = pytest.mark.django_db


def member(*codenames):
    user = User.objects.create_user("anna", password="secret", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


@pytest.fixture
def desk(client):
    client.force_login(member("view_modelversion", "change_modelversion", "add_modelversion"))
    return client


def page(desk, version):
    return desk.get(reverse("ops:version", args=[version.pk])).text


def act(desk, version, what, **fields):
    return desk.post(reverse(f"ops:version-{what}", args=[version.pk]), fields, follow=True).text


def publish(desk, version, **fields):
    """What a person does: ask, read what happens, agree."""
    asked = act(desk, version, "run", purpose="publish", **fields)
    assert 'name="agreed"' in asked
    return act(desk, version, "run", purpose="publish", agreed="1", **fields)


def too_long(version):
    Option.objects.filter(group__version=version, code="long-card").update(
        attributes={"fitted": True, "length_mm": 500, "tdp_w": 100}
    )


def test_all_machines_stand_with_their_versions(desk):
    old = publish_small_model()
    draft_small_model(product_model=old.product_model, number=2)
    text = desk.get(reverse("ops:machines")).text
    assert "Version 1" in text
    assert "Version 2" in text
    assert "On sale" in text
    assert "Draft" in text


def test_the_list_of_machines_asks_few_queries(desk, django_assert_max_num_queries):
    for _ in range(3):
        publish_small_model()
    with django_assert_max_num_queries(12):
        desk.get(reverse("ops:machines"))


def test_a_check_shows_its_progress_and_then_what_it_found(desk):
    version = draft_small_model()
    too_long(version)
    text = act(desk, version, "run", purpose="check")
    assert "step 0 of 9" in text
    assert 'hx-trigger="every 1s"' in text
    drain()
    text = page(desk, version)
    assert "Not ready for sale" in text
    assert "1 thing stands in the way." in text
    assert "every 1s" not in text
    option = Option.objects.get(group__version=version, code="long-card")
    assert reverse("admin:configurator_option_change", args=[option.pk]) in text


def test_htmx_gets_only_the_part_that_changes(desk):
    version = draft_small_model()
    url = reverse("ops:version", args=[version.pk])
    text = desk.get(url, headers={"HX-Request": "true"}).text
    assert "<title>" in text
    assert "<html" not in text


def test_a_finding_is_accepted_with_a_reason_and_the_version_published(desk):
    version = draft_small_model()
    too_long(version)
    publish(desk, version)
    drain()
    named = {"kind": "dead_option", "where": "graphics.long-card"}
    assert "Reason: expected" in act(desk, version, "accept", **named, reason=" ")
    text = act(desk, version, "accept", **named, reason="shown, not sold")
    assert "“shown, not sold” (anna)" in text
    publish(desk, version)
    drain()
    assert "Published" in page(desk, version)
    version.refresh_from_db()
    assert version.status == ModelVersion.Status.PUBLISHED


def test_an_acceptance_can_be_taken_back(desk):
    version = draft_small_model()
    too_long(version)
    named = {"kind": "dead_option", "where": ""}
    act(desk, version, "run", purpose="check")
    drain()
    act(desk, version, "accept", **named, reason="shown, not sold")
    act(desk, version, "accept", **named, withdraw="1")
    assert not version.accepted.exists()


def test_a_version_is_published_with_a_date_and_taken_back(desk):
    old = publish_small_model()
    version = draft_small_model(product_model=old.product_model, number=2)
    publish(desk, version, valid_from="2099-01-31T09:30")
    drain()
    text = page(desk, version)
    assert "It goes on sale on 31 Jan 2099, 09:30, by itself." in text
    assert "Until then version 1 stays on sale." in text
    text = act(desk, version, "withdraw")
    assert "It will not go on sale." in text
    assert "<h2>Published</h2>" not in text
    assert "It is a draft again." in act(desk, version, "reopen")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"purpose": "sell"}, "purpose"),
        ({}, "purpose"),
        ({"purpose": "publish", "valid_from": "soon"}, "On sale from"),
        ({"purpose": "publish", "valid_from": "9" * 4000}, "On sale from"),
        ({"purpose": "publish", "valid_from": "2025-01-31T09:30"}, "got 2025-01-31 09:30"),
    ],
)
def test_odd_forms_are_told_and_change_nothing(desk, fields, told):
    version = draft_small_model()
    assert told in act(desk, version, "run", **fields)
    assert not VersionRun.objects.exists()


def test_nothing_goes_on_sale_before_somebody_has_read_what_happens_and_agreed(desk):
    old = publish_small_model()
    version = draft_small_model(product_model=old.product_model, number=2)
    text = act(desk, version, "run", purpose="publish")
    assert "Put it on sale at once?" in text
    assert "version 1 is retired" in text
    assert not VersionRun.objects.exists()
    later = act(desk, version, "run", purpose="publish", valid_from="2099-01-31T09:30")
    assert "31 January 2099, 09:30 (UTC)" in later
    assert 'value="2099-01-31T09:30"' in later


def test_what_was_sold_before_is_brought_back_as_a_new_version(desk):
    old = publish_small_model()
    bad = draft_small_model(product_model=old.product_model, number=2)
    Option.objects.filter(group__version=bad, code="six").update(name="Six slow cores")
    publish(desk, bad)
    drain()
    text = page(desk, bad)
    back = reverse("ops:version", args=[old.pk])
    assert f'<a href="{back}">version 1</a>' in text
    assert "Bring it back as a new version" in page(desk, old)
    text = desk.post(reverse("ops:version-draft", args=[old.pk]), follow=True).text
    assert "a copy of version 1" in text
    publish(desk, old.product_model.versions.get(number=3))
    drain()
    live = ModelVersion.objects.published().get(product_model=old.product_model)
    assert (live.number, live.ir_sha256) == (3, ModelVersion.objects.get(pk=old.pk).ir_sha256)


def test_a_draft_leads_to_its_groups_and_to_new_options_in_them(desk):
    version = draft_small_model()
    group = version.groups.get(code="cpu")
    text = page(desk, version)
    assert reverse("admin:configurator_optiongroup_change", args=[group.pk]) in text
    assert "2 options" in text
    names = list(version.groups.order_by("position").values_list("name", flat=True))
    places = [text.index(f">{name}</a>") for name in names]
    assert places == sorted(places)
    assert "Groups and options" not in page(desk, publish_small_model())


def test_who_may_only_draft_finds_the_button_for_it(client):
    client.force_login(member("view_modelversion", "add_modelversion"))
    text = page(client, publish_small_model())
    assert "New version from this" in text
    draft = page(client, draft_small_model())
    assert '<form class="publish"' not in draft
    assert "Change groups and defaults" not in draft


def test_what_becomes_of_carts_is_not_guessed_while_prices_are_missing(desk):
    old = publish_small_model()
    CartLine.objects.create(
        cart=Cart.objects.create(), configuration=frozen_configuration(version=old)
    )
    version = draft_small_model(product_model=old.product_model, number=2)
    Option.objects.get(group__version=version, code="sixteen").prices.all().delete()
    act(desk, version, "run", purpose="check")
    drain()
    text = page(desk, version)
    assert "has no price" in text
    assert "Cannot be carried over" not in text


def test_a_second_click_does_not_start_a_second_run(desk):
    version = draft_small_model()
    act(desk, version, "run", purpose="check")
    assert "is being checked already" in act(desk, version, "run", purpose="check")
    assert VersionRun.objects.count() == 1


def test_what_the_new_version_does_to_carts_is_shown_before_it_is_published(desk):
    old = publish_small_model()
    CartLine.objects.create(
        cart=Cart.objects.create(), configuration=frozen_configuration(version=old)
    )
    version = draft_small_model(product_model=old.product_model, number=2)
    price_small_model(version=version, changes={("cpu", "six"): 26_000})
    act(desk, version, "run", purpose="check")
    drain()
    text = page(desk, version)
    assert "1 configuration is held: in 1 cart, in 0 unpaid orders." in " ".join(text.split())
    assert "Only dearer" in text
    assert "$540 → $550" in text


def test_whoever_may_only_look_sees_no_buttons_and_changes_nothing(client):
    client.force_login(member("view_modelversion"))
    version = draft_small_model()
    assert '<form class="publish"' not in page(client, version)
    for what in ("run", "reopen", "withdraw", "accept"):
        url = reverse(f"ops:version-{what}", args=[version.pk])
        assert client.post(url, {"purpose": "check"}).status_code == 403
    assert not VersionRun.objects.exists()


def test_strangers_are_sent_to_the_login(client):
    version = draft_small_model()
    for name in ("version", "version-run"):
        url = reverse(f"ops:{name}", args=[version.pk])
        response = client.get(url) if name == "version" else client.post(url)
        assert response["Location"].startswith("/admin/login/")


def test_names_from_the_catalogue_are_escaped(desk):
    version = draft_small_model()
    Rule.objects.filter(version=version, code="some-graphics").update(
        name="<script>alert(1)</script>", sentence=" "
    )
    request_version_run(version_id=version.pk, purpose="check", actor="<b>x</b>")
    drain()
    text = page(desk, version)
    assert "<script>alert" not in text
    assert "<b>x</b>" not in text
