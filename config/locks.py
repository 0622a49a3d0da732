"""Row locks, always in the same order, never waited for longer than three seconds.

The order between tables is Order → Payment → AssemblyJob → Part → PurchaseOrder.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from zlib import crc32

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, models

from config.rows import rows_of

# A wait beyond this is a fault to be seen and retried, not a queue to stand in.
LOCK_TIMEOUT = "3s"

# SET LOCAL as part of the statement that locks. A condition on the rows is looked at before any
# of them is locked.
LOCK = """
SELECT {columns} FROM {table}
WHERE {key} = ANY (%s::{key_type}[]) AND set_config('lock_timeout', %s, true) <> ''
ORDER BY {key} FOR UPDATE
"""


def lock_rows[M: models.Model](model: type[M], keys: Iterable[object]) -> list[M]:
    """Lock the rows with these primary keys, in key order, until the transaction ends.

    Raises `ObjectDoesNotExist` when one is missing and `OperationalError` after LOCK_TIMEOUT.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("lock_rows() belongs inside a transaction")
    wanted = set(keys)
    if not wanted:
        return []
    rows = rows_of(model, LOCK, [list(wanted), LOCK_TIMEOUT])
    if len(rows) != len(wanted):
        missing = wanted - {row.pk for row in rows}
        raise ObjectDoesNotExist(f"{model._meta.label} {sorted(map(str, missing))} does not exist")
    return rows


@contextmanager
def only_one(name: str) -> Iterator[bool]:
    """True for the one caller, over all machines, that holds the advisory lock `name`.

    Periodic tasks use it: a second one that starts meanwhile sees False and has nothing to do.
    """
    key = crc32(name.encode())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
