"""Events: a snapshot of an object at the moment something happened to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import stripe

from shop.stripe.sandbox import chaos
from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.ids import new_id
from shop.stripe.sandbox.presentation import with_addresses
from shop.stripe.sandbox.store import Document

# The API request that is being answered; none while a customer or the clock acts.
_cause: ContextVar[tuple[str | None, str | None]] = ContextVar("cause", default=(None, None))


@contextmanager
def caused_by(request_id: str, idempotency_key: str | None) -> Iterator[None]:
    """Events emitted inside name this API request as their cause."""
    token = _cause.set((request_id, idempotency_key))
    try:
        yield
    finally:
        _cause.reset(token)


def emit(
    cashier: Cashier, name: str, document: Document, *, before: Document | None = None
) -> None:
    """Store an event and, when there is a webhook address, its delivery, due now
    unless chaos has it otherwise.

    ``before`` holds the earlier values of what changed; only ``*.updated`` events carry it.
    """
    fate = chaos.next_fate(cashier)
    if fate.is_silent:
        return
    request_id, idempotency_key = _cause.get()
    data: Document = {"object": with_addresses(document, cashier.public_url)}
    if before is not None:
        data["previous_attributes"] = before
    event: Document = {
        "id": new_id("evt"),
        "object": "event",
        "api_version": stripe.api_version,
        "created": cashier.now(),
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": request_id, "idempotency_key": idempotency_key},
        "type": name,
    }
    cashier.store.insert(event)
    if cashier.settings.webhook_url:
        cashier.store.execute(
            "INSERT INTO deliveries (event_id, state, started_at, due_at) VALUES (?, ?, ?, ?)",
            (
                event["id"],
                "given_up" if fate.is_dropped else "pending",
                cashier.clock(),
                cashier.clock() + fate.wait,
            ),
        )
        chaos.plan_mischief(cashier, event["id"], fate)
