"""What staff say when a version is to go on sale, or when a finding is meant."""

from datetime import datetime, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from configurator.models import VersionRun
from configurator.services.acceptance import LONGEST_PLACE, LONGEST_REASON

# A minute that was "now" when it was typed is no mistake.
LEEWAY = timedelta(minutes=10)


class RunForm(forms.Form):
    """Check, or check and publish, at once or from a moment on."""

    purpose = forms.ChoiceField(choices=VersionRun.Purpose, widget=forms.HiddenInput)
    valid_from = forms.DateTimeField(
        label=_("On sale from"),
        required=False,
        help_text=_("Empty means at once. Until then the present version stays on sale."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    def clean_valid_from(self) -> datetime | None:
        """Not a moment long past: a slip in the year would sell at once."""
        moment: datetime | None = self.cleaned_data["valid_from"]
        if moment is not None and moment < timezone.now() - LEEWAY:
            told = _("Expected a moment to come, got %(got)s. Leave it empty to sell at once.")
            got = f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
            raise forms.ValidationError(told, params={"got": got})
        return moment


class AcceptForm(forms.Form):
    """Why a finding, or every one of its kind, is meant."""

    kind = forms.CharField(max_length=20)
    where = forms.CharField(max_length=LONGEST_PLACE, required=False)
    reason = forms.CharField(max_length=LONGEST_REASON, required=False)
