"""What comes in from outside, and is believed: events, return pages, half-paid debits."""

from dataclasses import replace as changed
from typing import Any

from tests.storm.bugs.bug import Bug
from tests.storm.bugs.replacing import replace
from tests.storm.world import Faults


def _no_signature_check() -> None:
    replace("shop.stripe.webhooks:_is_signed", lambda right: lambda text, signature, secret: True)


def _other_modes_are_ours() -> None:
    replace("shop.stripe.webhooks:_foreign", lambda right: lambda event: "")


def _return_page_is_believed() -> None:
    """Whoever comes back from the cashier has paid: the worker looks at nothing else."""

    def wrong(right: Any) -> Any:
        from shop.models import Payment
        from shop.services import payments
        from shop.stripe import gateway

        def sync_payment(*, payment_id: int) -> str:
            payment = Payment.objects.get(pk=payment_id)
            facts = gateway.retrieve_checkout(str(payment.session_id))
            believed = changed(
                facts,
                session_status="complete",
                intent_status="succeeded",
                amount_received_minor=payment.amount_minor,
                is_charge_paid=True,
            )
            return str(payments.apply_facts(payment_id=payment_id, facts=believed).status)

        return sync_payment

    replace("shop.services.asking:sync_payment", wrong)


def _complete_means_paid() -> None:
    """The classic: a session that is complete may be unpaid still."""

    def wrong(right: Any) -> Any:
        def retrieve_checkout(session_id: str) -> Any:
            facts = right(session_id)
            if facts.session_status != "complete" or facts.intent_status != "processing":
                return facts
            from shop.models import Payment

            payment = Payment.objects.get(idempotency_key=facts.reference)
            return changed(
                facts,
                intent_status="succeeded",
                amount_received_minor=payment.amount_minor,
                is_charge_paid=True,
            )

        return retrieve_checkout

    replace("shop.stripe.gateway:retrieve_checkout", wrong)


BUGS = (
    Bug(
        name="no_signature_check",
        sentence="Any event is taken in, whoever signed it.",
        catches=("I10",),
        patch=_no_signature_check,
        faults=Faults(forge=1.0),
        orders=8,
    ),
    Bug(
        name="other_modes_are_ours",
        sentence="Events of the other mode and of other accounts are taken in.",
        catches=("I10",),
        patch=_other_modes_are_ours,
        faults=Faults(forge=1.0),
        orders=12,
    ),
    Bug(
        name="return_page_is_believed",
        sentence="Whoever comes back from the cashier has paid, and Stripe is not asked.",
        catches=("I3",),
        patch=_return_page_is_believed,
        faults=Faults(),
        orders=50,
    ),
    Bug(
        name="complete_means_paid",
        sentence="A completed checkout counts as paid, although the bank has not.",
        catches=("I3",),
        patch=_complete_means_paid,
        faults=Faults(),
        orders=50,
    ),
)
