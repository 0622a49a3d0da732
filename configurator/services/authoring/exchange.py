"""Importing sheets: what they would do, told first, then done all at once or not at all."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction

from config.money import Money
from configurator.errors import ChangedMeanwhile
from configurator.models import ModelVersion, Option, OptionPrice
from configurator.selectors.differences import Section, Thing, attribute_facts, section
from configurator.services.authoring.drafts import lock_draft
from configurator.services.authoring.option_sheet import (
    YES,
    OptionPlan,
    OptionRow,
    Shelf,
    option_sheet,
    plan_options,
)
from configurator.services.authoring.rule_sheet import RuleSheetPlan, plan_rule_sheet, rule_sheet
from configurator.services.authoring.rules import write_plan
from configurator.services.authoring.values import write_value

OPTIONS, RULES = "options", "rules"
KINDS = (OPTIONS, RULES)
type Plan = OptionPlan | RuleSheetPlan


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would change. `state` is the version's content that it was made for."""

    sections: tuple[Section, ...]
    new_attributes: tuple[str, ...]
    untouched: int
    state: str


def export_sheet(version: ModelVersion, kind: str) -> bytes:
    """The options or the rules of a version as CSV."""
    return option_sheet(version) if kind == OPTIONS else rule_sheet(version)


def preview_import(version: ModelVersion, kind: str, content: bytes, *, removes: bool) -> Preview:
    """Read a sheet and tell what it would change; nothing is written. Raises UnreadableSheet."""
    return _preview(version, kind, _planned(version, kind, content, removes=removes))


@transaction.atomic
def import_sheet(
    *, version_id: int, kind: str, content: bytes, removes: bool, state: str
) -> Preview:
    """Do what the preview with this `state` told, under the version's lock.

    Raises NotADraft, UnreadableSheet, and ChangedMeanwhile when the version has changed since.
    """
    version = lock_draft(version_id)
    plan = _planned(version, kind, content, removes=removes)
    preview = _preview(version, kind, plan)
    if preview.state != state:
        raise ChangedMeanwhile(f"{version} has been changed since: look at the preview again")
    if isinstance(plan, OptionPlan):
        _write_options(plan)
    else:
        write_plan(version, plan.rules)
    return preview


def _planned(version: ModelVersion, kind: str, content: bytes, *, removes: bool) -> Plan:
    if kind == OPTIONS:
        return plan_options(version, content, removes=removes)
    return plan_rule_sheet(version, content, removes=removes)


def _preview(version: ModelVersion, kind: str, plan: Plan) -> Preview:
    state = hashlib.sha256(export_sheet(version, kind)).hexdigest()
    if isinstance(plan, OptionPlan):
        found = _option_sections(plan)
        return Preview(tuple(found), plan.new_attributes, plan.untouched, state)
    return Preview(plan.sections, (), plan.untouched, state)


def _option_sections(plan: OptionPlan) -> Iterator[Section]:
    for code, group in plan.shelf.groups.items():
        before, after = plan.shelf.options[code], plan.after[code]
        if before is not after:
            currency = plan.shelf.currency
            found = section(
                "options",
                group.name,
                [_thing(row, currency) for row in before.values()],
                [_thing(row, currency) for row in after.values()],
            )
            if found.differences:
                yield found


def _thing(row: OptionRow, currency: str) -> Thing:
    price = "" if row.price is None else Money(row.price, currency).format()
    own = {
        "name": row.name,
        "facts": row.facts,
        "part number": row.part_number,
        "service": YES if row.is_service else "",
        "price": price,
    }
    values = {name: write_value(value) for name, value in row.attributes.items()}
    return Thing(row.code, row.name, {**own, **attribute_facts(values, own)})


def _write_options(plan: OptionPlan) -> None:
    """One statement for what goes, one for what is new, some for what changes."""
    shelf = plan.shelf
    rows = {
        (row.group_id, row.code): row for row in Option.objects.filter(group__version=shelf.version)
    }
    gone, new, changed = [], [], []
    for code, after in plan.after.items():
        before, group = shelf.options[code], shelf.groups[code]
        gone += [rows[group.pk, option].pk for option in before if option not in after]
        is_moved = list(before) != list(after)
        for position, (option, wanted) in enumerate(after.items()):
            row = rows.get((group.pk, option))
            if row is None:
                row = rows[group.pk, option] = Option(group=group, code=option)
                new.append(_filled(row, wanted, position))
            elif is_moved or not _is_same(before[option], wanted):
                place = position if is_moved else row.position
                changed.append(_filled(row, wanted, place))
    Option.objects.filter(pk__in=gone).delete()
    Option.objects.bulk_create(new)
    columns = ["name", "facts", "part_number", "is_service", "attributes", "position"]
    Option.objects.bulk_update(changed, columns, batch_size=500)
    _write_prices(shelf, plan, rows)


def _filled(row: Option, wanted: OptionRow, position: int) -> Option:
    row.name, row.facts, row.part_number = wanted.name, wanted.facts, wanted.part_number
    row.is_service, row.attributes = wanted.is_service, dict(wanted.attributes)
    row.position = position
    return row


def _is_same(old: OptionRow, new: OptionRow) -> bool:
    """In words, because true and 1 are equal numbers."""
    return _thing(old, "XXX").facts == _thing(new, "XXX").facts


def _write_prices(shelf: Shelf, plan: OptionPlan, rows: Mapping[tuple[int, str], Option]) -> None:
    if shelf.prices is None:
        return
    wanted, unpriced = [], []
    for code, after in plan.after.items():
        before, group = shelf.options[code], shelf.groups[code]
        for option, row in after.items():
            old = before[option].price if option in before else None
            if row.price == old:
                continue
            pk = rows[group.pk, option].pk
            if row.price is None:
                unpriced.append(pk)
            else:
                wanted.append(
                    OptionPrice(price_list=shelf.prices, option_id=pk, amount_minor=row.price)
                )
    OptionPrice.objects.filter(price_list=shelf.prices, option__in=unpriced).delete()
    OptionPrice.objects.bulk_create(
        wanted,
        update_conflicts=True,
        unique_fields=["price_list", "option"],
        update_fields=["amount_minor"],
    )
