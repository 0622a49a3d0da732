"""What others know, laid beside the shop's own tables: the cashier, the mail sink, the clients.

Temporary tables of one connection, so that every truth can be one SQL statement and nothing of
the shop is touched.
"""

import json
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from tests.storm.truths.cashier import CashierApi, Row, tables
from tests.storm.world import World

ANSWER_S = 60.0

TABLES = {
    "storm_facts": "started_at timestamptz, last_fault_at timestamptz, quiet_at timestamptz",
    "storm_fault": "at timestamptz, kind text, target text",
    "cashier_session": "id text, status text, intent_id text, amount_total bigint, currency text, "
    "reference text, order_number text",
    "cashier_intent": "id text, status text, amount_received bigint, currency text, "
    "reference text, order_number text",
    "cashier_charge": "id text, intent_id text, is_paid boolean",
    "cashier_refund": "id text, intent_id text, status text, amount bigint, currency text, "
    "key text, order_number text",
    "cashier_balance": "source_id text, category text, created_at timestamptz",
    "cashier_event": "id text, type text",
    "cashier_review": "id text, intent_id text, opened_reason text, is_open boolean, "
    "closed_at timestamptz",
    "cashier_object": "id text, amount bigint, metadata jsonb",
    "sink_mail": "message_id text, recipient text, subject text, received_at timestamptz",
    "client_seen": "at timestamptz, client int, deed text, kind text, status int, "
    "order_number text, token text, session text, path text",
}

type Evidence = Mapping[str, Sequence[Row]]


def gather(world: World) -> Evidence:
    """Everything that others know, by table. Raises `OSError` where one of them does not answer."""
    return {
        "storm_facts": [(world.started_at, world.last_fault_at, world.quiet_at)],
        "storm_fault": [(fault.at, fault.kind, fault.target) for fault in world.faults],
        **tables(CashierApi(world.cashier_url, world.cashier_key)),
        "sink_mail": list(_mails(world.mail_url)),
        "client_seen": list(_seen(world)),
    }


def lay(connection: psycopg.Connection, evidence: Evidence) -> None:
    """Lay the evidence into the present transaction of a connection; it goes with it."""
    for table, columns in TABLES.items():
        name = sql.Identifier(table)
        connection.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(
                name,
                sql.SQL(columns),  # fixed text, above
            )
        )
        with (
            connection.cursor() as cursor,
            cursor.copy(sql.SQL("COPY {} FROM STDIN").format(name)) as copy,
        ):
            for row in evidence.get(table, ()):
                copy.write_row(row)
        connection.execute(sql.SQL("ANALYZE {}").format(name))


def _mails(url: str) -> Iterator[Row]:
    """One row for each recipient of each mail that the sink keeps."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{url.rstrip('/')}/api/messages", timeout=ANSWER_S) as response:
        messages = json.load(response)["messages"]
    for one in messages:
        received_at = datetime.fromisoformat(one["received_at"])
        for recipient in one["recipients"]:
            yield (one["message_id"], recipient, one["subject"], received_at)


def _seen(world: World) -> Iterator[Row]:
    """What the clients wrote; of a line that was torn off, nothing."""
    for text in world.seen.read_text(encoding="utf-8").splitlines():
        try:
            one: dict[str, Any] = json.loads(text)
        except ValueError:
            continue
        yield (
            datetime.fromisoformat(one["at"]),
            one.get("client"),
            one.get("deed"),
            one["kind"],
            one.get("status"),
            one.get("order"),
            one.get("token"),
            one.get("session"),
            one.get("path"),
        )
