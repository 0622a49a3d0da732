from django import forms
from django.utils.translation import gettext_lazy as _


class AdjustForm(forms.Form):
    """A count that differs from the level. `key` makes a form that is sent twice count once."""

    quantity = forms.IntegerField(
        label=_("More or fewer"),
        min_value=-100_000,
        max_value=100_000,
        help_text=_("The difference that you counted: -2 when two are missing."),
        error_messages={"required": _("More or fewer: expected a whole number, got nothing.")},
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=80,
        error_messages={"required": _("Why: expected a few words, got nothing.")},
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def clean_quantity(self) -> int:
        quantity: int = self.cleaned_data["quantity"]
        if quantity == 0:
            raise forms.ValidationError(_("More or fewer: expected a difference, got 0."))
        return quantity
