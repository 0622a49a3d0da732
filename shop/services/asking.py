"""Questions of the web process about money. A worker asks Stripe and writes down what follows:
the web's database role could not (docs/adr/0013-the-web-cannot-release.md).
"""

from config.locks import only_one
from config.outbox import errands
from config.outbox.errands import Answer
from shop.errors import CashierAway
from shop.models import Order
from shop.services import payments, reconciliation

SYNC_PAYMENT = "shop.sync_payment"
CLEAR_FREE_ORDER = "shop.clear_free_order"
RECONCILE = "shop.reconcile"

# As long as Stripe itself may take. Whoever is still waiting then sees the order's page, which
# looks again by itself; the errand goes on.
ANSWER_WITHIN_S = 2.0


def ask_about_payment(*, payment_id: int, asked_by: str) -> Answer:
    """Have a worker sync a payment; its state in words, if that is known in time."""
    errand_id = errands.ask(SYNC_PAYMENT, asked_by=asked_by, payment_id=payment_id)
    return errands.wait_for(errand_id, within_s=ANSWER_WITHIN_S)


def open_payment(*, order_id: int, asked_by: str = "customer") -> str:
    """As `payments.open_payment`, with what has to be asked before and after.

    Raises `CashierAway` too while it is not known what has become of an earlier checkout.
    """
    for payment_id in payments.overdue_payments(order_id):
        answer = ask_about_payment(payment_id=payment_id, asked_by=asked_by)
        if not answer.is_done:
            raise CashierAway(f"Payment {payment_id}: {answer.trouble or 'no answer yet'}")
    address = payments.open_payment(order_id=order_id)
    if Order.objects.filter(pk=order_id, total_minor=0).exists():
        ask_to_clear_free_order(order_id=order_id, asked_by=asked_by)
    return address


def ask_to_clear_free_order(*, order_id: int, asked_by: str) -> Answer:
    """Have a worker release an order that costs nothing."""
    errand_id = errands.ask(CLEAR_FREE_ORDER, asked_by=asked_by, order_id=order_id)
    return errands.wait_for(errand_id, within_s=ANSWER_WITHIN_S)


def ask_to_reconcile(*, asked_by: str) -> Answer:
    """Have a worker compare Stripe's balance with the books; what it found, if known in time."""
    errand_id = errands.ask(RECONCILE, asked_by=asked_by)
    return errands.wait_for(errand_id, within_s=ANSWER_WITHIN_S)


def sync_payment(*, payment_id: int) -> str:
    """The worker's side of `ask_about_payment`."""
    payment = payments.sync_payment(payment_id=payment_id)
    return payment.get_status_display().lower()


def clear_free_order(*, order_id: int) -> str:
    """The worker's side of `ask_to_clear_free_order`."""
    return payments.clear_free_order(order_id=order_id).get_status_display().lower()


def reconcile() -> str:
    """The worker's side of `ask_to_reconcile`; one run at a time, with those of the clock."""
    with only_one("shop.reconcile") as is_mine:
        if not is_mine:
            return "a comparison is under way"
        found = reconciliation.reconcile()
    return f"{found.new_records} new movements, {found.open_differences} open differences"
