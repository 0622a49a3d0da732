"""What a large group can be filtered by, read off the attributes of its options.

Every value carries a bit mask over the group's options (bit i: option i has it), so that
combining filters and counting what each would leave is a handful of integer operations.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from configurator.engine.ir import Group, Model, Option
from configurator.selectors import model_by_sha256

# What customers ask for first, in their words. An attribute that is not named here is offered
# after these, under its own name; one that is named None is a matter of the rules alone.
NAMES: Mapping[str, str | Promise | None] = {
    "kind": lazy("Kind"),
    "socket": lazy("Socket"),
    "connection": lazy("Connection"),
    "memory_type": lazy("Memory type"),
    "wattage_w": lazy("Power"),
    "form_factor": lazy("Size"),
    "motherboard_form_factors": lazy("Takes boards"),
    "capacity_gb": lazy("Capacity"),
    "cores": lazy("Cores"),
    "length_mm": lazy("Length"),
    "max_graphics_length_mm": lazy("Room for graphics"),
    "size_mm": lazy("Size"),
    "slots": lazy("Slots wide"),
    "width_px": lazy("Pixels across"),
    "modules": lazy("Modules"),
    "memory_slots": lazy("Memory slots"),
    "sockets": lazy("Socket"),
    "radiator_mm": lazy("Radiator"),
    "max_radiator_mm": lazy("Room for a radiator"),
    "integrated_graphics": lazy("Graphics built in"),
    "includes_cooler": lazy("Cooler in the box"),
    "memory_buffering": lazy("Buffering"),
    "fans_in_pack": lazy("Fans in a pack"),
    "sixteen_pin_plugs": lazy("16-pin plugs"),
    "height_mm": lazy("Height"),
    "tdp_w": lazy("Power draw"),
    "max_fans": lazy("Places for fans"),
    "eight_pin_plugs": lazy("8-pin plugs"),
    **dict.fromkeys(
        (
            *("fitted", "count", "code", "cables_8_pin", "cables_16_pin", "bays_3_5", "drive_bays"),
            *("sata_ports", "m2_slots", "expansion_slots", "max_memory_gb"),
        )
    ),
}
FITTED = "fitted"  # False: the option stands for nothing at all, so no filter finds it
LONGEST_GROUP = 14  # a group up to this size is always shown whole and needs no filter
MOST_FACETS = 4
MOST_VALUES = 12  # more is for the search
MOST_NUMBERS = 6  # of whole numbers one by one; more are put into ranges
RANGES = 4
KEPT_GROUPS = 512
THOUSAND = 1_000
UNITS = {"w": "W", "mm": "mm", "gb": "GB", "px": "px", "kg": "kg", "h": "h", "l": "l"}

type Raw = str | int | bool


@dataclass(frozen=True, slots=True)
class FacetValue:
    """`code` stands in addresses; `mask` says which of the group's options have the value."""

    code: str
    label: str
    mask: int


@dataclass(frozen=True, slots=True)
class Facet:
    """An attribute of a group's options, and what it can be."""

    code: str
    name: str
    values: tuple[FacetValue, ...]


def facets_of(model: Model, group: str) -> tuple[Facet, ...]:
    """At most four facets of a large group, those that customers ask for first."""
    return _facets(model.sha256, group, get_language() or "")


@lru_cache(maxsize=KEPT_GROUPS)
def _facets(ir_sha256: str, code: str, language: str) -> tuple[Facet, ...]:
    """The language is only here to be part of the key: facets hold words."""
    group = next(group for group in model_by_sha256(ir_sha256).groups if group.code == code)
    if len(group.options) <= LONGEST_GROUP:
        return ()
    return tuple(islice(_worthwhile(group), MOST_FACETS))


def _worthwhile(group: Group) -> Iterator[Facet]:
    present = dict.fromkeys(name for option in group.options for name in option.attributes)
    known = [name for name in NAMES if name in present and NAMES[name] is not None]
    for name in (*known, *(name for name in present if name not in NAMES)):
        values = tuple(_values(name, group.options))
        if 1 < len(values) <= MOST_VALUES:
            yield Facet(name, _name(name), values)


def _values(name: str, options: Sequence[Option]) -> Iterator[FacetValue]:
    masks: dict[Raw, int] = {}
    for index, option in enumerate(options):
        if option.attributes.get(FITTED, True) is False:
            continue
        for value in _members(option.attributes.get(name)):
            masks[value] = masks.get(value, 0) | 1 << index
    if masks and all(type(value) is int for value in masks):
        numbers = {value: mask for value, mask in masks.items() if isinstance(value, int)}
        yield from _numbers(name, numbers)
        return
    for value in sorted(masks, key=lambda value: (value is not True, str(value))):
        yield FacetValue(_code(value), _word(value), masks[value])


def _members(value: object) -> Iterable[Raw]:
    """The values of one option: none when it is unknown, several when it is a list."""
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, str | int) else ()


def _numbers(name: str, masks: Mapping[int, int]) -> Iterator[FacetValue]:
    """Few numbers one by one; many in ranges that hold about equally many options each."""
    if len(masks) <= MOST_NUMBERS:
        for number in sorted(masks):
            yield FacetValue(str(number), _amount(name, number), masks[number])
        return
    # Zero of something measured means that there is none of it.
    some = {number: mask for number, mask in masks.items() if number > 0}
    uppers, last = _uppers(some), None
    for upper in (*uppers, None):
        inside = [n for n in some if (last is None or n > last) and (upper is None or n <= upper)]
        mask = 0
        for number in inside:
            mask |= some[number]
        code = f"{'' if last is None else last}-{'' if upper is None else upper}"
        yield FacetValue(code, _range(name, inside, last, upper), mask)
        last = upper


def _uppers(masks: Mapping[int, int]) -> list[int]:
    """Where the ranges end: values that occur, at the quarters."""
    everything = [number for number in sorted(masks) for _ in range(masks[number].bit_count())]
    cuts = {everything[len(everything) * part // RANGES] for part in range(1, RANGES)}
    return sorted(cuts - {everything[-1]})


def _range(name: str, inside: Sequence[int], above: int | None, upto: int | None) -> str:
    least, most = min(inside), max(inside)
    if upto is None:
        return _("from %(amount)s") % {"amount": _amount(name, least)}
    if least == most:
        return _amount(name, most)
    if above is None:
        return _("up to %(amount)s") % {"amount": _amount(name, most)}
    first = _amount(name, least) if name.endswith("_gb") else f"{least:,}"
    return f"{first}–{_amount(name, most)}"


def _name(attribute: str) -> str:
    stem, _underscore, suffix = attribute.rpartition("_")
    plain = stem if stem and suffix in UNITS else attribute
    return str(NAMES.get(attribute) or plain.replace("_", " ").capitalize())


def _amount(attribute: str, number: int) -> str:
    suffix = attribute.rpartition("_")[2]
    unit = UNITS.get(suffix, "")
    if suffix == "gb" and number >= THOUSAND:
        return f"{round(number / THOUSAND, 1):g} TB"
    if not number and unit:
        return _("none")
    return f"{number:,} {unit}".strip()


def _word(value: Raw) -> str:
    if value is True or value is False:
        return _("yes") if value else _("no")
    text = str(value)
    return text.capitalize() if text.isalpha() and text.islower() else text


def _code(value: Raw) -> str:
    if value is True or value is False:
        return "yes" if value else "no"
    return str(value)
