"""What must be true after a storm, asked from outside the app: SQL, HTTP, and what clients saw."""

import psycopg

from tests.storm.truths import (
    audit,
    building,
    durable,
    forgery,
    late_money,
    mails,
    material,
    money,
    prices,
    rest,
)
from tests.storm.truths.evidence import Evidence, gather, lay
from tests.storm.truths.truth import Truth, Violation, judge
from tests.storm.world import World

__all__ = ["TRUTHS", "Evidence", "Truth", "Violation", "check", "gather", "judge", "lay"]

TRUTHS: tuple[Truth, ...] = (
    *money.TRUTHS,
    *building.TRUTHS,
    *material.TRUTHS,
    *prices.TRUTHS,
    *mails.TRUTHS,
    *audit.TRUTHS,
    *forgery.TRUTHS,
    *durable.TRUTHS,
    *rest.TRUTHS,
    *late_money.TRUTHS,
)


def check(world: World) -> tuple[Violation, ...]:
    """Every truth that does not hold in this world, in the order of the invariants."""
    evidence = gather(world)
    with psycopg.connect(world.dsn) as connection:
        lay(connection, evidence)
        found = judge(connection, TRUTHS)
        connection.rollback()
    return found
