"""In a healthy shop every truth holds, and none of them holds for want of anything to look at."""

import psycopg
import pytest
from django.apps import apps
from psycopg import sql

from config.audit.models import Stateful
from config.outbox.work_item import WorkItem
from tests.storm.truths import TRUTHS, audit, check, lay, rest

pytestmark = [pytest.mark.django_db]


def test_every_truth_holds_in_a_healthy_shop(world):
    assert check(world) == ()


def test_the_healthy_shop_has_something_of_everything(world, evidence):
    with psycopg.connect(world.dsn) as connection:
        lay(connection, evidence)
        for table in (
            "shop_paymentclearance",
            "shop_refund",
            "shop_paymenthold",
            "shop_shipment",
            "shop_stripeevent",
            "shop_dispute",
            "production_assemblyjob",
            "production_allocation",
            "suppliers_pegging",
            "mail_outgoingmail",
            "audit_statechange",
            *(name for name in evidence if name != "storm_fault"),
        ):
            count_of = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            (count,) = connection.execute(count_of).fetchone()
            assert count, table


def test_every_truth_has_a_name_of_its_own_and_a_sentence():
    assert len({truth.name for truth in TRUTHS}) == len(TRUTHS)
    for truth in TRUTHS:
        assert truth.sentence.endswith("."), truth.name


def test_whatever_has_a_state_is_asked_whether_it_was_written_down():
    for model in apps.get_models():
        if issubclass(model, Stateful) and model._meta.app_label != "configurator":
            assert f"'{model._meta.label_lower}'" in audit.STATES, model


def test_whatever_can_be_left_undone_is_asked_for():
    for model in apps.get_models():
        if issubclass(model, WorkItem) and model._meta.app_label != "configurator":
            assert model._meta.db_table in rest.WAITING, model


def test_the_check_leaves_no_trace(world):
    check(world)
    with psycopg.connect(world.dsn) as connection:
        found = connection.execute(
            "SELECT relname FROM pg_class WHERE relname ~ '^(cashier|sink|client|storm)_'"
        ).fetchall()
    assert found == []
