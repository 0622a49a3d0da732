"""Forms of the supplier's page and of goods-in."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from suppliers.models import PurchaseOrderLine
from suppliers.services.promised_days import FARTHEST, Later


class DayField(forms.DateField):
    """A day as browsers send it (ISO), with a date picker. Empty: not known yet."""

    def __init__(
        self, *, label: str, said_before: date | None, offered: date | None, today: date
    ) -> None:
        self.said_before, self.today = said_before, today
        limits = {"min": min(today, offered or today), "max": today + FARTHEST}
        super().__init__(
            required=False,
            label=label,
            initial=offered,
            input_formats=["%Y-%m-%d"],
            error_messages={"invalid": _("Expected a day such as 2026-12-08.")},
            widget=forms.DateInput(
                attrs={"type": "date", **{name: day.isoformat() for name, day in limits.items()}},
                format="%Y-%m-%d",
            ),
        )

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is None or value == self.said_before:
            return
        last = self.today + FARTHEST
        if not self.today <= value <= last:
            raise ValidationError(
                _("Expected a day from %(first)s to %(last)s.")
                % {"first": _written(self.today), "last": _written(last)}
            )


def _written(day: date) -> str:
    return date_format(day, "j M Y")


class ConfirmForm(forms.Form):
    """A day for each line that has not come entirely, prefilled with the one asked for.

    Of a line of several pieces some may come on a later day.
    """

    KINDS = ("line_", "later_quantity_", "later_on_")

    def __init__(
        self, lines: Sequence[PurchaseOrderLine], data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, label_suffix="")
        today = timezone.localdate()
        for line in lines:
            if line.open_quantity:
                self._ask(line, today)

    def _ask(self, line: PurchaseOrderLine, today: date) -> None:
        number = line.line_number
        asked = line.requested_on if line.requested_on >= today else None
        self.fields[f"line_{number}"] = DayField(
            label=_("Line %(number)d") % {"number": number},
            said_before=line.promised_on,
            offered=line.promised_on or asked,
            today=today,
        )
        if line.open_quantity > 1:
            self.fields[f"later_quantity_{number}"] = forms.IntegerField(
                required=False,
                label=_("of these, so many later"),
                initial=line.later_quantity or None,
                min_value=1,
                max_value=line.open_quantity - 1,
            )
            self.fields[f"later_on_{number}"] = DayField(
                label=_("on"), said_before=line.later_on, offered=line.later_on, today=today
            )

    def clean(self) -> dict[str, Any]:
        """Refuse lines that the order has not, and an answer that says nothing."""
        known = self.cleaned_data
        for name in self.data:
            kind = next((it for it in self.KINDS if name.startswith(it)), None)
            if kind and name not in self.fields:
                number = name.removeprefix(kind)[:20]
                self.add_error(None, _("Line %(number)s takes no day.") % {"number": number})
        if not self.errors and not any(known.values()):
            self.add_error(None, _("Expected the day of one line at least; none is filled in."))
        for name in list(self.fields):
            if name.startswith("later_on_"):
                self._check_later(name.removeprefix("later_on_"))
        return known

    def _check_later(self, number: str) -> None:
        """Pieces and their day come together, and after the first day."""
        first, pieces, day = (self.cleaned_data.get(f"{kind}{number}") for kind in self.KINDS)
        if bool(pieces) != bool(day):
            self.add_error(
                f"later_on_{number}", _("Expected both: how many come later, and on which day.")
            )
        elif day and not (first and day > first):
            self.add_error(f"later_on_{number}", _("Expected a day after that of the others."))

    def promises(self) -> dict[int, date]:
        """Line number → day, of the lines that were answered."""
        return {
            int(name.removeprefix("line_")): day
            for name, day in self.cleaned_data.items()
            if name.startswith("line_") and day
        }

    def later(self) -> dict[int, Later]:
        """Line number → what of it comes on a later day."""
        return {
            number: Later(pieces, self.cleaned_data[f"later_on_{number}"])
            for number in self.promises()
            if (pieces := self.cleaned_data.get(f"later_quantity_{number}"))
        }


class ReceiveForm(forms.Form):
    """So many of one line came in. `key` makes a double click count once."""

    line_id = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)
    quantity = forms.IntegerField(min_value=1)
