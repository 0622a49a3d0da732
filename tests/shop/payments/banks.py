"""What banks do at the sandbox cashier, behind our back: no event of it ever arrives."""

from shop.models import Order
from shop.services import payments
from shop.stripe.sandbox import disputes, radar
from shop.stripe.sandbox.server import Server
from shop.stripe.sandbox.store import Document
from tests.factories.shop import place_small_order
from tests.shop.sandbox.browser_double import GOOD, visit


def paid_at_the_cashier(form: dict[str, str] = GOOD) -> Order:
    """An order that was paid there, and looked at once."""
    order = place_small_order()
    visit(payments.open_payment(order_id=order.pk), form)
    payments.sync_payment(payment_id=order.payments.get().pk)
    order.refresh_from_db()
    return order


def charge_of(cashier: Server, order: Order) -> Document:
    store = cashier.cashier.store
    intent = store.get("payment_intent", str(order.payments.get().payment_intent_id))
    return store.get("charge", intent["latest_charge"])


def contested(cashier: Server, order: Order, case: disputes.Case = "chargeback") -> None:
    """The customer's bank disputes what was paid."""
    with cashier.cashier.store.transaction():
        disputes.open_dispute(cashier.cashier, charge_of(cashier, order), case=case)


def decided(cashier: Server, stripe_id: str, ending: disputes.Ending) -> None:
    """The bank ends a dispute."""
    store = cashier.cashier.store
    with store.transaction():
        disputes.end(cashier.cashier, store.get("dispute", stripe_id), ending)


def warned(cashier: Server, order: Order) -> None:
    """The card's bank suspects fraud."""
    with cashier.cashier.store.transaction():
        radar.warn_of_fraud(cashier.cashier, charge_of(cashier, order)["id"])


def reviewed(cashier: Server, order: Order) -> None:
    with cashier.cashier.store.transaction():
        radar.open_review(cashier.cashier, charge_of(cashier, order))


def approved(cashier: Server, order: Order) -> None:
    """Somebody closes the review at Stripe: the payment is good."""
    with cashier.cashier.store.transaction():
        (review,) = radar.open_reviews(cashier.cashier, charge_of(cashier, order)["id"])
        radar.close_review(cashier.cashier, review, reason="approved")
