"""Attributes as lines: `socket = AM5`."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from configurator.errors import UnreadableAttributes
from configurator.services.authoring.values import read_attributes, stored, write_attributes

HELP = _(
    "One a line: socket = AM5 · tdp_w = 65 · has_graphics = yes · sockets = [AM4, AM5] · "
    "length_mm = ? where nobody knows. Text that looks like a number stands in double quotes."
)


class AttributesField(forms.CharField):
    """A JSON object for the model, lines for people."""

    def __init__(self, **options: Any) -> None:
        own: dict[str, Any] = {"required": False, "strip": False, "help_text": HELP}
        super().__init__(**own | options)

    def prepare_value(self, value: Any) -> Any:
        """What was typed stays as it was typed."""
        return write_attributes(value) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        """The attributes. Raises ValidationError with every line that is wrong."""
        if isinstance(value, dict):
            return value
        try:
            return {name: stored(read) for name, read in read_attributes(value or "").items()}
        except UnreadableAttributes as error:
            raise forms.ValidationError(list(error.problems)) from error

    def validate(self, value: Any) -> None:
        """No attributes are fine."""

    def run_validators(self, value: Any) -> None:
        """The lines have been read already."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Told by the lines, because true and 1 are equal numbers."""
        try:
            return write_attributes(self.to_python(data)) != write_attributes(initial or {})
        except forms.ValidationError:
            return True
