"""A sub-assembly of a draft is made what its newest version is, or taken out."""

import pytest

from configurator.errors import AssemblyRefused
from configurator.models import ModelVersion, Option, OptionGroup, OptionPrice, Rule, SubAssembly
from configurator.services.authoring.assemblies import take_in_again, take_out
from configurator.services.publishing import reopen_model_version
from tests.factories.assemblies import codes, content, facts, monitor_set, next_set, take
from tests.factories.configurator import draft_small_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def source():
    return monitor_set()


@pytest.fixture
def draft():
    return draft_small_model()


def own_rule(draft, code, **constraint):
    return Rule.objects.create(
        version=draft, code=code, name=code, sentence="No.", constraint=constraint
    )


def newer(source):
    """Without the arm, with a third size, another price, another default and no rule."""

    def change(version):
        version.groups.get(code="stand").options.get(code="arm").delete()
        screen = version.groups.get(code="screen")
        huge = Option.objects.create(
            group=screen, code="huge", name="40 inches", part_number="MON-40", position=9
        )
        huge.attributes = {"kg": 11, "ports": ["dp"]}
        huge.save()
        prices = version.price_lists.get()
        OptionPrice.objects.create(price_list=prices, option=huge, amount_minor=80_000)
        prices.prices.filter(option__code="small").update(amount_minor=19_000)
        version.rules.all().delete()
        ModelVersion.objects.filter(pk=version.pk).update(
            defaults={"screen": "large", "screens": "one", "stand": "desk"}
        )

    return next_set(source, change)


def test_taking_it_in_again_makes_it_what_the_newest_version_is(draft, source):
    take(draft, source)
    kept = draft.groups.get(code="left-screen").pk
    version_2 = newer(source)
    change = take_in_again(version_id=draft.pk, code="left")
    assert {
        ("options", "added", "huge"),
        ("options", "removed", "arm"),
        ("rules", "removed", "left-weight"),
        ("prices", "changed", "left-screen.small"),
        ("defaults", "changed", "left-screen"),
    } <= facts(change)
    assert draft.assemblies.get().of_version == version_2
    assert draft.groups.get(code="left-screen").pk == kept
    draft.refresh_from_db()
    assert draft.defaults["left-screen"] == "large"
    other = draft_small_model()
    take(other, version_2)
    left = [group for group in content(draft)["groups"] if group["code"].startswith("left-")]
    assert left == [g for g in content(other)["groups"] if g["code"].startswith("left-")]


def test_what_was_chosen_here_by_default_stays_where_it_still_can(draft, source):
    take(draft, source)
    draft.refresh_from_db()
    draft.defaults |= {"left-screens": "two", "left-stand": "arm"}
    draft.save(update_fields=["defaults"])
    newer(source)
    take_in_again(version_id=draft.pk, code="left")
    draft.refresh_from_db()
    assert draft.defaults["left-screens"] == "two"
    assert draft.defaults["left-stand"] == "desk"


def test_its_groups_keep_their_place_among_the_others(draft, source):
    take(draft, source)
    OptionGroup.objects.create(version=draft, code="warranty", name="Warranty", position=50)
    order = codes(draft.groups)
    newer(source)
    take_in_again(version_id=draft.pk, code="left")
    assert codes(draft.groups) == order


def test_own_rules_stay_and_those_without_sense_are_told(draft, source):
    take(draft, source)
    own_rule(draft, "still-fine", left="left-stand.code", op="==", value="desk")
    own_rule(draft, "speaks-of-the-arm", left="left-stand.code", op="!=", value="arm")
    newer(source)
    change = take_in_again(version_id=draft.pk, code="left")
    (told,) = change.senseless
    assert told.code == "speaks-of-the-arm"
    assert "unknown option" in told.message
    assert {"still-fine", "speaks-of-the-arm"} <= set(codes(draft.rules))


def test_taking_it_out_leaves_what_was_there_before(draft, source):
    before = content(draft)
    take(draft, source)
    assert content(draft) != before
    change = take_out(version_id=draft.pk, code="left")
    assert change.senseless == ()
    assert content(draft) == before
    assert not SubAssembly.objects.exists()
    assert not OptionPrice.objects.filter(option__code="large").filter(price_list__version=draft)


def test_rules_about_what_is_taken_out_stay_and_are_told(draft, source):
    take(draft, source)
    own_rule(draft, "mine", left="left-screen.kg", op="<=", value=5)
    change = take_out(version_id=draft.pk, code="left")
    assert [told.code for told in change.senseless] == ["mine"]
    assert "mine" in codes(draft.rules)


def test_a_group_that_others_count_does_not_go(draft, source):
    take(draft, source)
    OptionGroup.objects.create(
        version=draft,
        code="stands",
        name="Stands",
        position=60,
        quantity_for=draft.groups.get(code="left-stand"),
    )
    with pytest.raises(AssemblyRefused, match="stands counts left-stand"):
        take_out(version_id=draft.pk, code="left")
    take_in_again(version_id=draft.pk, code="left")
    assert draft.groups.get(code="stands").quantity_for.code == "left-stand"


def test_nothing_is_renewed_from_a_version_that_was_reopened(draft, source):
    take(draft, source)
    reopen_model_version(version_id=source.pk)
    with pytest.raises(AssemblyRefused, match="No version of Monitor set is checked now"):
        take_in_again(version_id=draft.pk, code="left")
    take_out(version_id=draft.pk, code="left")


def test_what_is_not_there_is_neither_renewed_nor_taken_out(draft):
    with pytest.raises(AssemblyRefused, match="no sub-assembly “left” any more"):
        take_out(version_id=draft.pk, code="left")
