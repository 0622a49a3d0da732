"""The form that takes a CSV file."""

from django import forms
from django.utils.translation import gettext_lazy as _

from configurator.services.authoring.exchange import OPTIONS, RULES
from configurator.services.authoring.sheets import LARGEST_BYTES


class ImportForm(forms.Form):
    """A sheet of options or of rules, and whether it names all there should be."""

    kind = forms.ChoiceField(
        label=_("What is in it"),
        choices=[(OPTIONS, _("Options")), (RULES, _("Rules"))],
        widget=forms.RadioSelect,
        initial=OPTIONS,
    )
    sheet = forms.FileField(
        label=_("CSV file"),
        help_text=_("UTF-8, with commas or semicolons, 10 MB at most."),
    )
    removes = forms.BooleanField(
        label=_("Remove what the file leaves out"),
        help_text=_("Options of groups that are in the file, or rules. Otherwise they stay."),
        required=False,
    )

    def clean_sheet(self) -> bytes:
        """The file's content, read only when its size allows it."""
        sheet = self.cleaned_data["sheet"]
        if sheet.size > LARGEST_BYTES:
            size = f"{sheet.size / 1e6:.1f} MB"
            raise forms.ValidationError(
                _("Expected 10 MB at most, got %(size)s."), params={"size": size}
            )
        content: bytes = sheet.read()
        return content
