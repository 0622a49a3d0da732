"""When a version is on sale: until the date of the next, and never nobody in between."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from configurator import selectors
from configurator.errors import ModelCheckFailed, StaleVersion
from configurator.models import ModelVersion, PriceList
from configurator.models.product_model import timezone as clock_of_sale
from configurator.selectors.runs import standing
from configurator.services.configurations import freeze_configuration
from configurator.services.publishing import (
    check_model_version,
    publish_model_version,
    reopen_model_version,
    retire_replaced_versions,
    withdraw_model_version,
)
from tests.factories.configurator import DEFAULTS, draft_small_model, publish_small_model

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def coming(old, days=1, number=2):
    """The next version of a machine, published with a date to come."""
    version = draft_small_model(product_model=old.product_model, number=number)
    check_model_version(version_id=version.pk)
    return publish_model_version(version_id=version.pk, at=timezone.now() + days * DAY)


@pytest.fixture
def later(monkeypatch):
    """Let days pass for whoever asks what is on sale."""

    def pass_days(days):
        at = timezone.now() + days * DAY
        monkeypatch.setattr(clock_of_sale, "now", lambda: at)

    return pass_days


def test_until_its_date_the_older_version_stays_on_sale(later):
    old = publish_small_model()
    new = coming(old)
    slug = old.product_model.slug
    assert selectors.published_version(slug) == old
    old.refresh_from_db()
    assert old.status == ModelVersion.Status.PUBLISHED
    later(2)
    assert selectors.published_version(slug) == new
    assert ModelVersion.objects.published().count() == 1


def test_what_time_has_replaced_is_retired_by_the_next_tidying(later):
    old = publish_small_model()
    new = coming(old)
    assert retire_replaced_versions() == 0
    later(2)
    assert retire_replaced_versions() == 1
    assert retire_replaced_versions() == 0
    old.refresh_from_db()
    assert (old.status, selectors.published_version(old.product_model.slug)) == ("retired", new)


def test_a_version_whose_date_has_not_come_cannot_be_ordered(later):
    old = publish_small_model()
    new = coming(old)
    with pytest.raises(StaleVersion, match="yet to come"):
        freeze_configuration(version=new, choices=DEFAULTS)
    freeze_configuration(version=old, choices=DEFAULTS)
    later(2)
    freeze_configuration(version=new, choices=DEFAULTS)
    with pytest.raises(StaleVersion, match="over"):
        freeze_configuration(version=old, choices=DEFAULTS)


def test_something_published_at_once_leaves_what_is_planned_for_later_alone(later):
    old = publish_small_model()
    new = coming(old, days=5)
    between = publish_small_model(product_model=old.product_model, number=3)
    assert selectors.published_version(old.product_model.slug) == between
    later(6)
    assert selectors.published_version(old.product_model.slug) == new


def test_a_date_that_is_past_means_at_once():
    version = draft_small_model()
    check_model_version(version_id=version.pk)
    before = timezone.now()
    publish_model_version(version_id=version.pk, at=before - DAY)
    version.refresh_from_db()
    assert version.valid_from >= before


def test_two_versions_cannot_start_at_the_same_moment():
    old = publish_small_model()
    new = coming(old)
    third = draft_small_model(product_model=old.product_model, number=3)
    check_model_version(version_id=third.pk)
    with pytest.raises(ModelCheckFailed, match="that very moment"):
        publish_model_version(version_id=third.pk, at=new.valid_from)


def test_a_version_without_a_price_by_its_date_is_not_published():
    version = draft_small_model()
    PriceList.objects.filter(version=version).update(valid_from=timezone.now() + 3 * DAY)
    check_model_version(version_id=version.pk)
    with pytest.raises(ModelCheckFailed, match="no price list in USD is valid by then"):
        publish_model_version(version_id=version.pk)
    publish_model_version(version_id=version.pk, at=timezone.now() + 4 * DAY)


def test_a_version_to_come_can_be_taken_back_and_changed():
    old = publish_small_model()
    new = coming(old)
    withdraw_model_version(version_id=new.pk, actor="staff:anna")
    reopen_model_version(version_id=new.pk)
    new.refresh_from_db()
    assert new.status == ModelVersion.Status.DRAFT


def test_a_version_on_sale_cannot_be_taken_back():
    version = publish_small_model()
    with pytest.raises(ModelCheckFailed, match="is on sale"):
        withdraw_model_version(version_id=version.pk)
    with pytest.raises(ModelCheckFailed, match="nothing to take back"):
        withdraw_model_version(version_id=draft_small_model().pk)


def test_the_desk_says_where_each_version_stands(later):
    old = publish_small_model()
    new = coming(old)
    assert [standing(one, old.pk) for one in (old, new)] == ["on_sale", "coming"]
    later(2)
    assert [standing(one, new.pk) for one in (old, new)] == ["replaced", "on_sale"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE configurator_modelversion SET status = 'checked'",
        "UPDATE configurator_modelversion SET status = 'draft'",
        "UPDATE configurator_modelversion SET valid_from = now() + interval '1 day'",
    ],
)
def test_sql_cannot_undo_a_sale(statement):
    publish_small_model()
    with (
        pytest.raises(IntegrityError, match="refused"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_sql_cannot_bring_back_what_is_retired():
    old = publish_small_model()
    publish_small_model(product_model=old.product_model, number=2)
    with (
        pytest.raises(IntegrityError, match="refused"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE configurator_modelversion SET status = 'published' WHERE id = %s", [old.pk]
        )


def test_sql_cannot_start_two_versions_at_one_moment():
    old = publish_small_model()
    new = coming(old)
    third = coming(old, days=2, number=3)
    with (
        pytest.raises(IntegrityError, match="model_version_one_from_a_moment_on"),
        transaction.atomic(),
    ):
        ModelVersion.objects.filter(pk=third.pk).update(valid_from=new.valid_from)
