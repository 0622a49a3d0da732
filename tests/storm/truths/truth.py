"""A truth: one statement that finds whatever breaks it. Plain SQL, from outside the app."""

from collections.abc import Iterable
from dataclasses import dataclass

import psycopg

MOST_SAMPLES = 5


@dataclass(frozen=True, slots=True)
class Truth:
    """`sql` gives one row of text for each thing that is wrong; no row means that it holds.

    `invariant` is its number in DESIGN §3; `sentence` says what is wrong where it does not hold.
    `given` are common table expressions that `sql` reads from.
    """

    invariant: str
    name: str
    sentence: str
    sql: str
    given: str = ""

    @property
    def query(self) -> bytes:
        return (f"WITH {self.given} {self.sql}" if self.given else self.sql).encode()


@dataclass(frozen=True, slots=True)
class Violation:
    """A truth that does not hold. `samples`: the first few of what is wrong, by order number."""

    invariant: str
    count: int
    sentence: str
    samples: tuple[str, ...]
    truth: str


def judge(connection: psycopg.Connection, truths: Iterable[Truth]) -> tuple[Violation, ...]:
    """The truths that do not hold, in a database that holds the evidence too (`evidence.lay`)."""
    found = []
    for truth in truths:
        rows = connection.execute(truth.query).fetchall()
        if rows:
            samples = tuple(sorted(str(row[0]) for row in rows)[:MOST_SAMPLES])
            found.append(Violation(truth.invariant, len(rows), truth.sentence, samples, truth.name))
    return tuple(found)
