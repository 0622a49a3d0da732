"""Where a history must not be made: beside facts that are real, or that another present made."""

from datetime import date, datetime, time, timedelta

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from config.audit.models import StateChange
from configurator.models import ProductModel
from shop.models import Order
from shop.stripe.gateway import is_live_mode

MOST_ORDERS = 100_000
SUBJECT = "config.history"
BEGAN, ENDED = "began", "ended"
EMPTY_ONE = (
    "Give it an empty database: CARTWRIGHT_HOME=/an/empty/folder ./manage.py migrate, "
    "and seed_history under the same name."
)
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
OWNS = """
SELECT has_database_privilege(current_database(), 'CREATE')
    AND pg_has_role(tableowner::name, 'USAGE')
FROM pg_tables WHERE tablename = 'shop_order' AND schemaname = current_schema()
"""


class HistoryRefused(Exception):
    """Why nothing was made: what, where, what was expected and what is there."""


def the_end(until: str) -> datetime:
    """The moment at which the history becomes the present: now, or the end of a day before."""
    now = timezone.now()
    if not until:
        return now
    try:
        day = date.fromisoformat(until)
    except ValueError:
        raise HistoryRefused(f"--until: expected a day as 2026-03-31, got {until!r}.") from None
    today = timezone.localdate(now)
    if not date(2001, 1, 1) <= day <= today:
        raise HistoryRefused(f"--until: expected a day from 2001-01-01 to {today}, got {day}.")
    midnight = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    return min(now, midnight - timedelta(seconds=1))


def refuse_numbers(orders: int) -> None:
    if not 1 <= orders <= MOST_ORDERS:
        raise HistoryRefused(f"--orders: expected 1 to {MOST_ORDERS:,}, got {orders:,}.")


def refuse_here() -> None:
    """Raises `HistoryRefused` unless this database is ours, empty and at rest."""
    if is_live_mode():
        raise HistoryRefused(
            "STRIPE_SECRET_KEY: expected none or one of the test mode, got a live one. "
            "A history is never made beside real money."
        )
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        raise HistoryRefused(
            f"Database {_name()}: expected the present schema, got one that lacks {missing} "
            "migrations. ./manage.py migrate applies them."
        )
    _refuse_another_history()
    if orders := Order.objects.count():
        raise HistoryRefused(
            f"Database {_name()}: expected no orders, got {orders:,}. Real ones and made-up ones "
            f"must not be mixed. {EMPTY_ONE}"
        )
    if furnished := ProductModel.objects.count():
        raise HistoryRefused(
            f"Database {_name()}: expected an empty shop, got {furnished} products that are on "
            f"sale from today on; nobody can have ordered them a year ago. {EMPTY_ONE}"
        )
    _refuse_company()


def _refuse_another_history() -> None:
    told = list(StateChange.objects.filter(subject_type=SUBJECT).order_by("pk"))
    if not told:
        return
    began = told[0]
    if told[-1].to_state == ENDED:
        raise HistoryRefused(
            f"Database {_name()}: expected no history, got one already ({began.why}). {EMPTY_ONE}"
        )
    latest = StateChange.objects.latest("pk").at
    raise HistoryRefused(
        f"Database {_name()}: a history was begun here ({began.why}) and broke off on "
        f"{timezone.localdate(latest)}, after {Order.objects.count():,} orders. What was made is "
        f"whole, but it cannot be gone on with. {EMPTY_ONE}"
    )


def _refuse_company() -> None:
    with connection.cursor() as cursor:
        cursor.execute(OWNS)
        if not cursor.fetchone()[0]:
            raise HistoryRefused(
                f"Database {_name()}: expected the role that owns the tables, got "
                f"{connection.settings_dict['USER']!r}."
            )
        cursor.execute(OTHERS)
        others = cursor.fetchone()[0]
    if others:
        raise HistoryRefused(
            f"Database {_name()}: expected nobody else, got {others} other sessions. A worker or "
            "relay would do a history's work at another time; stop them first."
        )


def write_down(state: str, *, before: str, about: str) -> None:
    """Note that a history began or ended, where nobody forgets it."""
    StateChange.objects.create(
        subject_type=SUBJECT,
        subject_id=1,
        from_state=before,
        to_state=state,
        actor="system",
        why=about,
    )


def _name() -> str:
    return str(connection.settings_dict["NAME"])
