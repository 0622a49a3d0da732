"""Whoever goes around the services with plain SQL is stopped by the database itself: the owner of
the tables by constraints and triggers, the web process by its role as well.
"""

from collections.abc import Callable

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from config.outbox.models import Delivery
from config.web_role import grant_web_role
from production.models import AssemblyJob, MaterialRequirement
from shop.models import Order, PaymentClearance
from shop.services.disputes import accept_loss, approve_answer
from tests.as_the_web import ROLE, the_web
from tests.factories.disputes import dispute
from tests.factories.production import planned_order
from tests.factories.shop import paid_order, payment_of, place_small_order

pytestmark = pytest.mark.django_db(transaction=True)


def sql(statement: str, *values: object) -> None:
    """Run a statement in a transaction of its own, so that deferred checks are made."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused(statement: str, *values: object) -> str:
    """The database's own words of refusal to the owner; the web process is refused as well."""
    refused_to_the_web(statement, *values)
    with pytest.raises(DatabaseError) as caught:
        sql(statement, *values)
    return str(caught.value)


def refused_to_the_web(statement: str, *values: object) -> str:
    with pytest.raises(DatabaseError) as caught, the_web():
        sql(statement, *values)
    return str(caught.value)


INSERT_CLEARANCE = """
INSERT INTO shop_paymentclearance (order_id, payment_id, amount_minor, currency)
VALUES (%s, %s, %s, %s)
"""
INSERT_JOB = """
INSERT INTO production_assemblyjob (number, clearance_id, order_line_id, unit, snapshot_id, status)
SELECT 'CHEAT-1', %s, %s, 9, snapshot_id, 'ready' FROM production_assemblyjob LIMIT 1
"""
INSERT_REQUIREMENT = """
INSERT INTO production_materialrequirement
    (clearance_id, job_id, part_id, operation, quantity, allocated_quantity, issued_quantity)
SELECT %s, %s, part_id, 'build', 1, 0, 0 FROM production_materialrequirement LIMIT 1
"""


def test_a_clearance_of_another_amount():
    order = place_small_order()
    payment = payment_of(order)
    words = refused(INSERT_CLEARANCE, order.pk, payment.pk, order.total_minor - 1, "USD")
    assert "clearance_has_the_amount_of_its_order" in words


def test_a_clearance_in_another_currency():
    order = place_small_order()
    payment = payment_of(order)
    refused(INSERT_CLEARANCE, order.pk, payment.pk, order.total_minor, "EUR")


def test_a_clearance_by_the_payment_of_another_order():
    order, other = place_small_order(), place_small_order()
    payment = payment_of(other)
    words = refused(INSERT_CLEARANCE, order.pk, payment.pk, order.total_minor, "USD")
    assert "clearance_is_paid_by_its_payment" in words


def test_a_clearance_without_any_payment():
    order = place_small_order()
    words = refused(INSERT_CLEARANCE, order.pk, None, order.total_minor, "USD")
    assert "clearance_has_payment_unless_zero" in words


def test_a_second_clearance():
    order = paid_order()
    refused(INSERT_CLEARANCE, order.pk, order.clearance.payment_id, order.total_minor, "USD")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE shop_paymentclearance SET amount_minor = 1",
        "DELETE FROM shop_paymentclearance",
        "UPDATE shop_order SET total_minor = total_minor - 1, items_minor = items_minor - 1",
        "UPDATE shop_payment SET amount_minor = amount_minor - 1",
        "UPDATE shop_ledgerentry SET amount_minor = amount_minor + 1",
        "DELETE FROM shop_ledgerentry",
        "UPDATE audit_statechange SET actor = 'nobody'",
        "DELETE FROM audit_statechange",
        "UPDATE configurator_configuration SET total_minor = 1",
        "DELETE FROM configurator_configuration",
    ],
)
def test_a_fact_rewritten(statement):
    paid_order()
    refused(statement)


def test_books_that_do_not_balance():
    order = paid_order()
    words = refused(
        "INSERT INTO shop_ledgerentry (transaction_id, account, amount_minor, currency) "
        "SELECT id, 'revenue', 100, 'USD' FROM shop_ledgertransaction WHERE order_id = %s",
        order.pk,
    )
    assert "does not sum to zero" in words


def test_an_order_line_slipped_in_later():
    order = paid_order()
    words = refused(
        "INSERT INTO shop_orderline "
        "(order_id, configuration_id, name, quantity, unit_minor, amount_minor) "
        "SELECT order_id, configuration_id, name, 1, 0 + 5, 5 FROM shop_orderline "
        "WHERE order_id = %s",
        order.pk,
    )
    assert "do not sum to its items" in words


def test_a_job_for_an_order_that_was_never_paid():
    planned_order()
    unpaid = place_small_order()
    words = refused(INSERT_JOB, unpaid.pk, unpaid.lines.get().pk)
    assert "paymentclearance" in words


def test_a_job_without_any_clearance():
    order = planned_order()
    assert "null value" in refused(INSERT_JOB, None, order.lines.get().pk)


def test_a_job_under_the_clearance_of_another_order():
    paid = planned_order()
    unpaid = place_small_order()
    words = refused(INSERT_JOB, paid.pk, unpaid.lines.get().pk)
    assert "job_is_cleared_by_its_own_order" in words


def test_the_same_machine_built_twice():
    order = planned_order()
    line = order.lines.get()
    sql(INSERT_JOB, order.pk, line.pk)
    again = INSERT_JOB.replace("CHEAT-1", "CHEAT-2")
    assert "job_once_per_unit" in refused(again, order.pk, line.pk)


def requirement_for(clearance: Callable[[], object]) -> str:
    job = AssemblyJob.objects.get()
    return refused(INSERT_REQUIREMENT, clearance(), job.pk)


def test_a_requirement_without_a_clearance():
    planned_order()
    assert "null value" in requirement_for(lambda: None)


def test_a_requirement_under_the_clearance_of_another_order():
    planned_order()
    other = paid_order()
    requirement_for(lambda: other.pk)


def test_a_purchase_order_line_that_no_paid_order_called_for():
    planned_order()
    part_id = MaterialRequirement.objects.values_list("part_id", flat=True)[0]
    words = refused(
        """
        WITH supplier AS (
            INSERT INTO suppliers_supplier
                (code, name, email, currency, address, acknowledgement_hours, is_active)
            VALUES ('cheat', 'Cheat', 'cheat@example.com', 'USD', '', 24, true) RETURNING id
        ), purchase_order AS (
            INSERT INTO suppliers_purchaseorder
                (number, revision, token, supplier_id, status, source_key, currency, total_minor)
            SELECT 'PO-CHEAT', 1, 'cheat', id, 'draft', 'nothing', 'USD', 100 FROM supplier
            RETURNING id
        )
        INSERT INTO suppliers_purchaseorderline
            (purchase_order_id, line_number, part_id, sku, description, quantity, push_quantity,
             push_reason, received_quantity, price_minor, requested_on)
        SELECT id, 1, %s, 'X', 'X', 1, 0, '', 0, 100, '2026-12-01' FROM purchase_order
        """,
        part_id,
    )
    assert "but 0 are pegged" in words


def test_a_box_that_leaves_under_a_hold():
    order = paid_order()
    sql("INSERT INTO shop_paymenthold (order_id, reason, detail, closed_by) "
        "VALUES (%s, 'dispute', '', '')", order.pk)  # fmt: skip
    words = refused(
        "INSERT INTO shop_shipment (order_id, carrier, tracking_number) VALUES (%s, 'x', '')",
        order.pk,
    )
    assert "has an open hold and does not ship" in words


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE shop_dispute SET payment_id = payment_id, charge_id = 'ch_other'",
        "DELETE FROM shop_dispute",
        """UPDATE shop_disputeanswer SET evidence = '{"customer_name": "Somebody else"}'""",
        "UPDATE shop_disputeanswer SET approved_by = asked_by",
        "DELETE FROM shop_disputeanswer",
    ],
)
def test_what_a_bank_disputes_and_what_we_told_it_rewritten(statement):
    found = dispute(paid_order())
    answer = accept_loss(dispute_id=found.pk, reason="They are right.", actor="staff:anna")
    approve_answer(answer_id=answer.pk, actor="staff:ben")
    refused(statement)


def test_none_of_it_left_a_trace():
    order = place_small_order()
    refused(INSERT_CLEARANCE, order.pk, None, order.total_minor, "USD")
    order.refresh_from_db()
    assert order.status == Order.Status.AWAITING_PAYMENT
    assert not PaymentClearance.objects.exists()


DENIED = "permission denied"


def test_the_web_cannot_release_an_order_even_where_every_sum_is_right():
    order = place_small_order()
    values = (order.pk, payment_of(order).pk, order.total_minor, "USD")
    assert DENIED in refused_to_the_web(INSERT_CLEARANCE, *values)
    sql(INSERT_CLEARANCE, *values)  # to its owner the database has nothing to object


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO shop_ledgertransaction (order_id, key, memo) VALUES (1, 'x', 'x')",
        "UPDATE shop_order SET total_minor = 0, items_minor = 0, shipping_minor = 0",
        "UPDATE shop_payment SET amount_minor = 1",
        "UPDATE shop_payment SET captured_minor = 1",
        "UPDATE shop_payment SET payment_intent_id = 'pi_of_somebody_else'",
        "UPDATE shop_dispute SET status = 'won'",
        "UPDATE shop_disputeanswer SET evidence = '{}'",
        "DELETE FROM shop_paymenthold",
        "DELETE FROM shop_shipment",
        "DELETE FROM shop_payment",
        "DELETE FROM shop_order",
        "TRUNCATE shop_order CASCADE",
        "UPDATE production_assemblyjob SET clearance_id = clearance_id",
        "UPDATE production_materialrequirement SET quantity = 100",
        "DELETE FROM production_assemblyjob",
        "UPDATE suppliers_purchaseorderline SET price_minor = 1",
        "INSERT INTO suppliers_pegging (line_id, requirement_id, quantity) VALUES (1, 1, 1)",
        "UPDATE shop_stripeevent SET payload = '{}'",
        "UPDATE outbox_outboxevent SET payload = '{}'",
        "DELETE FROM django_migrations",
        "ALTER TABLE shop_paymentclearance DISABLE TRIGGER ALL",
        "DROP TRIGGER shop_paymentclearance_append_only ON shop_paymentclearance",
        "CREATE TABLE public.elsewhere (id int)",
    ],
)
def test_the_web_cannot_rewrite_what_was_agreed_paid_or_ordered(statement):
    planned_order()
    words = refused_to_the_web(statement)
    assert DENIED in words or "must be owner" in words


def test_no_table_that_hangs_from_a_clearance_is_the_webs_to_insert_into():
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE hanging AS (
                SELECT 'shop_paymentclearance'::regclass::oid AS table_id
                UNION
                SELECT conrelid FROM pg_constraint JOIN hanging ON confrelid = table_id
                WHERE contype = 'f'
            )
            SELECT table_id::regclass::text FROM hanging
            WHERE has_table_privilege(%s, table_id, 'INSERT')
            """,
            [ROLE],
        )
        found = {name for (name,) in cursor.fetchall()}
    # Stock that lies here or comes in is tied to jobs that exist: goods in and cancelling do that.
    # People scan, test, hold and send back jobs that exist.
    assert found == {
        "production_allocation",
        "production_checkresult",
        "production_jobhold",
        "production_operationattempt",
        "production_piecesource",
        "production_scanevent",
        "production_serialunit",
    }


def test_an_event_slipped_in_by_the_web_builds_nothing_without_a_clearance(drain):
    order = place_small_order()
    with the_web():
        sql(
            "WITH event AS (INSERT INTO outbox_outboxevent (name, key, payload) "
            "VALUES ('shop.order_released', %s, jsonb_build_object('order_id', %s::bigint)) "
            "RETURNING id) INSERT INTO outbox_delivery "
            "(event_id, subscriber, sends, failures, last_error) "
            "SELECT id, 'production.plan_order', 0, 0, '' FROM event",
            str(order.pk),
            order.pk,
        )
    drain()
    assert not AssemblyJob.objects.exists()
    assert Delivery.objects.get().done_at is None


def test_who_logs_in_as_the_web_stays_the_web():
    grant_web_role(ROLE, password="only-for-this-test")
    parameters = connection.get_connection_params()
    place = {name: parameters[name] for name in ("host", "port", "dbname")}
    with psycopg.connect(**place, user=ROLE, password="only-for-this-test", autocommit=True) as web:
        for statement in (
            f"SET ROLE {parameters['user']}",
            f"SET SESSION AUTHORIZATION {parameters['user']}",
            "SET session_replication_role = replica",
            "COPY shop_paymentclearance FROM PROGRAM 'echo'",
            f"ALTER ROLE {ROLE} SUPERUSER",
        ):
            with pytest.raises(psycopg.Error, match="permission denied"):
                web.execute(statement)
        assert web.execute("SELECT current_user").fetchone() == (ROLE,)
