"""Forms of the supplier's page and of goods-in."""

from collections.abc import Sequence
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from suppliers.models import PurchaseOrderLine


class DayField(forms.DateField):
    """A day as browsers send it (ISO), with a date picker."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, *, label: str, initial: date) -> None:
        super().__init__(
            label=label,
            initial=initial,
            input_formats=["%Y-%m-%d"],
            error_messages={
                "invalid": _("Expected a day such as 2026-12-08."),
                "required": _("Please say the day."),
            },
        )


class ConfirmForm(forms.Form):
    """One day for each line, prefilled with the one asked for."""

    def __init__(self, lines: Sequence[PurchaseOrderLine], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for line in lines:
            self.fields[f"line_{line.line_number}"] = DayField(
                label=_("At our door on"), initial=line.promised_on or line.requested_on
            )

    def promises(self) -> dict[int, date]:
        """Line number → day."""
        return {int(name.removeprefix("line_")): value for name, value in self.cleaned_data.items()}


class ReceiveForm(forms.Form):
    """So many of one line came in. `key` makes a double click count once."""

    line_id = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)
    quantity = forms.IntegerField(min_value=1)
