"""Webhooks: each event is sent until it is accepted, later and later, then given up."""

import http.client
import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import SplitResult, urlsplit

import stripe

from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.presentation import present

logger = logging.getLogger(__name__)

FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 15 * 60.0
GIVE_UP_AFTER_SECONDS = 6 * 3600.0
TIMEOUT_SECONDS = 10.0
SENDERS = 4  # deliveries in flight at once
USER_AGENT = "CartwrightCashier/1.0"


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
        with self._lock:
            busy = json.dumps(sorted(self._in_flight))
            free = SENDERS - len(self._in_flight)
        waiting = "state = 'pending' AND event_id NOT IN (SELECT value FROM json_each(?))"
        with self.cashier.store.transaction():
            due = self.cashier.store.execute(
                f"SELECT event_id FROM deliveries WHERE {waiting} AND due_at <= ?"  # noqa: S608
                " ORDER BY due_at LIMIT ?",
                (busy, self.cashier.clock(), free),
            ).fetchall()
            later = self.cashier.store.execute(
                f"SELECT min(due_at) AS due_at FROM deliveries WHERE {waiting}"  # noqa: S608
                " AND due_at > ?",
                (busy, self.cashier.clock()),
            ).fetchone()
        for row in due:
            with self._lock:
                self._in_flight.add(row["event_id"])
            self._senders.submit(self._deliver, row["event_id"])
        next_due_at: float | None = later["due_at"]
        return next_due_at

    def _deliver(self, event_id: str) -> None:
        try:
            with self.cashier.store.transaction():
                event = self.cashier.store.get("event", event_id)
                payload = json.dumps(present(self.cashier, event), indent=2)
            problem = self._post(payload)
            self._note(event_id, problem)
        except Exception:
            logger.exception("webhook %s was not sent", event_id)
        finally:
            with self._lock:
                self._in_flight.discard(event_id)
            self.cashier.store.changed.set()

    def _post(self, payload: str) -> str:
        """Send once, signed now. Returns what went wrong, empty if it was accepted (2xx)."""
        settings = self.cashier.settings
        address = urlsplit(settings.webhook_url)
        signature = stripe.WebhookSignature.generate_signature_header(
            payload, settings.webhook_secret, self.cashier.now()
        )
        connection = _connect(address)
        try:
            connection.request(
                "POST",
                (address.path or "/") + (f"?{address.query}" if address.query else ""),
                body=payload.encode(),
                headers={
                    "Content-Type": "application/json; charset=utf-8",
                    "Stripe-Signature": signature,
                    "User-Agent": USER_AGENT,
                    "Connection": "close",
                },
            )
            status = connection.getresponse().status
        except (OSError, ValueError, http.client.HTTPException) as error:
            return f"{type(error).__name__}: {error}"
        finally:
            connection.close()
        # A redirect is not followed: an endpoint that moved has not accepted anything.
        return "" if status // 100 == 2 else f"HTTP {status}"

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


def _connect(address: SplitResult) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    return kind(address.hostname or "", address.port, timeout=TIMEOUT_SECONDS)
