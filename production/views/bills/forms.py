"""The forms in which bills are written: one text a column, read as a sheet's cells are."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from production.bom.as_ordered import OPERATIONS
from production.services.authoring.cells import COLUMNS, Cells, Fault
from production.services.authoring.drafts import LONGEST_NOTE

LABELS: Mapping[str, Any] = {
    "part": _("Part number"),
    "group": _("or what is chosen in"),
    "quantity": _("How many for one"),
    "condition": _("When"),
    "operation": _("Operation"),
    "scrap": _("Scrap"),
    "setup": _("Lost once a job"),
    "from": _("First day"),
    "until": _("Last day"),
    "alternates": _("Stands for the others named"),
    "priority": _("Priority among them"),
    "note": _("Note"),
    "text": _("Text"),
    "code": _("Code"),
    "unit": _("Unit"),
    "at_least": _("At least"),
    "at_most": _("At most"),
}
HINTS: Mapping[str, Any] = {
    "part": _("Such as CBL-FRONT."),
    "group": _("An option group, such as power_supply."),
    "quantity": _("An expression: 2, or memory_quantity.count."),
    "condition": _('An expression, such as graphics != "none". Empty: always.'),
    "scrap": _("What is lost in making: 0.02 or 2 %."),
    "setup": _("Pieces, however many the job makes."),
    "alternates": _("Of the lines with the same name one is taken."),
    "priority": _("The lowest that applies is taken."),
    "text": _("{graphics} is what is chosen there, {graphics.slots} a value of it."),
    "code": _("Its own in the whole machine, such as burn-in."),
    "unit": _("Such as °C. Empty: a yes or no."),
}
EXPRESSIONS = frozenset({"quantity", "condition", "text"})
NEEDED = frozenset({"quantity", "operation", "text", "code"})


class ItemForm(forms.Form):
    """A line, a step or a check; what is wrong with it is told by whoever reads it."""

    def __init__(self, kind: str, data: Mapping[str, str] | None = None, **options: Any) -> None:
        super().__init__(data, label_suffix="", **options)
        self.kind = kind
        for column in COLUMNS[kind]:
            self.fields[column] = _field(kind, column)

    def tell(self, read: Cells) -> None:
        """Put what was wrong beside its field."""
        for column, fault in read.faults.items():
            self.add_error(column, forms.ValidationError(told(fault)))


def _field(kind: str, column: str) -> forms.Field:
    options: dict[str, Any] = {
        "label": LABELS[column],
        "help_text": HINTS.get(column, ""),
        "required": column in NEEDED,
    }
    if column == "operation":
        choices = [(one, one) for one in OPERATIONS]
        return forms.ChoiceField(choices=choices, initial="build", **options)
    if column in {"from", "until"}:
        widget = forms.DateInput(attrs={"type": "date"})
        return forms.CharField(widget=widget, **options)
    if column in EXPRESSIONS:
        attrs = {"rows": 2, "spellcheck": "false", "autocapitalize": "off"}
        if column != "text":
            attrs["class"] = "code"
        return forms.CharField(widget=forms.Textarea(attrs), **options)
    attrs = {"autocomplete": "off"}
    if column in {"part", "group"}:
        attrs["list"] = f"known-{column}"
    return forms.CharField(widget=forms.TextInput(attrs), **options)


def told(fault: Fault) -> str | SafeString:
    """What was expected and what was there; an expression with a caret below the fault."""
    if not fault.excerpt:
        return str(fault)
    return format_html('{}<span class="excerpt" tabindex="0">{}</span>', str(fault), fault.excerpt)


class HeaderForm(forms.Form):
    """What a bill is for, and why it is made."""

    product_slug = forms.ChoiceField(
        label=_("Top bill of the machine"), required=False, help_text=_("Else it is a part of one.")
    )
    note = forms.CharField(
        label=_("Why it is made"), required=False, max_length=LONGEST_NOTE, help_text=_("Kept.")
    )

    def __init__(self, slugs: list[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options | {"label_suffix": ""})
        field: Any = self.fields["product_slug"]
        field.choices = [("", "–"), *slugs]


class NewBillForm(HeaderForm):
    """A first bill for a part that is made."""

    part = forms.CharField(
        label=_("Part number"), max_length=60, help_text=_("Of a part that is made or a phantom.")
    )
    field_order = ["part", "product_slug", "note"]
