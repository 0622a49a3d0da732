"""What a test card brings after it has paid: a review at once, a dispute or a warning later."""

from collections.abc import Callable

from shop.stripe.sandbox import disputes, radar
from shop.stripe.sandbox.calendar_book import appoint
from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.instrument import Instrument
from shop.stripe.sandbox.store import Document

ACTIONS: dict[str, Callable[[Cashier, str], None]] = {
    disputes.DISPUTE: disputes.start_dispute,
    disputes.INQUIRE: disputes.start_inquiry,
    disputes.MISS_DEADLINE: disputes.miss_deadline,
    radar.WARN: radar.warn_of_fraud,
}
LATER = {"dispute": disputes.DISPUTE, "inquiry": disputes.INQUIRE, "warning": radar.WARN}


def follow(cashier: Cashier, charge: Document, instrument: Instrument) -> None:
    """Bring about what follows a successful charge. Inside a transaction."""
    if instrument.afterwards == "review":
        radar.open_review(cashier, charge)
    elif instrument.afterwards in LATER:
        due_at = cashier.clock() + cashier.settings.debit_delay_seconds
        appoint(cashier, LATER[instrument.afterwards], charge["id"], due_at=due_at)
