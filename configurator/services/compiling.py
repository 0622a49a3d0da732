"""From tables to the engine's own form of a product model."""

from collections import defaultdict

from configurator.models import ModelVersion, Option, OptionGroup, Rule


def model_data(version: ModelVersion) -> dict[str, object]:
    """The version's groups, options and rules as the JSON that `engine.ir` reads; two queries
    more than groups. What is wrong in it is told by the engine's strict reader.
    """
    options: dict[int, list[dict[str, object]]] = defaultdict(list)
    rows = Option.objects.filter(group__version=version).order_by("group", "position", "pk")
    for group_id, code, name, attributes in rows.values_list(
        "group_id", "code", "name", "attributes"
    ):
        options[group_id].append({"code": code, "name": name, "attributes": attributes})
    groups = OptionGroup.objects.filter(version=version).select_related("quantity_for")
    return {
        "code": version.product_model.slug,
        "groups": [_group(group, options[group.pk]) for group in groups],
        "rules": [_rule(rule) for rule in Rule.objects.filter(version=version)],
        "defaults": version.defaults,
    }


def _group(group: OptionGroup, options: list[dict[str, object]]) -> dict[str, object]:
    target = group.quantity_for
    return {
        "code": group.code,
        "name": group.name,
        "options": options,
        "quantity_for": None if target is None else target.code,
    }


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "sentence": rule.sentence,
        "severity": rule.severity,
        "constraint": rule.constraint,
        "when": rule.when,
    }
