"""Amounts in the smallest unit of a currency, by Stripe's exponents, and how they are shown."""

from decimal import Decimal

from babel.numbers import format_currency, list_currencies

from config.money import exponent

CURRENCIES = frozenset(code.lower() for code in list_currencies(locale="en"))
# Least amount of a payment where Stripe publishes one; elsewhere only zero is too little.
LEAST = {
    "aud": 50, "cad": 50, "chf": 50, "dkk": 250, "eur": 50, "gbp": 30, "jpy": 50,
    "nok": 300, "nzd": 50, "pln": 200, "sek": 300, "usd": 50,
}  # fmt: skip
GREATEST = 99_999_999  # eight digits


def shown(amount: int, currency: str) -> str:
    """``shown(129900, "usd")`` gives ``$1,299.00``."""
    digits = exponent(currency.upper())
    pattern = "¤#,##0" + ("." + "0" * digits if digits else "")
    return format_currency(
        Decimal(amount).scaleb(-digits),
        currency.upper(),
        format=pattern,
        locale="en_US",
        currency_digits=False,
    )
