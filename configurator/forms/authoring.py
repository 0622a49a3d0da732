"""The admin's forms of options, rules and versions, for people who write no JSON."""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from config.money import Money
from configurator.engine.language import RuleSyntaxError
from configurator.forms.attributes import AttributesField
from configurator.models import ModelVersion, Option, OptionGroup, OptionPrice, Rule
from configurator.selectors.drafts import newest_price_list
from configurator.services.authoring.rules import (
    condition_text,
    fault_of,
    read_condition,
    told,
    vocabulary,
)
from configurator.services.price_lists import price_option, read_amount

MONOSPACED = {"class": "font-mono", "spellcheck": "false", "autocapitalize": "off"}


def check_draft(version: ModelVersion) -> None:
    """Nothing may come into a version that has been checked. Raises ValidationError."""
    if version.status != ModelVersion.Status.DRAFT:
        status = version.get_status_display().lower()
        told = _("%(version)s is %(status)s: only a draft can be changed.")
        raise forms.ValidationError(told, params={"version": version, "status": status})


class GroupForm(forms.ModelForm):
    """A group of a draft; what it may count is in the same version."""

    class Meta:
        model = OptionGroup
        fields = ["version", "code", "name", "position", "quantity_for"]

    def clean_version(self) -> ModelVersion:
        version: ModelVersion = self.cleaned_data["version"]
        check_draft(version)
        return version

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        target, version = cleaned.get("quantity_for"), cleaned.get("version")
        if target and version and (target.version_id != version.pk or target == self.instance):
            self.add_error("quantity_for", _("It can only count another group of this version."))
        return cleaned


class OptionForm(forms.ModelForm):
    """An option with its attributes as lines."""

    attributes = AttributesField(widget=UnfoldAdminTextareaWidget({"rows": 8, **MONOSPACED}))

    class Meta:
        model = Option
        fields = ["group", "code", "name", "facts", "part_number", "attributes", "position"]
        labels = {"is_service": _("Service")}

    def clean(self) -> dict[str, Any]:
        """What is a service is built from no part."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("is_service") and cleaned.get("part_number"):
            self.add_error("part_number", _("A service needs no part: keep one of the two."))
        return cleaned

    def clean_group(self) -> OptionGroup:
        group: OptionGroup = self.cleaned_data["group"]
        check_draft(group.version)
        return group


class PricedOptionForm(OptionForm):
    """An option with its price in the newest list of its version."""

    price = forms.CharField(
        label=_("Price"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("In the newest price list, such as 1299.00. Without one it cannot be sold."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk and "price" in self.fields:
            self.initial["price"] = _price_of(self.instance)

    def clean(self) -> dict[str, Any]:
        """The price becomes minor units of the list's currency, or None."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        text, group = cleaned.pop("price", None), cleaned.get("group")
        if text is None or group is None:
            return cleaned
        text = text.strip()
        prices = newest_price_list(group.version)
        if text and group.quantity_for_id is not None:
            self.add_error("price", _("Expected nothing: a quantity has no price."))
        elif text and prices is None:
            self.add_error("price", _("Expected nothing: the version has no price list yet."))
        else:
            try:
                cleaned["price"] = read_amount(text, prices.currency) if text and prices else None
            except ValueError as error:
                told = {"expected": str(error), "got": text[:40]}
                wrong = forms.ValidationError(_("Expected %(expected)s, got %(got)s."), params=told)
                self.add_error("price", wrong)
        return cleaned

    def _save_m2m(self) -> None:
        """With what else hangs on the saved row."""
        super()._save_m2m()  # type: ignore[misc]
        if "price" in self.cleaned_data:
            price_option(option=self.instance, amount_minor=self.cleaned_data["price"])


def _price_of(option: Option) -> str:
    prices = newest_price_list(option.group.version)
    price = OptionPrice.objects.filter(price_list=prices, option=option).first()
    if prices is None or price is None:
        return ""
    return str(Money(price.amount_minor, prices.currency).decimal)


class OptionRowForm(OptionForm):
    """The same as one row of a table."""

    attributes = AttributesField(
        widget=UnfoldAdminTextareaWidget({"rows": 4, **MONOSPACED}), help_text=""
    )


class RuleForm(forms.ModelForm):
    """A rule with its condition in the rule language."""

    condition = forms.CharField(
        label=_("Condition"),
        widget=UnfoldAdminTextareaWidget({"rows": 8, "wrap": "off", **MONOSPACED}),
        help_text=_(
            "Such as: graphics.length_mm <= case.max_gpu_length_mm. A line “when graphics.is_card "
            "= yes” before it limits where it applies."
        ),
    )

    class Meta:
        model = Rule
        fields = ["version", "code", "name", "severity", "sentence", "position"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            self.initial["condition"] = condition_text(self.instance)

    def clean_version(self) -> ModelVersion:
        version: ModelVersion = self.cleaned_data["version"]
        check_draft(version)
        return version

    def clean(self) -> dict[str, Any]:
        """Read the condition with the version's own words, and prove that the rule is sound."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        version = cleaned.get("version") or (self.instance.version if self.instance.pk else None)
        if version is None or "condition" not in cleaned:
            return cleaned
        try:
            when, constraint = read_condition(cleaned["condition"], vocabulary(version))
        except RuleSyntaxError as error:
            self.add_error("condition", forms.ValidationError(syntax_told(error)))
            return cleaned
        self.instance.when, self.instance.constraint = when, constraint
        if not self.errors:
            names = ("code", "name", "severity", "sentence")
            rule = Rule(**{name: cleaned[name] for name in names}, when=when, constraint=constraint)
            if fault := fault_of(version, rule):
                self.add_error(None, fault)
        return cleaned


def syntax_told(error: RuleSyntaxError) -> SafeString:
    """Line, column, what is wrong, the line with a caret below it, and what may be meant."""
    problem = told(error)
    return format_html(
        '{}<pre class="font-mono mt-1">{}</pre>{}',
        f"Line {problem.line}, column {problem.column}: {problem.message}",
        problem.excerpt,
        problem.suggestion,
    )


class VersionForm(forms.ModelForm):
    """A version; `version_form` adds one select a group for its defaults."""

    default_fields: dict[str, str] = {}  # field → group code

    class Meta:
        model = ModelVersion
        fields = ["product_model", "number"]

    def clean(self) -> dict[str, Any]:
        """What the selects say becomes the version's defaults."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.default_fields:
            chosen = {group: cleaned.get(name) for name, group in self.default_fields.items()}
            self.instance.defaults = {group: option for group, option in chosen.items() if option}
        return cleaned


def version_form(version: ModelVersion | None) -> type[VersionForm]:
    """The form of one version: a select for each of its groups. Two queries."""
    if version is None:
        return VersionForm
    options: dict[int, list[tuple[str, str]]] = {}
    rows = Option.objects.filter(group__version=version).order_by("position", "pk")
    for group_id, code, name in rows.values_list("group_id", "code", "name"):
        options.setdefault(group_id, []).append((code, name))
    fields: dict[str, Any] = {}
    names: dict[str, str] = {}
    for group in OptionGroup.objects.filter(version=version):
        name = f"default_{group.code}"
        names[name] = group.code
        fields[name] = forms.ChoiceField(
            label=group.name,
            choices=[("", "–"), *options.get(group.pk, [])],
            initial=version.defaults.get(group.code, ""),
            required=False,
            widget=UnfoldAdminSelectWidget,
        )
    return type("VersionForm", (VersionForm,), {**fields, "default_fields": names})
