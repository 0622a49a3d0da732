"""Stripe as a table of payments, for random timelines: everything true is in here.

Stands where `shop.stripe` speaks with Stripe; a call costs nothing and can find nobody there.
"""

from dataclasses import dataclass, field, replace
from types import ModuleType

import pytest

from shop.errors import CashierAway
from shop.models import Payment, Refund
from shop.stripe import gateway, refunds, risk
from shop.stripe.gateway import CheckoutFacts
from shop.stripe.refunds import RefundFacts


@dataclass
class Till:
    """One Checkout Session with its intent, charge, refunds and dispute."""

    facts: CheckoutFacts
    amount_minor: int
    is_disputed: bool = False
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
            (risk, "standing_dispute"),
            (risk, "fraud_warning"),
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
            till.facts, is_refunded=bool(till.given_minor()), is_disputed=till.is_disputed
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

    def standing_dispute(self, intent_id: str) -> str:
        self._answer()
        return "disputed" if self.tills[intent_id.removeprefix("pi_")].is_disputed else ""

    def fraud_warning(self, intent_id: str) -> str:
        self._answer()
        return ""
