"""Resources of the machine and how much of each is used, read off the rules' sums."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import gcd

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from configurator.engine.atoms import atoms_of, verdict
from configurator.engine.classes import ClassReader
from configurator.engine.ir import Model, Ref, Rule, Sum
from configurator.engine.references import COUNT
from configurator.engine.told import chosen_options

# What a customer calls the attribute that limits a sum; others are named after the attribute.
NAMES: Mapping[str, str | Promise] = {
    "wattage_w": _("Power"),
    "memory_slots": _("Memory slots"),
    "max_memory_gb": _("Memory"),
    "m2_slots": _("M.2 slots"),
    "sata_ports": _("SATA ports"),
    "drive_bays": _("Drive bays"),
    "bays_3_5": _("3.5-inch bays"),
    "max_fans": _("Places for fans"),
}
UNITS = {"w": "W", "gb": "GB", "mm": "mm", "l": "l", "kg": "kg"}


@dataclass(frozen=True, slots=True)
class Meter:
    """`value` of `maximum` in the unit that the attribute's name ends in; `text` says it."""

    name: str
    value: int
    maximum: int
    text: str
    is_over: bool


def meters(model: Model, chosen: Mapping[str, str]) -> list[Meter]:
    """One meter a limiting attribute, the tightest sum of each; what nothing uses is left out."""
    read = ClassReader(chosen_options(model, chosen))
    tightest: dict[str, tuple[int, int]] = {}
    for limit, used, room in _sums(model, read):
        known = tightest.get(limit)
        if used and (known is None or used * known[1] > known[0] * room):
            tightest[limit] = (used, room)
    order = {attribute: place for place, attribute in enumerate(NAMES)}
    ranked = sorted(tightest.items(), key=lambda item: order.get(item[0], len(order)))
    return [_meter(limit, used, room) for limit, (used, room) in ranked]


def _sums(model: Model, read: ClassReader) -> Iterator[tuple[str, int, int]]:
    """(limiting attribute, used, room) of every sum that applies and of which all is known."""
    for rule in model.rules:
        total = rule.constraint
        if not isinstance(total, Sum) or not isinstance(total.limit, Ref):
            continue
        if total.limit_weight <= 0:  # "at least so much" is held that way, and uses nothing up
            continue
        if not _applies(rule, read):
            continue
        limit, used = read(total.limit), _used(total, read)
        if isinstance(limit, int) and limit > 0 and used is not None:
            # 5 × 300 W <= 4 × 850 W is told as 300 of 680 W: real watts, and what is usable.
            unit = gcd(total.constant, *(term.weight for term in total.terms)) or 1
            yield total.limit.attribute, used // unit, limit * total.limit_weight // unit


def _applies(rule: Rule, read: ClassReader) -> bool:
    return all(
        verdict(atoms_of(Rule("", "", "", "block", condition)), read) is True
        for condition in rule.when
    )


def _used(total: Sum, read: ClassReader) -> int | None:
    """The left side of the sum, or None when a part of it is unknown."""
    amount = total.constant
    for term in total.terms:
        count = 1 if term.times is None else read(Ref(term.times, COUNT))
        value = read(term.ref)
        if not isinstance(count, int) or not isinstance(value, int):
            return None
        amount += term.weight * count * value
    return amount


def _meter(limit: str, used: int, room: int) -> Meter:
    stem, _underscore, suffix = limit.rpartition("_")
    unit = UNITS.get(suffix, "") if stem else ""
    name = str(NAMES.get(limit) or (stem if unit else limit).replace("_", " ").capitalize())
    text = _("%(used)s of %(room)s") % {"used": f"{used:,}", "room": f"{room:,}"}
    return Meter(name, used, room, f"{text} {unit}".strip(), used > room)
