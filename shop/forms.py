"""What customers type, checked hard. Every refusal says what was expected and what came."""

import re
import unicodedata
from dataclasses import fields
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from shop.countries import (
    NEEDS_REGION,
    country_choices,
    country_name,
    is_postal_code,
    postal_code_shape,
)
from shop.models import ShippingMethod
from shop.services.carts import MOST_OF_ONE
from shop.services.checkout import Contact

# Control, surrogate, private and unassigned characters, and line or paragraph separators.
UNPRINTABLE = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
# Marks that turn the reading direction: they can make an address label read as another.
DIRECTION_MARKS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
# A name of nothing but these is no name on a label: spaces, joiners, combining marks.
INVISIBLE = {"Zs", "Cf", "Mn", "Me"}
SHOWN_OF_INPUT = 40


def shown(value: str) -> str:
    """What was typed, safe to repeat: unprintable characters by number, and not too long."""
    text = "".join(f"\\u{ord(c):04x}" if _is_unprintable(c) else c for c in value)
    return text if len(text) <= SHOWN_OF_INPUT else f"{text[:SHOWN_OF_INPUT]}…"


def _is_unprintable(character: str) -> bool:
    return unicodedata.category(character) in UNPRINTABLE or character in DIRECTION_MARKS


def printable(value: str) -> None:
    """Refuse characters that nobody can see on a label."""
    for position, character in enumerate(value, start=1):
        if _is_unprintable(character):
            raise ValidationError(
                f"Expected letters, digits and punctuation, got a character that cannot be "
                f"printed (U+{ord(character):04X}) at place {position}.",
                code="unprintable",
            )


class PrintableField(forms.CharField):
    """One line of text without control characters, of a length that its column takes."""

    def __init__(self, *, missing: str, autocomplete: str, **options: Any) -> None:
        attributes = {"autocomplete": autocomplete}
        super().__init__(
            error_messages={"required": missing}, widget=forms.TextInput(attributes), **options
        )

    def to_python(self, value: Any) -> str:
        # Not strip(): a control character at the end would vanish unseen.
        text = re.sub(r"^ +| +$", "", "" if value is None else str(value))
        return text if any(unicodedata.category(c) not in INVISIBLE for c in text) else ""

    def run_validators(self, value: str) -> None:
        if self.max_length and len(value) > self.max_length:
            raise ValidationError(
                f"Expected at most {self.max_length} characters, got {len(value)}.",
                code="max_length",
            )
        printable(value)


class CheckoutForm(forms.Form):
    """Contact, address and shipping on one page. Prices are not asked for: they are ours."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        help_text="For the receipt and the link to your order.",
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={
            "required": "Expected an e-mail address; we have no other way to reach you."
        },
    )
    name = PrintableField(
        label="Name", max_length=120, autocomplete="name",
        missing="Expected the name of who takes the boxes in.",
    )  # fmt: skip
    phone = PrintableField(
        label="Phone", max_length=40, autocomplete="tel", required=False, missing="",
        help_text="Only for the carrier.",
    )  # fmt: skip
    line1 = PrintableField(
        label="Street and number", max_length=120, autocomplete="address-line1",
        missing="Expected a street and a number.",
    )  # fmt: skip
    line2 = PrintableField(
        label="Flat, floor, company", max_length=120, autocomplete="address-line2",
        required=False, missing="",
    )  # fmt: skip
    postal_code = PrintableField(
        label="Postal code", max_length=20, autocomplete="postal-code",
        missing="Expected a postal code.",
    )  # fmt: skip
    city = PrintableField(
        label="City", max_length=80, autocomplete="address-level2", missing="Expected a city.",
    )  # fmt: skip
    region = PrintableField(
        label="State or region", max_length=80, autocomplete="address-level1", required=False,
        missing="Expected a state or region for this country.",
        help_text="Where your address has one.",
    )  # fmt: skip
    country = forms.ChoiceField(
        label="Country",
        choices=country_choices,
        initial="US",
        widget=forms.Select({"autocomplete": "country"}),
    )
    shipping_method = forms.ChoiceField(label="Shipping", widget=forms.RadioSelect)

    def __init__(self, *args: Any, methods: list[ShippingMethod], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.methods = methods
        field = self.fields["shipping_method"]
        field.choices = [(method.code, method.name) for method in methods]  # type: ignore[attr-defined]
        self.fields["region"].required = self["country"].value() in NEEDS_REGION
        for code in ("shipping_method", "country"):
            self.fields[code].error_messages["invalid_choice"] = (
                "Expected one of the choices shown, got “%(value)s”."
            )
        self.fields["shipping_method"].error_messages["required"] = "Expected one of the choices."

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        printable(email)
        return email

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if not phone:
            return ""
        plain = unicodedata.normalize("NFKC", phone)  # ０３ → 03
        if not re.fullmatch(r"\+?[0-9 ()./-]{5,}", plain) or not re.search(r"[0-9]{2}", plain):
            raise ValidationError(f"Expected digits such as +1 415 555 0100, got “{shown(phone)}”.")
        return plain

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        country = cleaned.get("country", "")
        if typed := cleaned.get("postal_code", ""):
            code = unicodedata.normalize("NFKC", typed).upper()
            cleaned["postal_code"] = code
            if country and not is_postal_code(code, country):
                self.add_error(
                    "postal_code",
                    f"{country_name(country)}: expected a postal code "
                    f"{postal_code_shape(country)}, got “{shown(typed)}”.",
                )
        return cleaned

    def add_error(self, field: str | None, error: Any) -> None:
        # Django's own sentence for an address does not say what came.
        errors = getattr(error, "error_list", [])
        if field == "email" and errors and errors[0].code == "invalid":
            got = shown(str(self.data.get(self.add_prefix("email"), "")))
            error = ValidationError(f"Expected an address such as name@example.com, got “{got}”.")
        super().add_error(field, error)

    def contact(self) -> Contact:
        """The checked values as `place_order` takes them."""
        return Contact(**{one.name: self.cleaned_data[one.name] for one in fields(Contact)})


class QuantityForm(forms.Form):
    quantity = forms.IntegerField(min_value=1, max_value=MOST_OF_ONE)
