"""What customers do, one function a deed. The schedule names them and says how often."""

from collections.abc import Callable
from dataclasses import dataclass

from config.embedded.waiting import wait_until
from tests.storm.bank import Bank
from tests.storm.customer import Customer
from tests.storm.staff import Desk
from tests.storm.visitor import LostTheWay, Step, pause

CARD = "card_ok"
REVIEW_WITHIN_S = 30.0
REVIEW_TAKES_S = 8.0  # a shop that does not wait for it would have released the order by then


@dataclass(frozen=True, slots=True)
class Others:
    """With whom customers have to do beside the shop and the cashier's page."""

    desk: Desk
    bank: Bank


def buys(customer: Customer, others: Others) -> None:
    customer.come_back(customer.pay(customer.order(), CARD))


def double_clicks(customer: Customer, others: Others) -> None:
    """Every button twice in the same moment."""
    customer.come_back(customer.pay(customer.order(times=2), CARD, times=2))


def abandons(customer: Customer, others: Others) -> None:
    customer.order()


def declined_first(customer: Customer, others: Others) -> None:
    page = customer.pay(customer.order(), "card_insufficient_funds")
    customer.come_back(customer.pay(page, "card_mastercard"))


def asked_by_the_bank(customer: Customer, others: Others) -> None:
    customer.come_back(customer.pay(customer.order(), "card_3ds"))


def pays_late(customer: Customer, others: Others) -> None:
    """The hour is over while the customer looks for the card; then once more from the order."""
    page = customer.order()
    others.bank.expire(_session(customer))
    gone = customer.pay(page, CARD)
    if gone.location:
        raise LostTheWay(f"{page.url} was paid although it had expired")
    again = customer.to_the_cashier(customer.visitor.open(gone.link("/orders/")))
    customer.come_back(customer.pay(again, CARD))


def pays_twice(customer: Customer, others: Others) -> None:
    """Two windows at the cashier, a card in each; and back to pay once more."""
    page = customer.order()
    customer.at_once(
        lambda: customer.pay(page, CARD),
        lambda: customer.pay(page, "card_mastercard"),
    )
    closed = customer.visitor.open(page.url)
    if closed.location or "/orders/" in closed.text:
        customer.visitor.follow(closed)


def cancels_while_paying(customer: Customer, others: Others) -> None:
    page = customer.order()
    order = customer.visitor.open(page.link("/orders/"))
    customer.at_once(lambda: customer.pay(page, CARD), lambda: customer.give_up(order))


def debits(customer: Customer, others: Others) -> None:
    customer.come_back(customer.pay(customer.order(), "debit_ok"))


def debit_fails(customer: Customer, others: Others) -> None:
    customer.come_back(customer.pay(customer.order(), "debit_fails"))


def cancels_a_debit(customer: Customer, others: Others) -> None:
    """Gives up while the bank has it: the money comes all the same, and must go back."""
    customer.visitor.follow(customer.pay(customer.order(), "debit_ok"))
    customer.give_up(customer.see_order())


def asks_for_cancellation(customer: Customer, others: Others) -> None:
    """Paid, and then by letter: staff cancel it and give everything back."""
    customer.visitor.follow(customer.pay(customer.order(), "card_refund_later"))
    others.desk.cancel(customer.client, _token(customer))
    others.desk.refund(customer.client, _token(customer))


def asks_for_a_refund(customer: Customer, others: Others) -> None:
    customer.visitor.follow(customer.pay(customer.order(), "card_available"))
    others.desk.refund(customer.client, _token(customer))


def disputes(customer: Customer, others: Others) -> None:
    """A little later the bank takes the money back."""
    customer.come_back(customer.pay(customer.order(), "card_dispute"))
    customer.visitor.note("disputed")


def reviewed(customer: Customer, others: Others) -> None:
    """The cashier puts the payment up for review, and lets it pass in the end."""
    customer.come_back(customer.pay(customer.order(), "card_review"))
    session = _session(customer)
    pause(REVIEW_TAKES_S)
    if not wait_until(
        lambda: others.bank.approve_review(session), within_s=REVIEW_WITHIN_S, every_s=0.5
    ):
        raise LostTheWay(f"no review of {session} was opened")


def _session(customer: Customer) -> str:
    if customer.visitor.session is None:
        raise LostTheWay("the customer never came to the cashier")
    return customer.visitor.session


def _token(customer: Customer) -> str:
    if customer.visitor.token is None:
        raise LostTheWay("the customer never saw the order")
    return customer.visitor.token


DEEDS: dict[str, Callable[[Customer, Others], None]] = {
    deed.__name__: deed
    for deed in (
        buys,
        double_clicks,
        abandons,
        declined_first,
        asked_by_the_bank,
        pays_late,
        pays_twice,
        cancels_while_paying,
        debits,
        debit_fails,
        cancels_a_debit,
        asks_for_cancellation,
        asks_for_a_refund,
        disputes,
        reviewed,
    )
}


def live(customer: Customer, others: Others) -> None:
    """Do what the schedule says of this customer."""
    DEEDS[customer.client.deed](customer, others)


__all__ = ["DEEDS", "Others", "Step", "live"]
