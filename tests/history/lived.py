"""A history in a database of its own, with the cashier that took its money."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from config.history.refusals import refuse_here
from config.history.year import Plan, live_through
from shop.stripe.sandbox.in_process import cashier_in_process
from tests.storm.truths import Evidence
from tests.storm.truths.cashier import CashierApi, tables
from tests.test_storm_truths.healthy import copy_of_the_test_database, django_at

ENDS_AT = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)  # a Friday, at work

# What happened, without the keys and secrets that differ from one database to the next.
FACTS = {
    "orders": """
        SELECT o.number, o.email, o.status, o.placed_at, o.total_minor, o.refunded_minor,
               o.promised_ships_on, o.likely_ships_on, l.quantity, c.choices, s.tracking_number
        FROM shop_order o JOIN shop_orderline l ON l.order_id = o.id
        JOIN configurator_configuration c ON c.id = l.configuration_id
        LEFT JOIN shop_shipment s ON s.order_id = o.id ORDER BY 1""",
    "operations": """
        SELECT j.number, j.status, p.kind, p.status, p.started_at, p.finished_at, p.rework_count
        FROM production_joboperation p JOIN production_assemblyjob j ON j.id = p.job_id
        ORDER BY 1, p.sequence""",
    "purchases": """
        SELECT p.number, p.status, l.line_number, l.sku, l.quantity, l.received_quantity,
               l.requested_on, l.promised_on, p.acknowledged_at
        FROM suppliers_purchaseorder p
        JOIN suppliers_purchaseorderline l ON l.purchase_order_id = p.id ORDER BY 1, 3""",
    "movements": """
        SELECT p.part_number, m.kind, m.origin, m.quantity, m.moved_at, m.actor, m.unit_cost_minor
        FROM production_stockmovement m JOIN production_part p ON p.id = m.part_id ORDER BY m.id""",
    "checks": """
        SELECT j.number, c.code, c.value, c.is_passed, c.at FROM production_checkresult c
        JOIN production_assemblyjob j ON j.id = c.job_id ORDER BY c.id""",
    "serials": "SELECT serial, captured_at FROM production_serialunit ORDER BY id",
    "mails": "SELECT about, subject, to_email, done_at FROM mail_outgoingmail ORDER BY id",
    "books": """
        SELECT t.posted_at, e.account, e.amount_minor, e.currency FROM shop_ledgerentry e
        JOIN shop_ledgertransaction t ON t.id = e.transaction_id ORDER BY 1, 2, 3""",
    "changes": """
        SELECT subject_type, from_state, to_state, actor, at FROM audit_statechange
        WHERE why NOT LIKE '%pi\\_%' ORDER BY id""",
}


@dataclass(frozen=True, slots=True)
class Lived:
    """A history that is over: where it is, what happened how often, and what the cashier knows."""

    dsn: str
    counts: dict[str, int]
    evidence: Evidence

    def rows(self, query: Any) -> list[Any]:
        with psycopg.connect(self.dsn) as wire:
            return wire.execute(query).fetchall()

    def facts(self) -> dict[str, list[Any]]:
        return {name: self.rows(query) for name, query in FACTS.items()}


@contextmanager
def lived(folder: Path, *, orders: int, seed: str, days: int) -> Iterator[Lived]:
    """Live through so many days in a copy of the empty test database."""
    plan = Plan(orders, seed, ENDS_AT.date() - timedelta(days=days), ENDS_AT, folder)
    with copy_of_the_test_database() as (name, dsn):
        with django_at(name):
            refuse_here()
            counts = live_through(plan, lambda progress: None)
            evidence = _evidence(plan)
            connection.close()
        yield Lived(dsn, counts, evidence)


class _InProcessApi(CashierApi):
    def __init__(self, get: Any) -> None:
        self._get = get


def _evidence(plan: Plan) -> Evidence:
    """What a storm asks of the cashier and of those who got mails: these left the house nowhere."""
    with cashier_in_process(
        plan.cashier, clock=plan.ends_at.timestamp, debit_delay_seconds=0
    ) as cashier:
        known = tables(_InProcessApi(cashier.get))
    with connection.cursor() as cursor:
        cursor.execute("SELECT message_id, to_email, subject, done_at FROM mail_outgoingmail")
        mails = cursor.fetchall()
    began = datetime.combine(plan.first, datetime.min.time(), tzinfo=UTC)
    return {**known, "storm_facts": [(began, None, plan.ends_at)], "sink_mail": mails}
