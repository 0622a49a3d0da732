"""Stripe as a table of payments, for random timelines: everything true is in here.

Stands where `shop.stripe` speaks with Stripe; a call costs nothing and can find nobody there.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import ModuleType

import pytest
from django.utils import timezone

from shop.errors import CashierAway, CashierRefused
from shop.models import Dispute, DisputeAnswer, Payment, Refund
from shop.stripe import disputes, gateway, refunds, risk
from shop.stripe.balance import Movement
from shop.stripe.disputes import DisputeFacts
from shop.stripe.gateway import CheckoutFacts
from shop.stripe.refunds import RefundFacts

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class Till:
    """One Checkout Session with its intent, charge, refunds and disputes."""

    facts: CheckoutFacts
    amount_minor: int
    is_under_review: bool = False
    is_warned_of: bool = False
    disputes: list[DisputeFacts] = field(default_factory=list)
    refunds: list[RefundFacts] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.facts.session_status == "open"

    @property
    def is_paid(self) -> bool:
        return self.facts.intent_status == "succeeded"

    def pay(self) -> None:
        self.facts = replace(
            self.facts,
            session_status="complete",
            intent_status="succeeded",
            amount_received_minor=self.amount_minor,
            is_charge_paid=True,
        )

    def become(self, session_status: str, intent_status: str) -> None:
        self.facts = replace(self.facts, session_status=session_status, intent_status=intent_status)

    def dispute(self, status: str) -> None:
        """The bank takes what is left of the money, or asks about it (an inquiry) first."""
        left = self.facts.amount_received_minor - self.given_minor()
        if left <= 0 or any(one.status not in Dispute.ENDED for one in self.disputes):
            return
        key = f"du_{self.facts.reference}_{len(self.disputes)}"
        facts = DisputeFacts(
            stripe_id=key,
            intent_id=self.facts.intent_id,
            charge_id=f"ch_{self.facts.reference}",
            status=status,
            reason="fraudulent",
            amount_minor=left,
            currency=self.facts.currency,
            opened_at=timezone.now(),
        )
        is_taken = status == "needs_response"
        self.disputes.append(self._moved(facts, "dispute", -left, 1_500) if is_taken else facts)

    def end_dispute(self, *, is_won: bool) -> None:
        """The bank decides about what is open."""
        for position, one in enumerate(self.disputes):
            if one.status in Dispute.ENDED:
                continue
            if one.status.startswith("warning_"):
                ended = replace(one, status="warning_closed")
            elif is_won:
                won = replace(one, status="won")
                ended = self._moved(won, "dispute_reversal", one.amount_minor)
            else:
                ended = replace(one, status="lost")
            self.disputes[position] = ended

    def _moved(self, facts: DisputeFacts, category: str, amount: int, fee: int = 0) -> DisputeFacts:
        movement = Movement(
            stripe_id=f"txn_{category}_{facts.stripe_id}",
            category=category,
            source_id=facts.stripe_id,
            intent_id=facts.intent_id,
            amount_minor=amount,
            fee_minor=fee,
            currency=facts.currency,
            happened_at=facts.opened_at,
        )
        return replace(facts, movements=(*facts.movements, movement))

    @property
    def is_taken_back(self) -> bool:
        """A charge that is disputed, or was lost, cannot be refunded any more."""
        held = {"needs_response", "under_review", "lost"}
        return any(one.status in held for one in self.disputes)

    def given_minor(self) -> int:
        return sum(one.amount_minor for one in self.refunds if one.status != "failed")


class Bank:
    def __init__(self) -> None:
        self.tills: dict[str, Till] = {}  # by our key
        self.is_away = False

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        doors: list[tuple[ModuleType, str]] = [
            (gateway, "create_checkout"),
            (gateway, "retrieve_checkout"),
            (gateway, "expire_checkout"),
            (refunds, "list_refunds"),
            (refunds, "create_refund"),
            (disputes, "disputes_of"),
            (disputes, "disputes_since"),
            (disputes, "retrieve_dispute"),
            (disputes, "send_answer"),
            (risk, "fraud_warning"),
            (risk, "warnings_since"),
            (risk, "intents_under_review"),
        ]
        for module, name in doors:
            monkeypatch.setattr(module, name, getattr(self, name))

    def _answer(self) -> None:
        if self.is_away:
            raise CashierAway("nobody there")

    def create_checkout(self, payment: Payment) -> CheckoutFacts:
        self._answer()
        key = payment.idempotency_key
        if key not in self.tills:
            facts = CheckoutFacts(
                session_id=f"cs_{key}",
                session_status="open",
                url=f"https://cashier.example/{key}",
                reference=key,
                is_live=False,
                intent_id=f"pi_{key}",
                intent_status="requires_payment_method",
                currency=payment.currency,
                method="card",
            )
            self.tills[key] = Till(facts, payment.amount_minor)
        return self.tills[key].facts

    def retrieve_checkout(self, session_id: str) -> CheckoutFacts:
        self._answer()
        till = self.tills[session_id.removeprefix("cs_")]
        return replace(
            till.facts,
            refunded_minor=till.given_minor(),
            is_disputed=bool(till.disputes),
            is_under_review=till.is_under_review,
        )

    def expire_checkout(self, session_id: str) -> None:
        self._answer()
        till = self.tills[session_id.removeprefix("cs_")]
        if till.is_open:
            till.become("expired", "canceled")

    def list_refunds(self, intent_id: str) -> list[RefundFacts]:
        self._answer()
        return list(self.tills[intent_id.removeprefix("pi_")].refunds)

    def create_refund(self, refund: Refund) -> RefundFacts:
        self._answer()
        till = self.tills[refund.payment.idempotency_key]
        for made in till.refunds:
            if made.key == refund.idempotency_key:
                return made
        if till.is_taken_back:
            raise CashierRefused("the charge is disputed")
        assert till.given_minor() + refund.amount_minor <= till.facts.amount_received_minor
        made = RefundFacts(
            stripe_id=f"re_{refund.idempotency_key}",
            key=refund.idempotency_key,
            amount_minor=refund.amount_minor,
            currency=refund.currency,
            status="pending",
        )
        till.refunds.append(made)
        return made

    def end_refund(self, till: Till, position: int, status: str) -> None:
        till.refunds[position] = replace(till.refunds[position], status=status)

    def disputes_of(self, intent_id: str) -> list[DisputeFacts]:
        self._answer()
        return list(self.tills[intent_id.removeprefix("pi_")].disputes)

    def disputes_since(self, moment: datetime) -> list[DisputeFacts]:
        self._answer()
        return [one for till in self.tills.values() for one in till.disputes]

    def retrieve_dispute(self, stripe_id: str) -> DisputeFacts:
        return next(one for one in self.disputes_since(NEVER) if one.stripe_id == stripe_id)

    def send_answer(self, answer: DisputeAnswer) -> DisputeFacts:
        """Evidence is taken once; whoever gives up has lost."""
        found = self.retrieve_dispute(answer.dispute.stripe_id)
        if found.status not in Dispute.TO_ANSWER:
            raise CashierRefused("evidence is no longer taken")
        till = self.tills[answer.dispute.payment.idempotency_key]
        if answer.kind == DisputeAnswer.Kind.ACCEPT:
            till.end_dispute(is_won=False)
        else:
            position = till.disputes.index(found)
            is_inquiry = found.status.startswith("warning_")
            till.disputes[position] = replace(
                found,
                status="warning_under_review" if is_inquiry else "under_review",
                answer_key=answer.idempotency_key,
            )
        return self.retrieve_dispute(found.stripe_id)

    def fraud_warning(self, intent_id: str) -> str:
        return self.warnings_since(NEVER).get(intent_id, "")

    def warnings_since(self, moment: datetime) -> dict[str, str]:
        self._answer()
        return {
            till.facts.intent_id: "consider a refund" if till.is_warned_of else ""
            for till in self.tills.values()
        }

    def intents_under_review(self) -> set[str]:
        self._answer()
        return {till.facts.intent_id for till in self.tills.values() if till.is_under_review}
