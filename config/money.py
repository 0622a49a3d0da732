"""Money as whole minor units with Stripe's exponents. Never a float."""

from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_currency

# Stripe's own list (docs, "Supported currencies"), not ISO's: what Stripe counts without cents.
# UGX is on that list too, and ISK has no cents either, but both are special cases further down the
# same page: Stripe still counts them in hundredths, and takes whole ones only.
ZERO_DECIMAL = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "JPY",
        "KMF",
        "KRW",
        "MGA",
        "PYG",
        "RWF",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
THREE_DECIMAL = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
WHOLE_ONLY = frozenset(["ISK", "UGX"])


def exponent(currency: str) -> int:
    """Digits after the point that one minor unit stands for, as Stripe counts them."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def step_minor(currency: str) -> int:
    """Stripe charges and refunds multiples of so many minor units only."""
    if currency in WHOLE_ONLY:
        return 100
    return 10 if currency in THREE_DECIMAL else 1


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units (cents for USD) of one currency (ISO 4217, upper case)."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount_minor, int) or isinstance(self.amount_minor, bool):
            raise TypeError(f"amount_minor must be an int, got {self.amount_minor!r}")
        if len(self.currency) != 3 or not self.currency.isupper():
            raise ValueError(f"currency must be three capitals, got {self.currency!r}")

    def __add__(self, other: "Money") -> "Money":
        self._check(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._check(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __mul__(self, quantity: int) -> "Money":
        return Money(self.amount_minor * quantity, self.currency)

    def _check(self, other: "Money") -> None:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exactly: 129900 USD -> 1299.00."""
        return Decimal(self.amount_minor).scaleb(-exponent(self.currency))

    def format(
        self, locale: str = "en_US", *, is_delta: bool = False, keeps_cents: bool = False
    ) -> str:
        """As a reader of `locale` writes it; `is_delta` puts a sign before it (+$80, −$20).

        Whole amounts drop their empty cents: $3,418, but $3,418.50. In a column that is added up
        `keeps_cents` lets the points stand below each other.
        """
        places = exponent(self.currency)
        is_whole = self.amount_minor % 10**places == 0 and not keeps_cents
        text = format_currency(
            abs(self.decimal) if is_delta else self.decimal,
            self.currency,
            format="¤#,##0" if is_whole and locale.startswith("en") else None,
            locale=locale,
            currency_digits=not is_whole,
        )
        if not is_delta:
            return text
        return f"{'−' if self.amount_minor < 0 else '+'}{text}"
