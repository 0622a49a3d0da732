"""Facts that get lost on their way: from a transaction to whoever must act on it."""

import os
import signal
from datetime import timedelta
from typing import Any

from tests.storm.bugs.bug import Bug
from tests.storm.bugs.replacing import replace, set_constant
from tests.storm.world import Faults


def _fire_and_forget() -> None:
    def wrong(right: Any) -> Any:
        from dataclasses import asdict

        from django.db import transaction

        def publish(event: Any) -> int:
            from config.outbox.bus import _by_event
            from tests.storm.bugs.tasks import call_subscriber

            def tell() -> None:
                for subscription in _by_event.get(event.name, ()):
                    call_subscriber.apply_async(
                        args=(subscription.name, asdict(event)),
                        queue=subscription.queue,
                        retry=False,
                    )

            transaction.on_commit(tell, robust=True)
            return 0

        return publish

    replace("config.outbox.bus:publish", wrong)


def _publish_after_commit() -> None:
    """One process in three dies in the moment between: no fault could aim so well."""

    def wrong(right: Any) -> Any:
        from django.db import transaction

        def publish(event: Any) -> int:
            def later() -> None:
                if event.name == "shop.order_released" and event.order_id % 3 == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                with transaction.atomic():
                    right(event)

            transaction.on_commit(later)
            return 0

        return publish

    replace("config.outbox.bus:publish", wrong)


def _lost_messages_stay_lost() -> None:
    set_constant("config.outbox.relay:RESEND_AFTER", timedelta(days=1))


def _poller_off() -> None:
    replace("shop.tasks:_due_payments", lambda right: list)


BUGS = (
    Bug(
        name="fire_and_forget",
        sentence="Events are handed to the broker after the commit, and kept nowhere.",
        catches=("I2", "I4", "I13"),
        patch=_fire_and_forget,
        faults=Faults(no_valkey=True),
        orders=10,
    ),
    Bug(
        name="publish_after_commit",
        sentence="An event is written down after the commit of the fact that it tells of.",
        catches=("I2", "I4", "I13"),
        patch=_publish_after_commit,
        faults=Faults(),
        orders=12,
    ),
    Bug(
        name="lost_messages_stay_lost",
        sentence="What the broker took is never handed out again: acknowledged before it is done.",
        catches=("I13",),
        patch=_lost_messages_stay_lost,
        faults=Faults(kills=10, targets=("worker", "valkey"), flush_broker=8),
        orders=40,
    ),
    Bug(
        name="poller_off",
        sentence="Nobody looks at open payments: whoever is told nothing knows nothing.",
        catches=("I13", "I14"),
        patch=_poller_off,
        faults=Faults(drop=1.0, silence=1.0),
        orders=15,
    ),
)
