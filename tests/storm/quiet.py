"""Waiting until a shop has come to rest, by looking at its tables and at the cashier."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from config.embedded.waiting import wait_until
from tests.storm.bank import Bank
from tests.storm.processes import Town
from tests.storm.world import Plan

PATIENCE_S = 240.0  # of each phase
PATIENCE_WITH_A_BUG_S = 75.0  # it may never come to rest; that is what is to be found out
LOOK_EVERY_S = 0.5
HOUR_S = 3_700  # a checkout is open for an hour; refunds and debits take less at this cashier
QUEUES = (
    "outbox_delivery", "outbox_errand", "shop_stripeevent", "shop_refundcall",
    "mail_outgoingmail",
)  # fmt: skip
# What beat rings too seldom for a storm to wait for. What matters for a release is not here.
SELDOM = ("shop.fetch_undelivered_events", "shop.poll_refunds", "shop.reconcile")

PAID_AND_WAITING = """
    SELECT count(*) FROM unnest(%s::text[]) AS paid(session_id)
    LEFT JOIN shop_payment AS payment USING (session_id)
    WHERE payment.id IS NULL OR payment.status IN ('pending', 'failed')
"""
UNDECIDED = """
    SELECT count(*) FROM shop_payment AS payment
    WHERE payment.status IN ('pending', 'processing') AND NOT EXISTS (
        SELECT FROM shop_paymenthold AS hold
        WHERE hold.order_id = payment.order_id AND hold.closed_at IS NULL)
"""
REFUNDS_UNDER_WAY = "SELECT count(*) FROM shop_refund WHERE status IN ('approved', 'pending')"
# The lease of a mail is four minutes, and it is sent in a second: nobody is at work any more on
# one that was taken up twenty seconds ago.
ABANDONED = "done_at IS NULL AND leased_until BETWEEN now() AND now() + interval '220 seconds'"
END_LEASES = f"UPDATE mail_outgoingmail SET leased_until = now(), due_at = now() WHERE {ABANDONED}"  # noqa: S608
ABANDONED_MAILS = f"SELECT count(*) FROM mail_outgoingmail WHERE {ABANDONED}"  # noqa: S608
LOOK_AGAIN = "UPDATE shop_refund SET last_synced_at = NULL WHERE status = 'pending'"


def come_to_rest(plan: Plan, look: "Look", unrest: list[str]) -> str:
    """Wait for what was paid; let an hour pass; wait for the rest. `unrest` gets what never ends.

    The faults are over. Events are delivered again, except where a storm is about none being.
    """
    began = time.monotonic()
    if plan.faults.drop < 1:
        look.bank.be_calm()
    phases: tuple[tuple[Callable[[], None], Callable[[], Iterator[str]]], ...] = (
        (_nothing, look.at_what_was_paid),
        (look.let_an_hour_pass, look.at_everything),
        (lambda: _ring_for_what_is_seldom(look.dsn), look.at_everything),
    )
    for act, troubles in phases:
        act()
        if not _wait(troubles, look.town, PATIENCE_WITH_A_BUG_S if plan.bug else PATIENCE_S):
            unrest[:] = list(troubles())
            return f"No rest: {', '.join(unrest)}"
    return f"Rest after {time.monotonic() - began:.0f} s"


def _nothing() -> None:
    """The first phase only waits."""


def _wait(troubles: Callable[[], Iterator[str]], town: Town, within_s: float) -> bool:
    def is_quiet() -> bool:
        town.look_after()
        try:
            return next(troubles(), None) is None
        except psycopg.OperationalError:
            return False

    return wait_until(is_quiet, within_s=within_s, every_s=LOOK_EVERY_S)


@dataclass(frozen=True, slots=True)
class Look:
    """What is not at rest, in words."""

    dsn: str
    bank: Bank
    seen: Path
    town: Town

    def let_an_hour_pass(self) -> None:
        """At the cashier, and for mails whose sender was killed."""
        self.bank.let_time_pass(HOUR_S)
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(END_LEASES)

    def at_what_was_paid(self) -> Iterator[str]:
        paid = sorted(_paid_by_card(self.seen))
        with psycopg.connect(self.dsn) as connection:
            if waiting := _count(connection, PAID_AND_WAITING, paid):
                yield f"{waiting} payments that the shop does not know of"
            open_work = list(_open_work(connection))
            if open_work != _abandoned_mails(connection):
                yield from open_work

    def at_everything(self) -> Iterator[str]:
        state = self.bank.state()
        if pending := state["deliveries"].get("pending", 0) + state["mischief_waiting"]:
            yield f"{pending} webhooks on their way"
        with psycopg.connect(self.dsn) as connection:
            yield from _open_work(connection)
            if undecided := _count(connection, UNDECIDED):
                yield f"{undecided} payments neither cleared nor failed"
            if refunds := _count(connection, REFUNDS_UNDER_WAY):
                yield f"{refunds} refunds under way"


def _open_work(connection: psycopg.Connection) -> Iterator[str]:
    for table in QUEUES:
        query = f"SELECT count(*) FROM {table} WHERE done_at IS NULL AND dead_at IS NULL"  # noqa: S608
        if count := _count(connection, query):
            yield f"{count} rows of {table}"


def _abandoned_mails(connection: psycopg.Connection) -> list[str]:
    """The words for them, if they are all that is left."""
    count = _count(connection, ABANDONED_MAILS)
    return [f"{count} rows of mail_outgoingmail"] if count else []


def _count(connection: psycopg.Connection, query: str, *parameters: object) -> int:
    row = connection.execute(query, parameters or None).fetchone()
    return int(row[0]) if row else 0


def _paid_by_card(seen: Path) -> set[str]:
    notes = map(json.loads, seen.read_text().splitlines())
    return {
        note["session"]
        for note in notes
        if note["kind"] == "paid" and not note["path"].startswith("debit")
    }


def _ring_for_what_is_seldom(dsn: str) -> None:
    """As beat would within the next hours: in this process, which has Django set up by now."""
    from django.db import connection as ours

    from config.celery import app

    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(LOOK_AGAIN)
    ours.close()  # it may be from before PostgreSQL was killed
    app.loader.import_default_modules()
    for name in SELDOM:
        app.tasks[name].apply()
    ours.close()
