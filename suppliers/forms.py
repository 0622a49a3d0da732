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
from suppliers.services.purchase_orders import FARTHEST


class DayField(forms.DateField):
    """A day as browsers send it (ISO), with a date picker. Empty: not known yet."""

    def __init__(self, line: PurchaseOrderLine, today: date) -> None:
        self.said_before, self.today = line.promised_on, today
        offered = line.promised_on or (line.requested_on if line.requested_on >= today else None)
        limits = {"min": min(today, offered or today), "max": today + FARTHEST}
        super().__init__(
            required=False,
            label=_("Line %(number)d") % {"number": line.line_number},
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
    """A day for each line that has not come entirely, prefilled with the one asked for."""

    def __init__(
        self, lines: Sequence[PurchaseOrderLine], data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, label_suffix="")
        today = timezone.localdate()
        for line in lines:
            if line.open_quantity:
                self.fields[f"line_{line.line_number}"] = DayField(line, today)

    def clean(self) -> dict[str, Any]:
        """Refuse lines that the order has not, and an answer that says nothing."""
        known = self.cleaned_data
        strangers = [n for n in self.data if n.startswith("line_") and n not in self.fields]
        for name in strangers:
            number = name.removeprefix("line_")[:20]
            self.add_error(None, _("Line %(number)s takes no day.") % {"number": number})
        if not self.errors and not any(known.values()):
            self.add_error(None, _("Expected the day of one line at least; none is filled in."))
        return known

    def promises(self) -> dict[int, date]:
        """Line number → day, of the lines that were answered."""
        return {
            int(name.removeprefix("line_")): day for name, day in self.cleaned_data.items() if day
        }


class ReceiveForm(forms.Form):
    """So many of one line came in. `key` makes a double click count once."""

    line_id = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)
    quantity = forms.IntegerField(min_value=1)
