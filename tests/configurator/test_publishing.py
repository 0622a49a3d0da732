"""Model versions go from draft to sale, each step proven; what is on sale never changes."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from config.audit.models import StateChange
from config.errors import IllegalTransition
from configurator import selectors
from configurator.errors import MissingPrice, ModelCheckFailed, UnknownOption, UnknownProduct
from configurator.models import ModelVersion, Option, OptionPrice, PriceList, Rule
from configurator.selectors import warm_up
from configurator.services.price_lists import create_price_list
from configurator.services.publishing import (
    check_model_version,
    publish_model_version,
    reopen_model_version,
)
from tests.factories.configurator import (
    ModelVersionFactory,
    draft_small_model,
    price_small_model,
    publish_small_model,
    small_prices,
)

pytestmark = pytest.mark.django_db


def test_a_draft_is_checked_then_published_and_each_step_is_written_down():
    version = draft_small_model()
    check_model_version(version_id=version.pk, actor="staff:anna")
    publish_model_version(version_id=version.pk, actor="staff:anna")
    version.refresh_from_db()
    assert version.status == ModelVersion.Status.PUBLISHED
    assert selectors.published_version(version.product_model.slug) == version
    steps = StateChange.objects.filter(subject_id=version.pk).order_by("pk")
    assert [(s.from_state, s.to_state, s.actor) for s in steps] == [
        ("draft", "checked", "staff:anna"),
        ("checked", "published", "staff:anna"),
    ]


def test_a_new_version_retires_the_old_one():
    old = publish_small_model()
    new = publish_small_model(product_model=old.product_model, number=2)
    old.refresh_from_db()
    assert old.status == ModelVersion.Status.RETIRED
    assert selectors.published_version(old.product_model.slug) == new


def test_a_draft_cannot_be_published_unchecked():
    with pytest.raises(IllegalTransition):
        publish_model_version(version_id=draft_small_model().pk)


def test_a_version_of_the_future_is_not_on_sale_yet():
    version = draft_small_model()
    check_model_version(version_id=version.pk)
    publish_model_version(version_id=version.pk, at=timezone.now() + timedelta(days=1))
    with pytest.raises(UnknownProduct):
        selectors.published_version(version.product_model.slug)


def test_equal_content_has_an_equal_hash():
    one, other = publish_small_model(), publish_small_model()
    assert selectors.engine_model(one).code != selectors.engine_model(other).code
    reopened = draft_small_model()
    check_model_version(version_id=reopened.pk)
    reopened.refresh_from_db()
    first = reopened.ir_sha256
    reopen_model_version(version_id=reopened.pk)
    check_model_version(version_id=reopened.pk)
    reopened.refresh_from_db()
    assert reopened.ir_sha256 == first


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"constraint": {"left": "graphics.depth", "op": "<=", "value": 3}}, "graphics.depth"),
        ({"constraint": {"left": "nothing"}}, "constraint"),
        ({"sentence": "{wings} flap."}, "wings"),
        ({"severity": "shrug"}, "severity"),
    ],
)
def test_a_malformed_rule_stops_the_check_and_is_named(change, told):
    version = draft_small_model()
    Rule.objects.filter(version=version, code="card-fits-case").update(**change)
    with pytest.raises(ModelCheckFailed, match=told):
        check_model_version(version_id=version.pk)
    version.refresh_from_db()
    assert version.status == ModelVersion.Status.DRAFT


def test_defaults_that_break_a_rule_stop_the_check():
    version = draft_small_model()
    version.defaults["graphics"] = "long-card"
    version.save()
    with pytest.raises(ModelCheckFailed, match="Mini case takes 240 mm"):
        check_model_version(version_id=version.pk)


def test_an_option_that_nobody_can_have_blocks_until_somebody_says_why_it_is_there():
    version = draft_small_model()
    Option.objects.filter(code="long-card").update(
        attributes={"fitted": True, "length_mm": 500, "tdp_w": 100}
    )
    with pytest.raises(ModelCheckFailed, match=r"graphics\.long-card"):
        check_model_version(version_id=version.pk)
    report = check_model_version(version_id=version.pk, accept={"dead_option": "shown, not sold"})
    assert [(f.kind, f.where, f.accepted) for f in report.findings] == [
        ("dead_option", "graphics.long-card", "shown, not sold")
    ]


def test_a_version_without_prices_cannot_be_checked():
    with pytest.raises(ModelCheckFailed):
        check_model_version(version_id=ModelVersionFactory.create().pk)


def test_a_price_list_must_name_every_option_and_no_other():
    version = draft_small_model()
    prices = small_prices()
    without = {key: amount for key, amount in prices.items() if key != ("cpu", "six")}
    with pytest.raises(MissingPrice, match=r"cpu\.six"):
        create_price_list(version=version, currency="USD", base_minor=0, option_minor=without)
    prices["cpu", "seven"] = 1
    with pytest.raises(UnknownOption, match=r"cpu\.seven"):
        create_price_list(version=version, currency="USD", base_minor=0, option_minor=prices)
    assert PriceList.objects.filter(version=version).count() == 1


def test_the_newest_valid_price_list_counts():
    version = publish_small_model()
    create_price_list(
        version=version,
        currency="USD",
        base_minor=1,
        option_minor=small_prices(),
        valid_from=timezone.now() + timedelta(hours=1),
    )
    second = price_small_model(version=version, changes={("cpu", "six"): 1})
    assert selectors.current_price_list(version) == second
    assert selectors.price_book(second).option_minor["cpu", "six"] == 1
    with pytest.raises(MissingPrice):
        selectors.current_price_list(version, "EUR")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE configurator_option SET attributes = '{}'",
        "UPDATE configurator_rule SET severity = 'warn'",
        "DELETE FROM configurator_rule",
        "UPDATE configurator_optiongroup SET name = 'x'",
        (
            "INSERT INTO configurator_optiongroup (version_id, code, name, position) "
            "SELECT version_id, 'extra', name, 9 FROM configurator_optiongroup LIMIT 1"
        ),
        "UPDATE configurator_modelversion SET ir = '{}'",
        "UPDATE configurator_modelversion SET defaults = '{}'",
        "UPDATE configurator_optionprice SET amount_minor = 1",
        "UPDATE configurator_modelprice SET amount_minor = 1",
        "DELETE FROM configurator_optionprice",
        "UPDATE configurator_pricelist SET valid_from = now()",
    ],
)
def test_sql_cannot_change_what_is_on_sale(statement):
    publish_small_model()
    with (
        pytest.raises(IntegrityError, match=r"refused|frozen"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_draft_and_a_list_of_the_future_may_be_changed():
    version = draft_small_model()
    assert Option.objects.filter(group__version=version).update(facts="new") > 0
    assert OptionPrice.objects.filter(price_list__version=version).update(amount_minor=1) > 0
    live = publish_small_model()
    future = create_price_list(
        version=live,
        currency="USD",
        base_minor=1,
        option_minor=small_prices(),
        valid_from=timezone.now() + timedelta(days=1),
    )
    assert future.prices.update(amount_minor=2) > 0


@pytest.mark.django_db
def test_a_web_process_warms_up_what_is_on_sale_and_knows_when_nothing_is():
    assert warm_up() == 0
    publish_small_model()
    assert warm_up() == 1
