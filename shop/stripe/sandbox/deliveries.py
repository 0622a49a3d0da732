"""Webhooks: each event is sent until it is accepted, later and later, then given up."""

import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import stripe

from shop.stripe.sandbox import mischief
from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.postman import post
from shop.stripe.sandbox.presentation import present

logger = logging.getLogger(__name__)

FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 15 * 60.0
GIVE_UP_AFTER_SECONDS = 6 * 3600.0
SENDERS = 4  # deliveries in flight at once


def retry_delay(attempts: int) -> float:
    """Seconds to wait after so many failed attempts: 1, 2, 4, … up to a quarter of an hour."""
    return min(FIRST_RETRY_SECONDS * 2.0 ** min(attempts - 1, 30), LONGEST_RETRY_SECONDS)


class Deliveries:
    """Sends what is due. At least once: a crash between sending and noting repeats the event."""

    def __init__(self, cashier: Cashier) -> None:
        self.cashier = cashier
        self._senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="webhook")
        self._in_flight: set[str] = set()
        self._lock = threading.Lock()
        self._make_pending_due()

    def _make_pending_due(self) -> None:
        """After a restart the shop is probably back too: do not sit out old delays."""
        with self.cashier.store.transaction():
            self.cashier.store.execute(
                "UPDATE deliveries SET due_at = ? WHERE state = 'pending' AND due_at > ?",
                (self.cashier.clock(), self.cashier.clock()),
            )

    def send_due(self) -> float | None:
        """Start sending what is due; returns when the next one is, None for never."""
        times = [
            self._start_due("deliveries", "event_id", "state = 'pending'", self._deliver),
            self._start_due("mischief", "id", "is_sent = 0", self._misdeliver),
        ]
        return min((time for time in times if time is not None), default=None)

    def _start_due(
        self, table: str, key: str, condition: str, send: Callable[[Any], None]
    ) -> float | None:
        """Start what a table holds for now, oldest first, as far as senders are free."""
        with self._lock:
            busy = json.dumps(sorted(self._in_flight))
            free = SENDERS - len(self._in_flight)
        with self.cashier.store.transaction():
            due, next_due_at = self.cashier.store.due_letters(
                table, key, condition, busy=busy, now=self.cashier.clock(), limit=free
            )
        for name in due:
            with self._lock:
                self._in_flight.add(f"{table}:{name}")
            self._senders.submit(self._send, table, name, send)
        return next_due_at

    def _send(self, table: str, name: Any, send: Callable[[Any], None]) -> None:
        try:
            send(name)
        except Exception:
            logger.exception("webhook %s %s was not sent", table, name)
        finally:
            with self._lock:
                self._in_flight.discard(f"{table}:{name}")
            self.cashier.store.changed.set()

    def _deliver(self, event_id: str) -> None:
        """Send an event, signed now: a signature is good for five minutes."""
        with self.cashier.store.transaction():
            event = self.cashier.store.get("event", event_id)
            payload = json.dumps(present(self.cashier, event), indent=2)
        settings = self.cashier.settings
        signature = stripe.WebhookSignature.generate_signature_header(
            payload, settings.webhook_secret, self.cashier.now()
        )
        self._note(event_id, post(settings.webhook_url, payload.encode(), signature))

    def _misdeliver(self, number: int) -> None:
        """Send a copy or a forgery, once: what the shop says to it is only noted."""
        store, settings = self.cashier.store, self.cashier.settings
        with store.transaction():
            row = store.execute("SELECT * FROM mischief WHERE id = ?", (number,)).fetchone()
            event = present(self.cashier, store.get("event", row["event_id"]))
        now = self.cashier.now()
        letter = mischief.write(event, row["kind"], secret=settings.webhook_secret, now=now)
        answer = post(settings.webhook_url, letter.body, letter.signature)
        with store.transaction():
            store.execute(
                "UPDATE mischief SET is_sent = 1, answer = ? WHERE id = ?", (answer, number)
            )

    def _note(self, event_id: str, problem: str) -> None:
        store, now = self.cashier.store, self.cashier.clock()
        with store.transaction():
            row = store.execute(
                "SELECT attempts, started_at FROM deliveries WHERE event_id = ?", (event_id,)
            ).fetchone()
            attempts = row["attempts"] + 1
            state, due_at = "delivered", now
            if problem:
                due_at = now + retry_delay(attempts)
                is_over = due_at - row["started_at"] > GIVE_UP_AFTER_SECONDS
                state = "given_up" if is_over else "pending"
                logger.info("webhook %s attempt %d: %s", event_id, attempts, problem)
            store.execute(
                "UPDATE deliveries SET state = ?, attempts = ?, due_at = ?, last_error = ?"
                " WHERE event_id = ?",
                (state, attempts, due_at, problem, event_id),
            )

    def close(self) -> None:
        """Start nothing more; what is in flight is waited for, at most one timeout."""
        self._senders.shutdown(wait=True, cancel_futures=True)
