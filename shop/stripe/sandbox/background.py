"""What the cashier does while nobody asks: keep appointments, send webhooks."""

import logging
import threading
from collections.abc import Callable

from shop.stripe.sandbox import aftermath, calendar_book, charging, payments, refunds
from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.deliveries import Deliveries

logger = logging.getLogger(__name__)

ACTIONS: dict[str, Callable[[Cashier, str], None]] = {
    **aftermath.ACTIONS,
    charging.SETTLE_DEBIT: charging.settle_debit,
    payments.EXPIRE_SESSION: payments.expire_session,
    refunds.SETTLE_REFUND: refunds.settle_refund,
    refunds.FAIL_REFUND: refunds.fail_refund,
}
LONGEST_WAIT_SECONDS = 1.0  # so that a clock set forward is noticed
AFTER_FAULT_SECONDS = 5.0


class Background(threading.Thread):
    """One thread: sleeps until something is due or something was written."""

    def __init__(self, cashier: Cashier) -> None:
        super().__init__(name="cashier-background", daemon=True)
        self.cashier = cashier
        self.deliveries = Deliveries(cashier)
        self._is_stopping = threading.Event()

    def run(self) -> None:
        while not self._is_stopping.is_set():
            self.cashier.store.changed.clear()
            try:
                due = [keep_appointments(self.cashier), self.deliveries.send_due()]
            except Exception:
                logger.exception("the background work failed; going on")
                due = []
            times = [time for time in due if time is not None]
            wait = min(times) - self.cashier.clock() if times else LONGEST_WAIT_SECONDS
            self.cashier.store.changed.wait(min(max(wait, 0.0), LONGEST_WAIT_SECONDS))

    def stop(self) -> None:
        self._is_stopping.set()
        self.cashier.store.changed.set()
        self.join()
        self.deliveries.close()


def keep_appointments(cashier: Cashier) -> float | None:
    """Keep all that are due; returns when the next one is."""
    while True:
        with cashier.store.transaction():
            found = calendar_book.next_due(cashier)
            if found is None:
                return calendar_book.next_due_at(cashier)
            action, subject = found
            try:
                with cashier.store.savepoint():
                    calendar_book.cancel(cashier, action, subject)
                    ACTIONS[action](cashier, subject)
            except Exception:
                logger.exception("%s of %s failed; trying again", action, subject)
                due_at = cashier.clock() + AFTER_FAULT_SECONDS
                calendar_book.appoint(cashier, action, subject, due_at=due_at)
