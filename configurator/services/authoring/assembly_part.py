"""The groups and rules of a sub-assembly in the tables of the version that has it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils import timezone

from configurator.engine.assemblies import assemble
from configurator.engine.errors import EngineError
from configurator.errors import AssemblyRefused
from configurator.models import (
    ModelVersion,
    Option,
    OptionGroup,
    OptionPrice,
    PriceList,
    Rule,
    SubAssembly,
)
from configurator.models.sub_assembly import SEPARATOR
from configurator.services.compiling import model_data

OUTER, INNER = "outer", "inner"
MOST_ROWS = 10_000  # groups of a version, or rules: positions are small numbers
LIMITED: tuple[tuple[str, type[Model], tuple[str, ...]], ...] = (
    ("groups", OptionGroup, ("code", "name")),
    ("rules", Rule, ("code", "name", "sentence")),
)


@dataclass(frozen=True, slots=True)
class Part:
    """What a version gets from a sub-assembly, codes and names with its prefix.

    `rows` are the options that its own are copied from, by their group with prefix and code.
    Empty: nothing is taken in, so what is there goes.
    """

    groups: Sequence[Mapping[str, Any]] = ()
    rules: Sequence[Mapping[str, Any]] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[tuple[str, str], Option] = field(default_factory=dict)


def part_of(source: ModelVersion, *, code: str, name: str) -> Part:
    """A version as a sub-assembly of another. Raises AssemblyRefused for what is too long."""
    named = {"code": code, "name": name, "of": INNER}
    empty: dict[str, object] = {"code": OUTER, "groups": [], "rules": [], "defaults": {}}
    try:
        flat: Any = assemble(
            {OUTER: empty | {"assemblies": [named]}, INNER: model_data(source)}, OUTER
        )
    except EngineError as error:
        raise AssemblyRefused(f"{source} cannot be taken in: {error.message}") from error
    if problems := list(_too_long(flat)):
        raise AssemblyRefused("Take a shorter code or name", problems=problems)
    if not flat["groups"]:
        raise AssemblyRefused(f"{source} has no groups: there is nothing to take in")
    rows = Option.objects.filter(group__version=source).select_related("group")
    by_code = {(code + SEPARATOR + row.group.code, row.code): row for row in rows}
    return Part(flat["groups"], flat["rules"], flat["defaults"], by_code)


def _too_long(flat: Mapping[str, Any]) -> Iterator[str]:
    for sort, model, names in LIMITED:
        longest: dict[str, Any] = {n: model._meta.get_field(n).max_length for n in names}  # type: ignore[union-attr]
        for one in flat[sort]:
            for name, most in longest.items():
                if len(one[name]) > most:
                    told = f"{one['code']}: its {name} would have {len(one[name])} signs"
                    yield f"{told}; expected {most} at most"


def replace_part(version: ModelVersion, assembly: SubAssembly, part: Part) -> None:
    """Make the version's rows under the prefix what the part says. The caller has locked it.

    Rows that stay keep their keys, so what refers to them from outside stays, too. Prices come
    from the list of the source that is valid when the version's list is. Raises AssemblyRefused
    when a group of the version's own counts one that would go.
    """
    defaults = _defaults(version, assembly, part)
    groups = _replace_groups(version, assembly.prefix, part)
    _replace_options(groups, part)
    _replace_rules(version, assembly.prefix, part)
    _replace_prices(version, groups, part)
    version.defaults = defaults
    version.save(update_fields=["defaults"])


def _defaults(version: ModelVersion, assembly: SubAssembly, part: Part) -> dict[str, str]:
    """What somebody has set here for the sub-assembly's groups stays where it is still there."""
    prefix = assembly.prefix
    inherited = {prefix + g: o for g, o in assembly.of_version.defaults.items()}
    offered = {(group["code"], o["code"]) for group in part.groups for o in group["options"]}
    own = {g: o for g, o in version.defaults.items() if not g.startswith(prefix)}
    chosen = {
        group: option
        for group, option in version.defaults.items()
        if (group, option) in offered and inherited.get(group) != option
    }
    return own | dict(part.defaults) | chosen


def _in_order(codes: Iterable[str], wanted: Iterable[str], prefix: str) -> dict[str, int]:
    """Code → position: what has the prefix stands together, where the first of it stood."""
    before: list[str] = []
    after: list[str] = []
    is_behind = False
    for code in codes:
        if code.startswith(prefix):
            is_behind = True
        else:
            (after if is_behind else before).append(code)
    order = [*before, *wanted, *after]
    if len(order) > MOST_ROWS:
        told = f"The version would have {len(order):,} groups or rules"
        raise AssemblyRefused(f"{told}; expected {MOST_ROWS:,} at most")
    return {code: position for position, code in enumerate(order)}


def _replace_groups(version: ModelVersion, prefix: str, part: Part) -> dict[str, OptionGroup]:
    """The part's groups by code."""
    rows = {row.code: row for row in version.groups.select_related("quantity_for")}
    wanted = {group["code"]: group for group in part.groups}
    place = _in_order(rows, wanted, prefix)
    gone = {code for code in rows if code.startswith(prefix) and code not in wanted}
    counting = [
        f"{row.code} counts {row.quantity_for.code}"
        for row in rows.values()
        if row.quantity_for and row.quantity_for.code in gone and not row.code.startswith(prefix)
    ]
    if counting:
        told = "Groups of this version count what would go; change or remove them first"
        raise AssemblyRefused(told, problems=counting)
    # A quantity would go with the group that it counted so far.
    version.groups.filter(code__startswith=prefix).update(quantity_for=None)
    version.groups.filter(code__in=gone).delete()
    kept = [row for code, row in rows.items() if code not in gone]
    for row in kept:
        row.position = place[row.code]
        if row.code in wanted:
            row.name, row.quantity_for = wanted[row.code]["name"], None
    OptionGroup.objects.bulk_update(kept, ["name", "position", "quantity_for"])
    made = OptionGroup.objects.bulk_create(
        OptionGroup(version=version, code=code, name=group["name"], position=place[code])
        for code, group in wanted.items()
        if code not in rows
    )
    groups = {row.code: row for row in (*kept, *made) if row.code in wanted}
    quantities = []
    for code, group in wanted.items():
        if target := group.get("quantity_for"):
            groups[code].quantity_for = groups[target]
            quantities.append(groups[code])
    OptionGroup.objects.bulk_update(quantities, ["quantity_for"])
    return groups


def _replace_options(groups: Mapping[str, OptionGroup], part: Part) -> None:
    wanted = {
        (groups[group["code"]].pk, option["code"]): part.rows[group["code"], option["code"]]
        for group in part.groups
        for option in group["options"]
    }
    there = Option.objects.filter(group__in=groups.values())
    keys = there.values_list("pk", "group_id", "code")
    gone = [pk for pk, group, code in keys if (group, code) not in wanted]
    Option.objects.filter(pk__in=gone).delete()
    columns = ["name", "facts", "attributes", "part_number", "is_service", "position"]
    Option.objects.bulk_create(
        (
            Option(group_id=group, code=code, **{name: getattr(row, name) for name in columns})
            for (group, code), row in wanted.items()
        ),
        update_conflicts=True,
        unique_fields=["group", "code"],
        update_fields=columns,
    )


def _replace_rules(version: ModelVersion, prefix: str, part: Part) -> None:
    rows = {row.code: row for row in version.rules.all()}
    wanted = {rule["code"]: rule for rule in part.rules}
    place = _in_order(rows, wanted, prefix)
    version.rules.filter(code__startswith=prefix).exclude(code__in=wanted).delete()
    own = [row for code, row in rows.items() if not code.startswith(prefix)]
    for row in own:
        row.position = place[row.code]
    Rule.objects.bulk_update(own, ["position"])
    Rule.objects.bulk_create(
        (
            Rule(version=version, position=place[code], **{"when": [], **rule})
            for code, rule in wanted.items()
        ),
        update_conflicts=True,
        unique_fields=["version", "code"],
        update_fields=["name", "sentence", "severity", "constraint", "when", "position"],
    )


def _replace_prices(version: ModelVersion, groups: Mapping[str, OptionGroup], part: Part) -> None:
    """List by list; where the source has none in the currency, prices that are there stay."""
    if not part.rows:
        return
    source = next(iter(part.rows.values())).group.version_id
    offered = list(PriceList.objects.filter(version=source))
    codes = {group.pk: code for code, group in groups.items()}
    options = {
        (codes[group], code): pk
        for pk, group, code in Option.objects.filter(group__in=codes).values_list(
            "pk", "group_id", "code"
        )
    }
    for one in PriceList.objects.filter(version=version):
        taken = _valid_with(one, offered)
        if taken is None:
            continue
        amounts = dict(
            OptionPrice.objects.filter(price_list=taken).values_list("option_id", "amount_minor")
        )
        OptionPrice.objects.filter(price_list=one, option__in=options.values()).delete()
        OptionPrice.objects.bulk_create(
            OptionPrice(price_list=one, option_id=pk, amount_minor=amounts[part.rows[key].pk])
            for key, pk in options.items()
            if part.rows[key].pk in amounts
        )


def _valid_with(wanted: PriceList, offered: Iterable[PriceList]) -> PriceList | None:
    """The source's list at the time of the wanted one; before its first, the first."""
    same = [one for one in offered if one.currency == wanted.currency]
    at = max(wanted.valid_from, timezone.now())
    return next((one for one in same if one.valid_from <= at), same[-1] if same else None)
