"""Emptying the database after a test that really committed, at the price of what it wrote.

Django truncates every table, by which PostgreSQL makes anew some six hundred files, and then writes
its content types and permissions again: a fifth of a second of CPU after each of such tests.
"""

from functools import cache

from django.core.management import call_command
from django.db import connection, transaction
from django.test import TransactionTestCase

# What Django writes for itself when it has migrated stays, as after its own `flush`.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def empty_the_database() -> None:
    """Waits for whoever still writes, as a truncation would. Sequences go on."""
    if not _may_pass_triggers():
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_statements())


def empty_after_tests() -> None:
    """From now on, wherever Django would truncate."""
    TransactionTestCase._fixture_teardown = lambda self: empty_the_database()


def _may_pass_triggers() -> bool:
    """Append-only tables refuse a delete to all but a superuser, whom ours is where we start it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        return bool(cursor.fetchone()[0])


@cache
def _statements() -> str:
    tables = set(connection.introspection.django_table_names(only_existing=True)) - KEPT
    names = [connection.ops.quote_name(name) for name in sorted(tables)]
    deletes = [f"DELETE FROM {name}" for name in names]  # noqa: S608 - our own tables
    lock = f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE"
    return "; ".join([lock, "SET LOCAL session_replication_role = replica", *deletes])
