"""Money that is taken, kept or given in a wrong way."""

import secrets
import time
from dataclasses import replace as changed
from typing import Any

from tests.storm.bugs.bug import Bug
from tests.storm.bugs.replacing import replace
from tests.storm.world import Faults


def _no_amount_check() -> None:
    """The cashier is asked for a dollar too little, as a slip would; nobody compares."""

    def too_little(right: Any) -> Any:
        def session_parameters(payment: Any) -> Any:
            parameters = right(payment)
            parameters["line_items"][0]["price_data"]["unit_amount"] -= 100
            return parameters

        return session_parameters

    def unchecked(right: Any) -> Any:
        def clear_payment(*, order: Any, payment: Any, facts: Any) -> Any:
            as_wished = changed(facts, amount_received_minor=order.total_minor)
            return right(order=order, payment=payment, facts=as_wished)

        return clear_payment

    replace("shop.stripe.gateway:session_parameters", too_little)
    replace("shop.services.payments:clear_payment", unchecked)


def _holds_are_ignored() -> None:
    replace("shop.services.holds:watch", lambda right: lambda order, payment, facts: None)


def _surplus_is_kept() -> None:
    def wrong(right: Any) -> Any:
        from shop.services import ledger, payments

        def _take_surplus(payment: Any, facts: Any, why: str) -> None:
            ledger.post_surplus(
                payment=payment,
                amount_minor=facts.amount_received_minor,
                currency=facts.currency,
            )
            payments._capture(payment, facts, f"surplus: {why}")

        return _take_surplus

    replace("shop.services.payments:_take_surplus", wrong)


def _cancelled_orders_revive() -> None:
    """Whatever has become of the order: money came, so it is released."""

    def wrong(right: Any) -> Any:
        from shop.services import payments

        def clear_payment(*, order: Any, payment: Any, facts: Any) -> Any:
            if order.status == "cancelled":
                payments._capture(payment, facts, f"{facts.intent_id} succeeded")
                return payments._release(order, payment=payment, why="paid")
            return right(order=order, payment=payment, facts=facts)

        return clear_payment

    replace("shop.services.payments:clear_payment", wrong)


def _checkout_without_key() -> None:
    """Two clicks at once open two checkouts; a slow moment lets them meet."""

    def wrong(right: Any) -> Any:
        from shop.stripe import gateway

        def create_checkout(payment: Any) -> Any:
            time.sleep(0.3)
            session = gateway.client().v1.checkout.sessions.create(
                gateway.session_parameters(payment), {"idempotency_key": secrets.token_hex(8)}
            )
            return gateway._facts(session)

        return create_checkout

    replace("shop.stripe.gateway:create_checkout", wrong)


def _refund_without_key() -> None:
    """The first answer is lost, and it is asked for again at once, under another key."""

    def wrong(right: Any) -> Any:
        from shop.stripe import gateway
        from shop.stripe import refunds as stripe_refunds

        def ask(refund: Any) -> Any:
            return gateway.client().v1.refunds.create(
                stripe_refunds.refund_parameters(refund),
                {"idempotency_key": secrets.token_hex(8)},
            )

        def create_refund(refund: Any) -> Any:
            made = ask(refund)
            if 2 * refund.amount_minor <= refund.payment.captured_minor:
                made = ask(refund)
            return stripe_refunds._facts(made)

        return create_refund

    replace("shop.stripe.refunds:create_refund", wrong)


def _captures_are_not_booked() -> None:
    replace("shop.services.ledger:post_capture", lambda right: lambda *, clearance: None)


BUGS = (
    Bug(
        name="no_amount_check",
        sentence="Nobody compares what came with what the order costs.",
        catches=("I1", "I3", "I7"),
        patch=_no_amount_check,
        faults=Faults(),
        orders=8,
    ),
    Bug(
        name="holds_are_ignored",
        sentence="An order is released although its payment is under review.",
        catches=("I3",),
        patch=_holds_are_ignored,
        faults=Faults(),
        orders=50,
    ),
    Bug(
        name="surplus_is_kept",
        sentence="Money that no order waits for is booked, and kept.",
        catches=("I14",),
        patch=_surplus_is_kept,
        faults=Faults(),
        orders=30,
    ),
    Bug(
        name="cancelled_orders_revive",
        sentence="Money for a cancelled order is taken for a release of it.",
        catches=("I13", "I14"),
        patch=_cancelled_orders_revive,
        faults=Faults(),
        orders=30,
    ),
    Bug(
        name="checkout_without_key",
        sentence="A checkout is opened without an idempotency key.",
        catches=("I11",),
        patch=_checkout_without_key,
        faults=Faults(),
        orders=20,
    ),
    Bug(
        name="refund_without_key",
        sentence="A refund whose answer was lost is asked for again under another key.",
        catches=("I1",),
        patch=_refund_without_key,
        faults=Faults(),
        orders=50,
    ),
    Bug(
        name="captures_are_not_booked",
        sentence="Money that cleared is not booked.",
        catches=("I1",),
        patch=_captures_are_not_booked,
        faults=Faults(),
        orders=6,
    ),
)
