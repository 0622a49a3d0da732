"""What people type or scan about the shelf. Codes become rows, and errors say what was expected."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from production.models import Bin, Part, QualityHold
from production.selectors.bins import bin_by_code, part_by_code

MOST_PIECES = 100_000


class PartCodeField(forms.CharField):
    """A part, by its number, its QR code or the manufacturer's number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=80, **kwargs)
        self.widget.attrs |= {"autocomplete": "off"}

    def clean(self, value: Any) -> Part:
        code = super().clean(value)
        found = part_by_code(code)
        if found is None:
            raise forms.ValidationError(
                _("No part has the number “%(code)s”."), params={"code": code}
            )
        return found


class BinCodeField(forms.CharField):
    """A bin, by the code on its label."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)
        self.widget.attrs |= {"autocomplete": "off", "list": "bins"}

    def clean(self, value: Any) -> Bin | None:
        code = super().clean(value)
        if not code:
            return None
        found = bin_by_code(code)
        if found is None:
            raise forms.ValidationError(_("No bin has the code “%(code)s”."), params={"code": code})
        return found


def pieces_field(**kwargs: Any) -> forms.IntegerField:
    """How many, from 1."""
    return forms.IntegerField(
        min_value=1,
        max_value=MOST_PIECES,
        error_messages={
            "required": _("Expected a whole number from 1, got nothing."),
            "invalid": _("Expected a whole number from 1."),
        },
        **kwargs,
    )


class AdjustForm(forms.Form):
    """A count that differs from the level. `key` makes a form that is sent twice count once."""

    quantity = forms.IntegerField(
        label=_("More or fewer"),
        min_value=-MOST_PIECES,
        max_value=MOST_PIECES,
        help_text=_("The difference that you counted: -2 when two are missing."),
        error_messages={"required": _("More or fewer: expected a whole number, got nothing.")},
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=80,
        error_messages={"required": _("Why: expected a few words, got nothing.")},
    )
    bin = BinCodeField(
        label=_("Bin"), required=False, help_text=_("Empty: its home bin, then along the walk.")
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def clean_quantity(self) -> int:
        quantity: int = self.cleaned_data["quantity"]
        if quantity == 0:
            raise forms.ValidationError(_("More or fewer: expected a difference, got 0."))
        return quantity


class MoveForm(forms.Form):
    """Pieces that change their bin. `key` makes a form that is sent twice count once."""

    part = PartCodeField(label=_("Part"), help_text=_("Scan it, or type its number."))
    from_bin = BinCodeField(label=_("From bin"))
    quantity = pieces_field(label=_("Pieces"))
    to_bin = BinCodeField(label=_("To bin"))
    is_new_home = forms.BooleanField(label=_("From now on its home bin"), required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)


class HoldForm(forms.Form):
    """Pieces that nobody may use until someone has decided."""

    part = PartCodeField(label=_("Part"), help_text=_("Scan it, or type its number."))
    quantity = pieces_field(label=_("Pieces"))
    bin = BinCodeField(
        label=_("From bin"),
        required=False,
        help_text=_("Empty: its home bin, then along the walk."),
    )
    reason = forms.CharField(label=_("What is wrong"), max_length=200)
    key = forms.UUIDField(widget=forms.HiddenInput)


class DecideForm(forms.Form):
    """What becomes of held pieces; `quantity` of them, the rest stays held."""

    outcome = forms.ChoiceField(choices=QualityHold.Outcome)
    quantity = pieces_field(label=_("Pieces"))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class ScrapForm(forms.Form):
    """A piece that broke in making."""

    requirement = forms.IntegerField(widget=forms.HiddenInput)
    quantity = pieces_field(label=_("Pieces"), initial=1)
    serial = forms.CharField(label=_("Serial number"), max_length=80, required=False)
    reason = forms.CharField(label=_("What happened"), max_length=200)
    key = forms.UUIDField(widget=forms.HiddenInput)


class ScrapMachineForm(forms.Form):
    """A whole machine, with what becomes of each of its parts: `part-<requirement>` → outcome."""

    reason = forms.CharField(
        label=_("What happened"),
        max_length=200,
        error_messages={"required": _("What happened: expected a few words, got nothing.")},
    )

    @property
    def outcomes(self) -> dict[int, str]:
        """As they were sent; the service knows which there are."""
        sent = {name.removeprefix("part-"): str(self.data[name]) for name in self.data}
        return {int(one): told for one, told in sent.items() if one.isdecimal() and len(one) < 10}
