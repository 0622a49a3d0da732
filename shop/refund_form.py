"""What staff fill in to give money back: all of it, so many machines of each line, or a sum."""

import re
from typing import Any

from babel.numbers import get_currency_symbol
from django import forms
from django.core.exceptions import ValidationError

from config.money import Money, exponent
from shop.forms import PrintableField
from shop.models import Order, OrderLine

LONGEST_AMOUNT = 16
LONGEST_REASON = 300
# Thousands may be set off by commas, but only as thousands: 12,50 is not twelve hundred and fifty.
AMOUNT = re.compile(r"(?P<major>\d{1,3}(,\d{3}){1,2}|\d{1,9})(\.(?P<minor>\d+))?", re.ASCII)
EXAMPLES = {0: "1,250", 2: "1,250.50", 3: "1,250.500"}  # by digits after the point


class RefundForm(forms.Form):
    """`amount_minor` and `quantities` say what was meant; both are checked against what is left."""

    ALL, PARTS, SUM = "all", "parts", "sum"
    KINDS = ((ALL, "All that is left"), (PARTS, "Machines and shipping"), (SUM, "An amount"))

    # One form asks once, however often it is sent.
    form_key = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label="How much", choices=KINDS, initial=ALL)
    with_shipping = forms.BooleanField(label="Shipping", required=False)
    amount = forms.CharField(label="Amount", required=False, max_length=LONGEST_AMOUNT)
    reason = PrintableField(
        label="Why",
        missing="Why: expected a sentence for the customer, got nothing.",
        autocomplete="off",
        max_length=LONGEST_REASON,
        help_text="The customer reads it.",
    )

    def __init__(
        self, *args: Any, order: Order, lines: list[OrderLine], left_minor: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.order, self.order_lines, self.left_minor = order, lines, left_minor
        self.amount_minor = 0
        self.quantities: dict[int, int] = {}
        self.fields["amount"].label = f"Amount in {order.currency}"
        for line in lines:
            self.fields[f"line_{line.pk}"] = forms.IntegerField(
                label=f"How many {line.name}", required=False, min_value=0, max_value=line.quantity
            )

    def rows(self) -> list[dict[str, Any]]:
        """The order's lines, each with its field."""
        return [{"line": line, "field": self[f"line_{line.pk}"]} for line in self.order_lines]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        kind = cleaned["kind"]
        if kind == self.ALL:
            self.amount_minor = self.left_minor
        elif kind == self.PARTS:
            self._sum_parts(cleaned)
        else:
            self.amount_minor = self._read(cleaned["amount"])
        if not 0 < self.amount_minor <= self.left_minor:
            most, got = (
                Money(it, self.order.currency).format()
                for it in (self.left_minor, self.amount_minor)
            )
            raise ValidationError(f"Expected up to {most}, which is what is left; got {got}.")
        return cleaned

    def _sum_parts(self, cleaned: dict[str, Any]) -> None:
        for line in self.order_lines:
            if count := cleaned.get(f"line_{line.pk}") or 0:
                self.quantities[line.pk] = count
                self.amount_minor += count * line.unit_minor
        if cleaned["with_shipping"]:
            self.amount_minor += self.order.shipping_minor

    def _read(self, text: str) -> int:
        """Minor units of what was typed: 1,250.50 is 125050 in dollars, 1,250 is 1250 in yen."""
        places = exponent(self.order.currency)
        sign = get_currency_symbol(self.order.currency, locale="en_US")
        found = AMOUNT.fullmatch(text.strip().removeprefix(sign).strip())
        if found is None or len(found["minor"] or "") > places:
            raise ValidationError(
                {"amount": f"Expected an amount such as {EXAMPLES[places]}, got “{text}”."}
            )
        return int(found["major"].replace(",", "") + (found["minor"] or "").ljust(places, "0"))


class TransferForm(forms.Form):
    """What staff say of money that they sent from our bank: the day, and the bank's reference."""

    paid_on = forms.DateField(
        label="Sent on",
        widget=forms.DateInput({"type": "date"}),
        error_messages={
            "required": "Sent on: expected the day on which it left our bank, got nothing.",
            "invalid": "Sent on: expected a day such as 2026-11-22, got something else.",
        },
    )
    reference = PrintableField(
        label="Reference",
        missing="Reference: expected what our bank statement shows, got nothing.",
        autocomplete="off",
        max_length=60,
    )

    def problem(self) -> str:
        """The first thing that is wrong with it, in a sentence."""
        return next((str(errors[0]) for errors in self.errors.values()), "")
