"""The page where a product manager takes other models in, renews them and takes them out."""

import re

import pytest
from django.urls import reverse

from configurator.models import ModelVersion, SubAssembly
from configurator.services.authoring import draft_from
from configurator.services.publishing import check_model_version, reopen_model_version
from tests.configurator.authoring.desk import EDITOR, READER, signed_in
from tests.factories.assemblies import monitor_set, next_set, take
from tests.factories.configurator import draft_small_model, publish_small_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def source():
    return monitor_set()


@pytest.fixture
def draft():
    return draft_small_model()


@pytest.fixture
def anna():
    return signed_in(*EDITOR)


def url(version):
    return reverse("ops:version-assemblies", args=[version.pk])


def wish(source, **changes):
    return {"do": "in", "of_version": source.pk, "code": "left", "name": "Left", **changes}


def ask(client, version, asked, status=200):
    response = client.post(url(version), asked)
    assert response.status_code == status, response.content.decode()
    return response


def confirm(client, version, shown):
    """Send the form that the preview shows."""
    fields = re.findall(
        r'<input type="hidden" name="(\w+)" value="([^"]*)">',
        shown.content.decode().partition('role="status"')[2].partition("</form>")[0],
    )
    return client.post(url(version), dict(fields))


def test_what_would_come_in_is_shown_and_then_done(anna, draft, source):
    shown = ask(anna, draft, wish(source))
    assert "Left: Stand" in shown.content.decode()
    assert not SubAssembly.objects.exists()
    assert confirm(anna, draft, shown).status_code == 302
    text = anna.get(url(draft)).content.decode()
    assert "Monitor set v1 is taken in as “Left”." in text
    assert "<code>left-stand</code>" in text


def test_the_whole_way_with_a_newer_version_and_out_again(anna, draft, source):
    take(draft, source)
    assert "is newer" not in anna.get(url(draft)).content.decode()
    next_set(source, lambda version: version.groups.filter(code="stand").update(name="Foot"))
    assert "version 2 is newer" in anna.get(url(draft)).content.decode()
    shown = ask(anna, draft, {"do": "again", "code": "left"})
    assert "Left: Foot" in shown.content.decode()
    confirm(anna, draft, shown)
    assert draft.groups.get(code="left-stand").name == "Left: Foot"
    confirm(anna, draft, ask(anna, draft, {"do": "out", "code": "left"}))
    assert not draft.groups.filter(code__startswith="left-").exists()


def test_rules_that_lose_their_sense_are_named_before_it_is_done(anna, draft, source):
    take(draft, source)
    draft.rules.create(
        code="light",
        name="Only light screens",
        sentence="{left-screen} is heavy.",
        constraint={"left": "left-screen.kg", "op": "<=", "value": 5},
    )
    text = ask(anna, draft, {"do": "out", "code": "left"}).content.decode()
    assert "would not make sense any more" in text
    assert "Only light screens" in text


def test_renewing_what_is_new_already_says_so(anna, draft, source):
    take(draft, source)
    text = ask(anna, draft, {"do": "again", "code": "left"}).content.decode()
    assert "It changes nothing: everything is so already" in text


def test_a_base_price_that_stays_behind_is_told(anna, draft):
    text = ask(anna, draft, wish(monitor_set(base_minor=1_500))).content.decode()
    assert "Its price before any option, $15, is not taken in." in text


def test_what_somebody_changed_meanwhile_is_shown_anew(anna, draft, source):
    shown = ask(anna, draft, wish(source))
    draft.rules.filter(code="power-budget").update(severity="warn")
    again = confirm(anna, draft, shown)
    assert again.status_code == 409
    assert "Something has changed since" in again.content.decode()
    assert again.context["change"].sections
    assert not SubAssembly.objects.exists()


def test_a_circle_is_shown_and_what_was_typed_is_kept(anna, draft, source):
    check_model_version(version_id=draft.pk)
    inner = draft_from(version_id=source.pk, actor="tests", is_another=True)
    take(inner, draft)
    outer = draft_from(version_id=draft.pk, actor="tests", is_another=True)
    response = ask(anna, outer, wish(source, name="My screens"), status=409)
    name = draft.product_model.name
    text = response.content.decode()
    assert f"{name} → Monitor set → {name}" in text
    assert "My screens" in text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "two words"}, "code"),
        ({"code": "links-ä"}, "code"),
        ({"code": "x" * 21}, "code"),
        ({"code": "nul\0"}, "code"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 41}, "name"),
        ({"of_version": ""}, "of_version"),
        ({"of_version": "x"}, "of_version"),
        ({"of_version": 10**30}, "of_version"),
        ({"do": "explode", "name": ""}, "name"),
    ],
    ids=str,
)
def test_nonsense_is_refused_beside_its_field(anna, draft, source, changes, field):
    response = ask(anna, draft, wish(source, **changes), status=422)
    assert field in response.context["form"].errors


def test_drafts_and_own_versions_are_not_offered(anna, source):
    live = publish_small_model()
    draft = draft_from(version_id=live.pk, actor="tests")
    unfinished = draft_small_model()
    text = anna.get(url(draft)).content.decode()
    assert "Monitor set (not listed)" in text
    assert "Monitor set, version 1, checked" in text
    for other in (live, unfinished):
        ask(anna, draft, wish(other), status=422)


@pytest.mark.parametrize("code", ["", "right", "nul\0", "left-"])
def test_what_was_never_taken_in_is_neither_renewed_nor_taken_out(anna, draft, source, code):
    take(draft, source)
    for do in ("again", "out"):
        response = ask(anna, draft, {"do": do, "code": code}, status=409)
        assert "has no sub-assembly" in response.content.decode()


def test_a_forged_state_changes_nothing(anna, draft, source):
    ask(anna, draft, wish(source, state="x"), status=409)
    assert not SubAssembly.objects.exists()


def test_what_is_not_a_draft_can_only_be_read(anna, draft, source):
    take(draft, source)
    check_model_version(version_id=draft.pk)
    text = anna.get(url(draft)).content.decode()
    assert "Monitor set" in text
    assert "Take it out" not in text
    refused = anna.post(url(draft), {"do": "out", "code": "left"}, follow=True)
    assert "Only a draft can be changed." in refused.content.decode()
    assert draft.assemblies.exists()


def test_readers_look_and_strangers_do_not(draft, source, client):
    take(draft, source)
    reader = signed_in(*READER)
    assert "Take it out" not in reader.get(url(draft)).content.decode()
    assert reader.post(url(draft), {"do": "out", "code": "left"}).status_code == 403
    assert client.get(url(draft)).status_code == 302
    assert reader.get(reverse("ops:version-assemblies", args=[999_999])).status_code == 404


def test_a_source_that_was_reopened_is_marked(anna, draft, source):
    take(draft, source)
    reopen_model_version(version_id=source.pk)
    text = anna.get(url(draft)).content.decode()
    assert "reopened since" in text
    assert "again from version" not in text


def test_a_set_that_is_only_taken_in_needs_no_bill_to_be_checked(settings):
    source = reopen_model_version(version_id=monitor_set().pk)
    settings.CONFIGURATOR_BUILDER = "production.buildable.unbuildable"
    proof = check_model_version(version_id=source.pk)
    assert {told.kind for told in proof.findings} == {"no_bill"}
    assert ModelVersion.objects.get(pk=source.pk).status == "checked"
