"""Demand goes up by event: `publish` writes the fact down, `subscribe` says who must act on it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar

from django.db import connection

from config.outbox.models import Delivery


@dataclass(frozen=True, slots=True)
class Event:
    """A fact that other apps act on. Subclasses are frozen dataclasses of JSON-able fields."""

    name: ClassVar[str]

    @property
    def key(self) -> str:
        """What makes the fact one and the same: publishing it twice breaks a constraint."""
        raise TypeError(f"{type(self).__name__} must say its key")


@dataclass(frozen=True, slots=True)
class Subscription:
    """`service` is called with the event's fields, in a transaction; it must be idempotent."""

    name: str
    service: Callable[..., object]
    queue: str


_by_event: dict[str, list[Subscription]] = {}
_by_name: dict[str, Subscription] = {}


def subscribe(
    event: type[Event], service: Callable[..., object], *, name: str, queue: str = "default"
) -> None:
    """Have `service(**fields of the event)` run once for each event. Called in `ready()`.

    `name` ("production.plan_order") is stored with every delivery: never rename it lightly.
    """
    if name in _by_name:
        raise ValueError(f"{name} is subscribed already")
    subscription = Subscription(name, service, queue)
    _by_name[name] = subscription
    _by_event.setdefault(event.name, []).append(subscription)


def subscribers(event: type[Event]) -> tuple[Subscription, ...]:
    return tuple(_by_event.get(event.name, ()))


# One statement: the fact, a delivery for each subscriber, and the bell that rings on commit.
PUBLISH = """
WITH event AS (
    INSERT INTO outbox_outboxevent (name, key, payload) VALUES (%s, %s, %s) RETURNING id
), deliveries AS (
    INSERT INTO outbox_delivery (event_id, subscriber, sends, failures, last_error)
    SELECT event.id, subscriber, 0, 0, '' FROM event, unnest(%s::text[]) AS subscriber
)
SELECT id, pg_notify('outbox', '') FROM event
"""


def publish(event: Event) -> int:
    """Write the event down in the transaction that makes it true; returns its id."""
    if not connection.in_atomic_block:
        raise RuntimeError("publish() belongs inside the transaction that makes the fact true")
    names = [subscription.name for subscription in _by_event.get(event.name, ())]
    with connection.cursor() as cursor:
        cursor.execute(PUBLISH, [event.name, event.key, json.dumps(asdict(event)), names])
        return int(cursor.fetchone()[0])


PUBLISH_ALL = """
WITH event AS (
    INSERT INTO outbox_outboxevent (name, key, payload)
    SELECT %s, key, payload::jsonb FROM unnest(%s::text[], %s::text[]) AS event (key, payload)
    RETURNING id
), deliveries AS (
    INSERT INTO outbox_delivery (event_id, subscriber, sends, failures, last_error)
    SELECT event.id, subscriber, 0, 0, '' FROM event, unnest(%s::text[]) AS subscriber
)
SELECT pg_notify('outbox', '')
"""


def publish_all[E: Event](events: Sequence[E]) -> None:
    """`publish` for many events of one kind, in one statement."""
    if not connection.in_atomic_block:
        raise RuntimeError("publish_all() belongs inside the transaction that makes the facts true")
    if not events:
        return
    name = events[0].name
    names = [subscription.name for subscription in _by_event.get(name, ())]
    payloads = [json.dumps(asdict(event)) for event in events]
    with connection.cursor() as cursor:
        cursor.execute(PUBLISH_ALL, [name, [event.key for event in events], payloads, names])


def deliver(delivery: Delivery) -> None:
    """Call the subscriber. The caller holds the delivery's row lock and marks it done."""
    subscription = _by_name.get(delivery.subscriber)
    if subscription is None:
        raise LookupError(f"nobody is subscribed under the name {delivery.subscriber!r}")
    subscription.service(**delivery.event.payload)


def queue_of(delivery: Delivery) -> str:
    subscription = _by_name.get(delivery.subscriber)
    return subscription.queue if subscription else "default"


def name_of(delivery: Delivery) -> str:
    return delivery.subscriber
