"""Another present, for this process and its one database session.

Python asks `timezone.now`. The database answers `now()` by a function that is found before its
own, and fills in a time that nobody gave by the default of a temporary view that hides the table;
the tables, their triggers and every other session stay as they are. Views and setting end with
the session, however it ends; what a killed one leaves is a schema that nobody else may use.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.backends.signals import connection_created
from django.utils import timezone
from psycopg import sql

SCHEMA = "cartwright_clock"
SETTING = "cartwright.now"
NOW = ("now", "transaction_timestamp", "statement_timestamp", "clock_timestamp")

CREATE_NOW = """
CREATE FUNCTION {schema}.{name}() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT pg_catalog.current_setting('cartwright.now')::timestamptz $$
"""
# Asked for a table, it finds the view that hides it.
CREATE_SEQUENCE_OF = """
CREATE FUNCTION {schema}.pg_get_serial_sequence(text, text) RETURNS text LANGUAGE sql STABLE
AS $$ SELECT pg_catalog.pg_get_serial_sequence({public} || '.' || $1, $2) $$
"""
# Every column whose default is the present.
TIMED = """
SELECT class.relname, attribute.attname
FROM pg_catalog.pg_attrdef AS filled
JOIN pg_catalog.pg_class AS class ON class.oid = filled.adrelid AND class.relkind = 'r'
JOIN pg_catalog.pg_namespace AS space ON space.oid = class.relnamespace
JOIN pg_catalog.pg_attribute AS attribute
    ON attribute.attrelid = class.oid AND attribute.attnum = filled.adnum
WHERE space.nspname = %s AND pg_catalog.pg_get_expr(filled.adbin, filled.adrelid)
    ~* '(now|transaction_timestamp|statement_timestamp|clock_timestamp)[(][)]|CURRENT_TIMESTAMP'
ORDER BY 1, 2
"""


class Clock:
    """The virtual present. It never goes back, and moves between transactions only."""

    def __init__(self, starts_at: datetime) -> None:
        self.now = starts_at

    def move_to(self, moment: datetime) -> None:
        """Let time pass until `moment`; one that is over changes nothing."""
        if moment <= self.now:
            return
        self.now = moment
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", [SETTING, moment.isoformat()])

    def seconds(self) -> float:
        """Since the epoch, as the cashier counts."""
        return self.now.timestamp()


@contextmanager
def virtual_clock(starts_at: datetime) -> Iterator[Clock]:
    """Live in another present until the block ends. The role must own the database's tables."""
    clock = Clock(starts_at)
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        path = str(cursor.fetchone()[0])
    try:
        forget_clock()
        _enter(clock)
        with _python_asks(clock):
            yield clock
    finally:
        if connection.connection is not None and not connection.connection.closed:
            _leave(path)


@contextmanager
def _python_asks(clock: Clock) -> Iterator[None]:
    real_now = timezone.now

    def now() -> datetime:
        return clock.now

    refuse: Any = _refuse_another_session
    try:
        timezone.now = now
        _fill_in(now, instead_of=real_now)
        # PostgreSQL knows a table by its key, and a view only by all of its columns.
        connection.features.allows_group_by_selected_pks = False
        connection_created.connect(refuse)
        yield
    finally:
        connection_created.disconnect(refuse)
        del connection.features.allows_group_by_selected_pks
        _fill_in(real_now, instead_of=now)
        timezone.now = real_now


def _fill_in(now: Callable[[], datetime], *, instead_of: Callable[[], datetime]) -> None:
    """Fields whose default is the present have kept the function that tells it."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.default is instead_of:
                field.default = now
                field.__dict__.pop("_get_default", None)


def forget_clock() -> None:
    """Remove what a killed session left: a few functions that nobody else may call."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(SCHEMA)))


def _refuse_another_session(**kwargs: Any) -> None:
    """A new session would write down the real present beside the virtual one."""
    connection.close()
    raise RuntimeError("The database session ended, and its virtual present with it.")


def _enter(clock: Clock) -> None:
    schema = sql.Identifier(SCHEMA)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        public = cursor.fetchone()[0]
        cursor.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        for name in NOW:
            cursor.execute(sql.SQL(CREATE_NOW).format(schema=schema, name=sql.Identifier(name)))
        cursor.execute(
            sql.SQL(CREATE_SEQUENCE_OF).format(schema=schema, public=sql.Literal(public))
        )
        cursor.execute("SELECT set_config(%s, %s, false)", [SETTING, clock.now.isoformat()])
        cursor.execute(TIMED, [public])
        for table, column in cursor.fetchall():
            _hide(cursor, public, table, column)
        cursor.execute(
            "SELECT set_config('search_path', %s, false)", [f"{SCHEMA}, pg_catalog, {public}"]
        )


def _hide(cursor: Any, public: str, table: str, column: str) -> None:
    """Lay a view over a table, for this session alone, that fills in the virtual present."""
    names = {
        "view": sql.Identifier("pg_temp", table),
        "table": sql.Identifier(public, table),
        "column": sql.Identifier(column),
        "now": sql.Identifier(SCHEMA, "now"),
    }
    cursor.execute(
        sql.SQL("CREATE OR REPLACE TEMPORARY VIEW {view} AS SELECT * FROM {table}").format(**names)
    )
    cursor.execute(
        sql.SQL("ALTER VIEW {view} ALTER COLUMN {column} SET DEFAULT {now}()").format(**names)
    )


def _leave(path: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('search_path', %s, false)", [path])
        cursor.execute("DISCARD TEMP")
    forget_clock()
