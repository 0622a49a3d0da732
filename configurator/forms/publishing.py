"""What staff say when a version is to go on sale, or when a finding is meant."""

from django import forms
from django.utils.translation import gettext_lazy as _

from configurator.models import VersionRun
from configurator.services.acceptance import LONGEST_PLACE, LONGEST_REASON


class RunForm(forms.Form):
    """Check, or check and publish, at once or from a moment on."""

    purpose = forms.ChoiceField(choices=VersionRun.Purpose, widget=forms.HiddenInput)
    valid_from = forms.DateTimeField(
        label=_("On sale from"),
        required=False,
        help_text=_("Empty means at once. Until then the present version stays on sale."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )


class AcceptForm(forms.Form):
    """Why a finding, or every one of its kind, is meant."""

    kind = forms.CharField(max_length=20)
    where = forms.CharField(max_length=LONGEST_PLACE, required=False)
    reason = forms.CharField(max_length=LONGEST_REASON, required=False)
