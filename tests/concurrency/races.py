"""Start several threads at the same instant, each with a database connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from production.services.free_supply import FREE_SUPPLY

# For negative controls: who looks at what is free, and locks none of it.
SUPPLY_WITHOUT_LOCKS = FREE_SUPPLY.replace("FOR UPDATE {of_held}", "").replace("FOR UPDATE", "")


def race(*runners: Callable[[], Any]) -> list[Any]:
    """What each runner returned, or the exception that it raised, in their order."""
    barrier = Barrier(len(runners))

    def run(runner: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=60)
            return runner()
        except Exception as error:  # noqa: BLE001 - the race's result is what went wrong, too
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(runners)) as pool:
        return list(pool.map(run, runners))
