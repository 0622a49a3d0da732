"""The ways to pay: one card, three debits that take days, two redirects to a bank.

Stripe Checkout offers a method only in its own currency. The cashier offers them all in every
currency, and says so, so that a payment that clears later, or at a bank's page, can be tried.

Where it comes from: currencies, "delayed notification" and "no appeals" of the debits, and the
name "iDEAL | Wero": docs.stripe.com/payments/sepa-debit, /ach-direct-debit,
/payment-methods/bacs-debit, /ideal, /bancontact. Days until money is available, and fees, are
examples of a price list and differ by account; that a won dispute keeps its fee was recorded from
Stripe's test mode by other projects (its own testing page says fees come back).
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Method:
    """A payment method. Fees: basis points of the amount; minor units for a dispute."""

    code: str  # as Stripe's ``payment_method_types`` write it
    name: str
    kind: Literal["card", "debit", "redirect"]
    currency: str = ""  # the only one that Stripe takes it in; empty: any
    fields: tuple[str, ...] = ()  # of the form, beside name and e-mail
    days_until_available: int = 2
    fee_basis_points: int = 290
    greatest_fee: int | None = None
    dispute_fee: int = 1_500


METHODS = {
    method.code: method
    for method in (
        Method("card", "Card", "card", fields=("number", "expiry", "cvc")),
        Method(
            "sepa_debit",
            "Bank debit (SEPA)",
            "debit",
            "eur",
            ("iban",),
            days_until_available=5,
            fee_basis_points=80,
            greatest_fee=600,
            dispute_fee=750,
        ),
        Method(
            "us_bank_account",
            "Bank debit (ACH)",
            "debit",
            "usd",
            ("routing_number", "account_number"),
            days_until_available=4,
            fee_basis_points=80,
            greatest_fee=500,
        ),
        Method(
            "bacs_debit",
            "Bank debit (Bacs)",
            "debit",
            "gbp",
            ("sort_code", "bacs_account_number"),
            days_until_available=7,
            fee_basis_points=100,
            greatest_fee=400,
            dispute_fee=700,
        ),
        Method("ideal", "iDEAL | Wero", "redirect", "eur"),
        Method("bancontact", "Bancontact", "redirect", "eur"),
    )
}
