"""The merchant's balance: every charge, refund and dispute moves it, and each move is a record.

Types, categories and descriptions of the records, and that a won dispute does not bring its fee
back, were recorded from Stripe's test mode by other projects. Money settles in the currency it was
paid in; nothing is paid out.
"""

from config.money import exponent
from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.events import emit
from shop.stripe.sandbox.lookup import instrument_of
from shop.stripe.sandbox.methods import METHODS
from shop.stripe.sandbox.objects.balance_transaction import build_balance_transaction
from shop.stripe.sandbox.store import Document

FIXED_FEE = 30  # of a currency with cents
DAY_SECONDS = 24 * 3600


def fee_of(method: str, amount: int, currency: str) -> int:
    """What taking this amount costs, in minor units, half a unit rounding up."""
    terms = METHODS[method]
    fixed = FIXED_FEE if exponent(currency.upper()) == 2 else 0
    fee = (amount * terms.fee_basis_points + 5_000) // 10_000 + fixed
    return fee if terms.greatest_fee is None else min(fee, terms.greatest_fee)


def settle_charge(cashier: Cashier, charge: Document) -> None:
    """Put a successful charge on the balance. Inside a transaction.

    A moment after ``charge.succeeded`` and told by ``charge.updated``, because Stripe captures
    asynchronously by default: whoever reads the fee too early finds none.
    """
    method = charge["payment_method_details"]["type"]
    instrument = instrument_of(cashier, charge)
    days = 0 if instrument.is_available_at_once else METHODS[method].days_until_available
    record = build_balance_transaction(
        charge,
        kind="charge" if method == "card" else "payment",
        category="charge",
        description=charge["description"],
        amount=charge["amount"],
        fee=fee_of(method, charge["amount"], charge["currency"]),
        created=cashier.now(),
        available_on=cashier.now() + days * DAY_SECONDS,
    )
    cashier.store.insert(record)
    charge["balance_transaction"] = record["id"]
    cashier.store.save(charge)
    emit(cashier, "charge.updated", charge, before={"balance_transaction": None})


def move(
    cashier: Cashier, source: Document, *, kind: str, category: str, amount: int, fee: int = 0
) -> Document:
    """Any other movement: at once, because what leaves a balance leaves it now."""
    record = build_balance_transaction(
        source,
        kind=kind,
        category=category,
        description=_described(cashier, source, category),
        amount=amount,
        fee=fee,
        created=cashier.now(),
        available_on=cashier.now(),
    )
    cashier.store.insert(record)
    return record


def _described(cashier: Cashier, source: Document, category: str) -> str:
    """What the record says of itself: whose money moved back or forth."""
    charge = cashier.store.get("charge", source["charge"])
    about = f" ({charge['description']})" if charge["description"] else ""
    return {
        "refund": f"REFUND FOR CHARGE{about}",
        "refund_failure": f"REFUND FAILURE FOR CHARGE{about}",
        "dispute": f"Chargeback withdrawal for {charge['id']}",
        "dispute_reversal": f"Chargeback reversal for {charge['id']}",
    }[category]
