"""From what the engine says of a malformed draft to the form where it can be mended."""

import re

from django.db.models import Model, QuerySet
from django.urls import reverse

from configurator.engine.errors import EngineError, ModelFormatError
from configurator.models import ModelVersion, Option, OptionGroup, Rule

OPTION = re.compile(r"model\.groups\[(\d+)\](?: \([^)]*\))?\.options\[(\d+)\]")
GROUP = re.compile(r"model\.groups\[(\d+)\]")
NAMED_OPTION = re.compile(r"model\.groups\[(\d+)\](?: \([^)]*\))?\.options \(([^)]*)\)")
RULE = re.compile(r"model\.rules\[(\d+)\]")


def mending_url(version: ModelVersion, error: EngineError) -> str:
    """The admin's form of the option, group, rule or version that the error is about."""
    where = error.where if isinstance(error, ModelFormatError) else ""
    if found := OPTION.match(where):
        group = _nth(OptionGroup.objects.filter(version=version), int(found[1]))
        if group and (option := _nth(Option.objects.filter(group=group), int(found[2]))):
            return _form("option", option)
    if found := NAMED_OPTION.match(where):
        group = _nth(OptionGroup.objects.filter(version=version), int(found[1]))
        option = Option.objects.filter(group=group, code=found[2]).first()
        if option is not None:
            return _form("option", option)
    if (found := GROUP.match(where)) and (
        group := _nth(OptionGroup.objects.filter(version=version), int(found[1]))
    ):
        return _form("optiongroup", group)
    if (found := RULE.match(where)) and (
        rule := _nth(Rule.objects.filter(version=version), int(found[1]))
    ):
        return _form("rule", rule)
    return _form("modelversion", version)


def _nth[M: Model](rows: QuerySet[M], index: int) -> M | None:
    return rows[index : index + 1].first()


def _form(name: str, row: Model) -> str:
    return reverse(f"admin:configurator_{name}_change", args=[row.pk])
