"""Another product model in a draft: taken in, drafted on, renewed, taken out."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from configurator.engine.ir import model_from_dict
from configurator.errors import AssemblyRefused, ChangedMeanwhile, NotADraft
from configurator.models import (
    ModelVersion,
    Option,
    OptionGroup,
    OptionPrice,
    SubAssembly,
)
from configurator.selectors import read_price_book
from configurator.services.authoring import draft_from
from configurator.services.authoring.assemblies import (
    perform,
    preview,
    take_in_again,
    take_out,
)
from configurator.services.price_lists import create_price_list
from configurator.services.publishing import (
    check_model_version,
    publish_model_version,
)
from tests.factories.assemblies import codes, content, facts, monitor_set, take
from tests.factories.configurator import (
    ModelVersionFactory,
    ProductModelFactory,
    draft_small_model,
    price_small_model,
    small_prices,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def source():
    return monitor_set()


@pytest.fixture
def draft():
    return draft_small_model()


def test_everything_of_a_model_comes_in_under_its_prefix(draft, source):
    own = codes(draft.groups)
    take(draft, source)
    assert codes(draft.groups) == [*own, "left-screen", "left-screens", "left-stand"]
    quantity = draft.groups.get(code="left-screens")
    assert (quantity.name, quantity.quantity_for.code) == ("Left: Screens", "left-screen")
    columns = ("name", "facts", "part_number", "attributes", "is_service", "position")

    def options(version, prefix=""):
        groups = version.groups.filter(code__in=[prefix + g for g in codes(source.groups)])
        return list(Option.objects.filter(group__in=groups).order_by("position").values(*columns))

    assert options(draft, "left-") == options(source)
    rule = draft.rules.get(code="left-weight")
    assert rule.sentence == (
        "{left-stand} carries {left-stand.carries_kg} kg, not {left-screens} of {left-screen}."
    )
    assert rule.constraint["sum"] == [
        {"ref": "left-screen.kg", "times": "left-screens", "weight": 1}
    ]
    draft.refresh_from_db()
    assert draft.defaults["left-stand"] == "desk"
    book = read_price_book(draft.price_lists.get()).option_minor
    assert (book["left-screen", "large"], book["case", "mini"]) == (50_000, 6_000)
    assert SubAssembly.objects.get(version=draft).of_version == source


def test_a_machine_with_two_of_the_same_can_be_checked_and_configured(draft, source, client):
    take(draft, source)
    take(draft, source, code="right", name="Right")
    check_model_version(version_id=draft.pk)
    publish_model_version(version_id=draft.pk)
    assert model_from_dict(content(draft)).groups[-1].name == "Right: Stand"
    text = client.get(f"/machines/{draft.product_model.slug}/?right-stand=arm").content.decode()
    assert "Left: Screen" in text
    assert "Right: Stand" in text


def test_a_model_that_took_another_in_brings_that_along(draft, source):
    desk = draft_small_model()
    take(desk, source, code="m", name="Monitor")
    check_model_version(version_id=desk.pk)
    take(draft, desk, code="desk", name="Desk")
    assert draft.groups.get(code="desk-m-stand").name == "Desk: Monitor: Stand"
    assert "desk-m-weight" in codes(draft.rules)
    assert codes(draft.assemblies) == ["desk"]


def test_prices_are_those_of_the_same_currency_and_time(draft, source):
    later = timezone.now() + timedelta(days=30)
    planned = create_price_list(
        version=draft,
        currency="USD",
        base_minor=0,
        option_minor=small_prices(),
        valid_from=later,
    )
    euros = price_small_model(version=draft, currency="EUR")
    dearer = {("screen", "small"): 1, ("screen", "large"): 2, ("stand", "desk"): 3}
    create_price_list(
        version=source,
        currency="USD",
        base_minor=0,
        option_minor={**dearer, ("stand", "arm"): 4},
        valid_from=later,
    )
    take(draft, source)
    found = OptionPrice.objects.filter(option__group__code="left-screen", option__code="small")
    amounts = dict(found.values_list("price_list", "amount_minor"))
    now = draft.price_lists.exclude(pk__in=[planned.pk, euros.pk]).get()
    assert amounts == {now.pk: 20_000, planned.pk: 1}


def test_a_base_price_is_not_taken_in_and_that_is_told(draft, source):
    assert take(draft, source).base_price == ""
    with_base = monitor_set(name="Framed set", base_minor=1_500)
    assert take(draft, with_base, code="framed").base_price == "$15"
    assert draft.price_lists.get().base.amount_minor == 10_000


def test_the_next_version_carries_it_over(draft, source):
    take(draft, source)
    check_model_version(version_id=draft.pk)
    later = draft_from(version_id=draft.pk, actor="tests", is_another=True)
    kept = later.assemblies.get()
    assert (kept.code, kept.name, kept.of_version) == ("left", "Left", source)
    assert content(later) == content(draft)
    take_out(version_id=later.pk, code="left")
    assert draft.assemblies.count() == 1


def test_a_preview_tells_all_and_changes_nothing(draft, source):
    before = content(draft)
    shown = preview(lambda: take(draft, source))
    assert ("groups", "added", "left-screen") in facts(shown)
    assert ("options", "added", "arm") in facts(shown)
    assert ("rules", "added", "left-weight") in facts(shown)
    assert ("prices", "added", "left-screen.large") in facts(shown)
    assert content(draft) == before
    assert not SubAssembly.objects.exists()
    assert perform(lambda: take(draft, source), state=shown.state) == shown
    assert SubAssembly.objects.count() == 1


def test_what_was_changed_since_the_preview_is_not_overwritten(draft, source):
    shown = preview(lambda: take(draft, source))
    draft.rules.filter(code="power-budget").update(severity="warn")
    with pytest.raises(ChangedMeanwhile):
        perform(lambda: take(draft, source), state=shown.state)
    assert not draft.assemblies.exists()


def test_a_circle_is_refused_at_any_depth_and_shown():
    a, b, c = (
        draft_small_model(product_model=ProductModelFactory.create(name=name)) for name in "ABC"
    )
    check_model_version(version_id=c.pk)
    take(b, c, code="c", name="C")
    check_model_version(version_id=b.pk)
    take(a, b, code="b", name="B")
    check_model_version(version_id=a.pk)
    next_c = draft_from(version_id=c.pk, actor="tests", is_another=True)
    with pytest.raises(AssemblyRefused, match="C → A → B → C"):
        take(next_c, a)
    with pytest.raises(AssemblyRefused, match="C → C"):
        take(next_c, c)
    assert not next_c.assemblies.exists()


@pytest.mark.parametrize("code", ["left", "left-a", "le"])
def test_a_code_that_is_taken_is_refused(draft, source, code):
    take(draft, source)
    if code == "le":
        OptionGroup.objects.create(version=draft, code="le-gs", name="Legs")
    before = content(draft)
    with pytest.raises(AssemblyRefused, match=f"The code “{code}” is taken"):
        take(draft, source, code=code)
    assert content(draft) == before


def test_codes_that_would_not_fit_are_refused_by_name(draft, source):
    deep = draft_small_model()
    take(deep, source, code="a" * 20)
    check_model_version(version_id=deep.pk)
    with pytest.raises(AssemblyRefused, match=r"-screen: its code would have 48 signs"):
        take(draft, deep, code="b" * 20)


def test_only_a_checked_version_is_taken_in(draft):
    with pytest.raises(AssemblyRefused, match="is a draft: check it"):
        take(draft, draft_small_model())


def test_a_model_without_groups_is_nothing_to_take_in(draft):
    bare = ModelVersionFactory.create(status="checked", ir={}, ir_sha256="x", defaults={})
    with pytest.raises(AssemblyRefused, match="nothing to take in"):
        take(draft, bare)


def test_only_drafts_change(draft, source):
    take(draft, source)
    check_model_version(version_id=draft.pk)
    for change in (
        lambda: take(draft, source, code="right"),
        lambda: take_in_again(version_id=draft.pk, code="left"),
        lambda: take_out(version_id=draft.pk, code="left"),
    ):
        with pytest.raises(NotADraft):
            change()


def test_where_groups_came_from_is_frozen_with_the_version(draft, source):
    take(draft, source)
    check_model_version(version_id=draft.pk)
    rows = SubAssembly.objects.filter(version=draft)
    for cheat in (lambda: rows.update(name="Right"), rows.delete):
        with pytest.raises(IntegrityError, match="is checked"), transaction.atomic():
            cheat()
    with pytest.raises(ProtectedError):
        ModelVersion.objects.filter(pk=source.pk).delete()
