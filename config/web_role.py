"""What the web process may do in the database: everything its pages need, and no more.

Its role owns nothing, so that triggers and constraints hold against it as well. Beyond that it
cannot write what must follow from cleared money alone: a clearance, the books, a job, a need for
material, a purchase order. Those are written by workers, which act on facts that they have
asked Stripe about themselves (docs/adr/0013-the-web-cannot-release.md).
"""

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from config.errors import CartwrightError


@dataclass(frozen=True, slots=True)
class Rule:
    """What the role may do with a table beside reading it, and why no more.

    `fixed` columns are written with the row and never again. Nothing is ever deleted.
    """

    table: str
    why: str
    may_insert: bool = False
    may_update: bool = False
    fixed: frozenset[str] = frozenset()


def _read(table: str, why: str) -> Rule:
    return Rule(table, why)


def _add(table: str, why: str) -> Rule:
    return Rule(table, why, may_insert=True)


def _move(table: str, why: str, fixed: str = "", *, may_insert: bool = False) -> Rule:
    """Rows may change, except in what was agreed when they were made; they are never deleted."""
    columns = frozenset({"id", *fixed.split()})
    return Rule(table, why, may_insert=may_insert, may_update=True, fixed=columns)


# Tables that are not named here hold nothing that money answers for: the role may write them.
RULES = (
    _read("shop_paymentclearance", "releases an order"),
    _read("shop_ledgertransaction", "the books"),
    _read("shop_ledgerentry", "the books"),
    _move(
        "shop_order",
        "the sums were agreed with the customer",
        "number token currency items_minor shipping_minor total_minor checkout_key placed_at "
        "pay_until_on",
        may_insert=True,
    ),
    _add("shop_orderline", "agreed with the customer"),
    _move(
        "shop_payment",
        "Stripe says what was paid",
        "order_id attempt amount_minor currency idempotency_key payment_intent_id captured_minor",
        may_insert=True,
    ),
    _move(
        "shop_refund",
        "asked for and approved here, given by Stripe",
        "payment_id amount_minor currency idempotency_key requested_by needs_second_person "
        "stripe_id way replaces_id paid_on reference",
        may_insert=True,
    ),
    _add("shop_refundline", "agreed with the refund"),
    _move("shop_refundcall", "asks Stripe once a refund is approved", "refund_id", may_insert=True),
    _move(
        "shop_paymenthold",
        "why an order was stopped",
        "order_id reason opened_at ends_at",
        may_insert=True,
    ),
    _move(
        "shop_dispute",
        "as the bank says; only to be locked",
        "payment_id status stripe_id charge_id amount_minor currency reason opened_at "
        "evidence_due_at taken_minor fee_minor ended_at",
    ),
    _move(
        "shop_disputeanswer",
        "asked for and approved here, taken by Stripe",
        "dispute_id kind evidence idempotency_key asked_by failure",
        may_insert=True,
    ),
    _move("shop_disputecall", "tells Stripe an approved answer", "answer_id", may_insert=True),
    _add("shop_shipment", "a record"),
    _read("shop_balancerecord", "as Stripe told it"),
    _read("shop_balancereading", "how far it was compared"),
    _move(
        "shop_balancedifference",
        "found by comparing; staff say why",
        "key record_id payment_id what at_stripe_minor in_books_minor currency",
    ),
    _move(
        "shop_stripeevent",
        "as Stripe signed it",
        "event_id type object_id payload outcome",
        may_insert=True,
    ),
    _add("shop_rejectedevent", "a record"),
    _move(
        "production_assemblyjob",
        "made for a clearance",
        "number clearance_id order_line_id unit snapshot_id replaces_id",
    ),
    _move("production_joboperation", "made with its job", "job_id sequence kind"),
    _move(
        "production_materialrequirement",
        "made for a clearance",
        "clearance_id job_id part_id operation quantity",
    ),
    # What people do on the floor to jobs that exist.
    _add("production_scanevent", "a record"),
    _add("production_checkresult", "a record"),
    _add("production_piecesource", "a record"),
    _move("production_serialunit", "a serial stays one", "part_id serial", may_insert=True),
    _add("production_operationattempt", "a record"),
    _move("production_jobhold", "a record", "job_id cause reason opened_by", may_insert=True),
    _add("production_stockmovement", "a record"),
    _read("production_stockdifference", "kept by triggers"),
    _add("production_receiptoutcome", "a record"),
    _add("production_bincount", "a record"),
    _move("production_qualityhold", "a record", "part_id reason opened_by key", may_insert=True),
    _move(
        "suppliers_purchaseorder",
        "bought for a clearance",
        "number token supplier_id source_key currency total_minor",
    ),
    _move(
        "suppliers_purchaseorderline",
        "bought for a clearance",
        "purchase_order_id line_number part_id sku quantity push_quantity price_minor",
    ),
    _read("suppliers_pegging", "ties a purchase to its clearance"),
    _add("audit_statechange", "a record"),
    _add("outbox_outboxevent", "a fact"),
    _move("outbox_delivery", "tried again by staff", "event_id subscriber", may_insert=True),
    _move("outbox_errand", "tried again by staff", "name arguments answer", may_insert=True),
    _read("django_migrations", "the schema is the owner's"),
)


class UnfitRole(CartwrightError):
    """The role that was named cannot be held to anything."""

    code = "unfit_role"


@dataclass(frozen=True, slots=True)
class Grant:
    """What the role may do with one table, in words: "read, insert, update"."""

    table: str
    words: str
    why: str = ""


# Who owns the tables, or is a superuser, is not bound by grants.
IS_UNBOUND = """
SELECT rolsuper OR EXISTS (
    SELECT FROM pg_class WHERE relowner = role.oid AND relnamespace = 'public'::regnamespace
) FROM pg_roles AS role WHERE rolname = %s
"""
# Roles belong to the server: another database's command may make the same one meanwhile.
CREATE_ROLE = """
DO $$ BEGIN CREATE ROLE {} LOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
"""
FOR_ALL_TABLES = (
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
)


@transaction.atomic
def grant_web_role(role: str, *, password: str = "") -> list[Grant]:
    """Let a role do exactly what the rules say; make it where it is not there. Repeatable.

    Covers the tables that exist now, so it belongs behind every `migrate`. Runs as the owner of
    the tables, who must be allowed to make roles if there is one to make. Raises `UnfitRole`.
    """
    rules = {rule.table: rule for rule in RULES}
    tables = sorted(connection.introspection.table_names())
    if unknown := rules.keys() - set(tables):
        raise UnfitRole(f"No such tables: {', '.join(sorted(unknown))}. Run migrate first.")
    with connection.cursor() as cursor:
        _ensure(cursor, role, password)
        for statement in FOR_ALL_TABLES:
            cursor.execute(sql.SQL(statement).format(role=sql.Identifier(role)))
        return [_grant(cursor, role, table, rules.get(table)) for table in tables]


def _ensure(cursor: CursorWrapper, role: str, password: str) -> None:
    name = sql.Identifier(role)
    cursor.execute(IS_UNBOUND, [role])
    found = cursor.fetchone()
    if found is None:
        cursor.execute(sql.SQL(CREATE_ROLE).format(name))
    elif found[0]:
        raise UnfitRole(f"{role} owns tables or is a superuser: grants do not bind it.")
    if password:
        # Hashed here: what the server is told may end up in its log.
        wire = connection.connection.pgconn
        hashed = wire.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
        cursor.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(hashed.decode()))
        )


def _grant(cursor: CursorWrapper, role: str, table: str, rule: Rule | None) -> Grant:
    """The writing part of one table; reading is granted already."""
    if rule is None:
        _give(cursor, "INSERT, UPDATE, DELETE", table, role)
        return Grant(table, "read, insert, update, delete")
    words = ["read"]
    if rule.may_insert:
        _give(cursor, "INSERT", table, role)
        words.append("insert")
    if rule.may_update:
        columns = [
            column.name
            for column in connection.introspection.get_table_description(cursor, table)
            if column.name not in rule.fixed
        ]
        listed = sql.SQL(", ").join(map(sql.Identifier, columns)).as_string()
        _give(cursor, f"UPDATE ({listed})", table, role)
        fixed = ", ".join(sorted(rule.fixed - {"id"}))
        words.append(f"update but not {fixed}")
    return Grant(table, ", ".join(words), rule.why)


def _give(cursor: CursorWrapper, rights: str, table: str, role: str) -> None:
    cursor.execute(
        sql.SQL("GRANT {} ON {} TO {}").format(
            sql.SQL(rights),
            sql.Identifier(table),
            sql.Identifier(role),
        )
    )
