"""The cashier's memory: one SQLite file of JSON documents, one writer at a time.

A call is answered after its transaction was committed, so a killed cashier has lost nothing that
it said. (The file is written through to the disk only now and then: a machine that loses its power
may lose the last seconds, and nothing but those.)
"""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shop.stripe.sandbox.errors import StateInUseError

type Document = dict[str, Any]
type Filter = tuple[str, Any]  # an SQL condition written in this package, and its parameter

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    id      TEXT NOT NULL UNIQUE,
    kind    TEXT NOT NULL,
    created INTEGER NOT NULL,
    parent  TEXT,             -- the session of a line item
    body    TEXT NOT NULL,    -- the object as Stripe would answer it, unexpanded
    private TEXT NOT NULL     -- what only the cashier knows about it
);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_by_parent ON objects (parent, seq) WHERE parent IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_by_payment_intent
    ON objects (kind, json_extract(body, '$.payment_intent'));
CREATE TABLE IF NOT EXISTS answers (        -- what was answered under an idempotency key
    key         TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    status      INTEGER NOT NULL,
    body        TEXT NOT NULL,
    created     REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS appointments (   -- what the cashier will do by itself, and when
    due_at  REAL NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (action, subject)
);
CREATE INDEX IF NOT EXISTS appointments_by_time ON appointments (due_at);
CREATE TABLE IF NOT EXISTS deliveries (     -- one webhook endpoint, so one row an event
    event_id   TEXT PRIMARY KEY,
    state      TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'given_up')),
    attempts   INTEGER NOT NULL DEFAULT 0,
    started_at REAL NOT NULL,
    due_at     REAL NOT NULL,
    last_error TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS mischief (       -- copies and forgeries, each sent once
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL,
    kind     TEXT NOT NULL,
    due_at   REAL NOT NULL,
    is_sent  INTEGER NOT NULL DEFAULT 0,
    answer   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS mischief_due ON mischief (due_at) WHERE is_sent = 0;
CREATE TABLE IF NOT EXISTS knobs (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due_at) WHERE state = 'pending';
"""


class Store:
    """Documents by id. Every use is inside ``transaction()``, which serialises all threads."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.changed = threading.Event()  # set after each commit: there may be work to do
        self._lock = threading.RLock()
        self._claim = self._claim_directory(directory)
        self._database = sqlite3.connect(
            directory / "cashier.sqlite3", isolation_level=None, check_same_thread=False
        )
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(f"BEGIN; {SCHEMA} COMMIT;")

    @staticmethod
    def _claim_directory(directory: Path) -> sqlite3.Connection:
        """Hold an exclusive lock for as long as the process lives; a kill releases it."""
        claim = sqlite3.connect(
            directory / "in-use.sqlite3", timeout=0, isolation_level=None, check_same_thread=False
        )
        try:
            claim.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            claim.close()
            raise StateInUseError(f"another cashier is using {directory}") from error
        return claim

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, one thread at a time. Not to be held during an outside call."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            before = self._database.total_changes
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")
            if self._database.total_changes != before:
                self.changed.set()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo only this part of a transaction when it raises."""
        self._database.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK TO part")
            raise
        finally:
            self._database.execute("RELEASE part")

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        return self._database.execute(statement, parameters)

    def insert(
        self, document: Document, *, parent: str | None = None, private: Document | None = None
    ) -> None:
        self.execute(
            "INSERT INTO objects (id, kind, created, parent, body, private)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                document["id"],
                document["object"],
                document.get("created", 0),
                parent,
                json.dumps(document),
                json.dumps(private or {}),
            ),
        )

    def save(self, document: Document) -> None:
        self.execute(
            "UPDATE objects SET body = ? WHERE id = ?", (json.dumps(document), document["id"])
        )

    def find(self, kind: str, object_id: str) -> Document | None:
        row = self.execute(
            "SELECT body FROM objects WHERE id = ? AND kind = ?", (object_id, kind)
        ).fetchone()
        return json.loads(row["body"]) if row else None

    def get(self, kind: str, object_id: str) -> Document:
        """A document that must exist; a missing one is a fault of the cashier (LookupError)."""
        document = self.find(kind, object_id)
        if document is None:
            raise LookupError(f"{kind} {object_id} is not stored")
        return document

    def kind_of(self, object_id: str) -> str:
        """The kind of a document that must exist."""
        row = self.execute("SELECT kind FROM objects WHERE id = ?", (object_id,)).fetchone()
        if row is None:
            raise LookupError(f"{object_id} is not stored")
        return str(row["kind"])

    def private(self, object_id: str) -> Document:
        row = self.execute("SELECT private FROM objects WHERE id = ?", (object_id,)).fetchone()
        return json.loads(row["private"]) if row else {}

    def knob(self, name: str) -> str:
        """How a knob is set; empty if it was never turned."""
        row = self.execute("SELECT value FROM knobs WHERE name = ?", (name,)).fetchone()
        return str(row["value"]) if row else ""

    def set_knob(self, name: str, value: str) -> None:
        self.execute("INSERT OR REPLACE INTO knobs (name, value) VALUES (?, ?)", (name, value))

    def count(self, name: str) -> int:
        """Add one to a knob that counts; returns what it stands at now."""
        number = int(self.knob(name) or "0") + 1
        self.set_knob(name, str(number))
        return number

    def position(self, kind: str, object_id: str) -> int | None:
        row = self.execute(
            "SELECT seq FROM objects WHERE id = ? AND kind = ?", (object_id, kind)
        ).fetchone()
        return row["seq"] if row else None

    def select(
        self, kind: str, filters: Sequence[Filter], *, is_newest_first: bool, limit: int
    ) -> list[Document]:
        """Documents of one kind by age, at most ``limit``, each filter holding."""
        conditions = "".join(f" AND ({condition})" for condition, _ in filters)
        order = "DESC" if is_newest_first else "ASC"
        rows = self.execute(
            # Conditions are constants of this package; values travel as parameters.
            f"SELECT body FROM objects WHERE kind = ?{conditions} ORDER BY seq {order} LIMIT ?",  # noqa: S608
            (kind, *(value for _, value in filters), limit),
        )
        return [json.loads(row["body"]) for row in rows]

    def due_letters(
        self, table: str, key: str, condition: str, *, busy: str, now: float, limit: int
    ) -> tuple[list[Any], float | None]:
        """Keys of what a table holds for now, oldest first, and when the next one is due.

        ``busy`` is a JSON array of ``table:key`` already in flight.
        """
        # Table, key and condition are constants of this package; values travel as parameters.
        waiting = (
            f"FROM {table} WHERE {condition}"  # noqa: S608
            f" AND '{table}:' || {key} NOT IN (SELECT value FROM json_each(?))"
        )
        due = self.execute(
            f"SELECT {key} AS name {waiting} AND due_at <= ? ORDER BY due_at LIMIT ?",
            (busy, now, limit),
        ).fetchall()
        later = self.execute(
            f"SELECT min(due_at) AS due_at {waiting} AND due_at > ?", (busy, now)
        ).fetchone()
        return [row["name"] for row in due], later["due_at"]

    def close(self) -> None:
        with self._lock:
            self._database.close()
            self._claim.close()
