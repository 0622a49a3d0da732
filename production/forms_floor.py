"""What people type or scan at a bench. Forms with a `client_id` count once, however often sent."""

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from production.models import JobHold, JobOperation

LONGEST_NOTE = 200
LONGEST_SERIAL = 80


class LineField(forms.CharField):
    """One line of text: spaces as single spaces, control characters left out."""

    def to_python(self, value: Any) -> str:
        words = " ".join(str(super().to_python(value) or "").split())
        return "".join(sign for sign in words if unicodedata.category(sign) != "Cc").strip()


def reason_field(missing: Any) -> LineField:
    return LineField(max_length=LONGEST_NOTE, error_messages={"required": missing})


class OnceForm(forms.Form):
    """Made by the server for one sending."""

    client_id = forms.UUIDField(
        error_messages={
            "required": _("The form came without its id. Load the page and try again."),
            "invalid": _("The form came with a broken id. Load the page and try again."),
        }
    )


class ScanForm(OnceForm):
    """The code itself is judged, and written down, as it came."""

    quantity = forms.IntegerField(
        required=False, error_messages={"invalid": _("Pieces: expected a whole number from 1.")}
    )


class ByHandForm(OnceForm):
    """Pieces of one line that cannot be scanned."""

    requirement = forms.IntegerField()
    quantity = forms.IntegerField(
        min_value=1,
        error_messages={
            "required": _("Pieces: expected a whole number from 1, got nothing."),
            "invalid": _("Pieces: expected a whole number from 1."),
        },
    )
    reason = reason_field(_("Confirmed by hand: expected a reason, got none."))


class CheckForm(OnceForm):
    """Passed or failed, or a value: which of them, the check knows."""

    code = forms.SlugField(max_length=40)
    result = forms.ChoiceField(choices=[("pass", "pass"), ("fail", "fail")], required=False)
    value = forms.DecimalField(
        required=False, error_messages={"invalid": _("Expected a measured value, a number.")}
    )
    note = LineField(max_length=LONGEST_NOTE, required=False)

    @property
    def is_passed(self) -> bool | None:
        result: str = self.cleaned_data["result"]
        return {"pass": True, "fail": False}.get(result)


class TakeOutForm(forms.Form):
    """A piece with a serial number that leaves its machine."""

    unit = forms.IntegerField()
    is_scrapped = forms.BooleanField(required=False)
    reason = reason_field(_("Taking a piece out needs a reason, got none."))


class HoldJobForm(forms.Form):
    cause = forms.ChoiceField(choices=JobHold.Cause)
    reason = reason_field(_("A hold needs a reason, got none."))


class LiftForm(forms.Form):
    note = LineField(max_length=LONGEST_NOTE, required=False)


class SendBackForm(forms.Form):
    kind = forms.ChoiceField(choices=JobOperation.Kind)
    reason = reason_field(_("Sending a job back needs a reason, got none."))


class SwapForm(forms.Form):
    """An approved alternate for what is not picked yet."""

    part_number = LineField(max_length=60)
    reason = reason_field(_("A swap needs a reason, got none."))
    consent = LineField(max_length=60, required=False)
