"""The form that takes another product model into a draft."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from configurator.models import ModelVersion, SubAssembly
from configurator.services.authoring.assemblies import sources_for


class TakeInForm(forms.ModelForm):
    """Which version of which product model, and what its groups are to be called."""

    class Meta:
        model = SubAssembly
        fields = ["of_version", "code", "name"]
        labels = {"of_version": _("What to take in"), "code": _("Code"), "name": _("Name")}
        help_texts = {
            "of_version": _("A version that has been checked, of another machine or part of one."),
            "code": _("A short word; “left” makes of its group “stand” the group “left-stand”."),
            "name": _("“Left” makes of its group “Stand” the group “Left: Stand”."),
        }

    def __init__(self, version: ModelVersion, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        sources = sources_for(version)
        field: Any = self.fields["of_version"]
        field.queryset = ModelVersion.objects.filter(pk__in=[one.pk for one in sources])
        field.choices = [("", _("Choose one")), *_by_model(sources)]
        field.error_messages["invalid_choice"] = _(
            "Expected a checked, published or retired version of another machine."
        )


def _by_model(sources: list[ModelVersion]) -> list[tuple[str, list[tuple[int, str]]]]:
    groups: dict[str, list[tuple[int, str]]] = {}
    for one in sources:
        model = one.product_model
        title = model.name if model.is_listed else _("%(name)s (not listed)") % {"name": model.name}
        told = _("%(model)s, version %(number)d, %(status)s") % {
            "model": model.name,
            "number": one.number,
            "status": one.get_status_display().lower(),
        }
        groups.setdefault(title, []).append((one.pk, told))
    return list(groups.items())
