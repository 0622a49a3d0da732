"""Attributes that rules read: are they known of every option, and do their units agree?"""

from collections.abc import Iterable, Iterator
from itertools import combinations

from configurator.engine.atoms import Atom, LinearAtom, MatchAtom, atoms_of
from configurator.engine.checks.findings import MOST_NAMED, Finding
from configurator.engine.nodes import CODE, Model, Ref, Rule
from configurator.engine.words import listed

# The last word of an attribute's name → what it measures, and how many of the smallest unit.
UNITS: dict[str, tuple[str, int]] = {
    "um": ("length", 1),
    "mm": ("length", 1_000),
    "cm": ("length", 10_000),
    "m": ("length", 1_000_000),
    "mw": ("power", 1),
    "w": ("power", 1_000),
    "kw": ("power", 1_000_000),
    "g": ("mass", 1),
    "kg": ("mass", 1_000),
    "mb": ("storage", 1),
    "gb": ("storage", 1_000),
    "tb": ("storage", 1_000_000),
    "mhz": ("frequency", 1),
    "ghz": ("frequency", 1_000),
    "mv": ("voltage", 1),
    "v": ("voltage", 1_000),
    "ma": ("current", 1),
    "a": ("current", 1_000),
    "ms": ("time", 1),
    "s": ("time", 1_000),
    "min": ("time", 60_000),
    "h": ("time", 3_600_000),
    "days": ("time", 86_400_000),
    "px": ("pixels", 1),
}


def attribute_findings(model: Model) -> Iterator[Finding]:
    """Unknown values that rules ask for, then comparisons of different units."""
    atoms = [(rule, atoms_of(rule)) for rule in model.rules]
    yield from _unknown(model, atoms)
    for rule, of_rule in atoms:
        yield from _units(rule, of_rule)


def _unknown(model: Model, atoms: Iterable[tuple[Rule, tuple[Atom, ...]]]) -> Iterator[Finding]:
    """One finding an attribute; a rule that asks for it cannot speak of those options."""
    readers: dict[Ref, dict[str, None]] = {}
    for rule, of_rule in atoms:
        for ref in (ref for atom in of_rule for ref in atom.refs):
            readers.setdefault(ref, {})[rule.name] = None
    groups = {group.code: group for group in model.groups}
    for ref, rules in readers.items():
        if ref.attribute == CODE:
            continue
        options = groups[ref.group].options
        without = [o for o in options if o.attributes.get(ref.attribute) is None]
        if without:
            whose = listed((f"“{option.name}”" for option in without), most=MOST_NAMED)
            which = listed((f"“{name}”" for name in rules), most=MOST_NAMED)
            yield Finding(
                "unknown_value",
                str(ref),
                f"{ref.attribute} is not known of {len(without)} of {len(options)} options, "
                f"{whose}: {which} cannot be checked there",
                group=ref.group,
                option=without[0].code if len(without) == 1 else "",
            )


def _units(rule: Rule, atoms: Iterable[Atom]) -> Iterator[Finding]:
    """Comparing a length with a power is a slip; millimetres with centimetres, too, unless the
    weights of a sum convert them.
    """
    told: set[tuple[str, str]] = set()
    for atom in atoms:
        weighed = _weighed(atom)
        for (one, weight), (other, other_weight) in combinations(weighed, 2):
            unit, other_unit = unit_of(one), unit_of(other)
            if unit is None or other_unit is None or unit == other_unit:
                continue
            is_same_kind = UNITS[unit][0] == UNITS[other_unit][0]
            if is_same_kind and abs(weight) != abs(other_weight):
                continue
            pair = (str(one), str(other))
            if pair not in told:
                told.add(pair)
                message = f"{rule.name} compares {one} ({unit}) with {other} ({other_unit})"
                yield Finding("mixed_units", rule.code, message, rule=rule.code)


def _weighed(atom: Atom) -> list[tuple[Ref, int]]:
    if isinstance(atom, LinearAtom):
        return [(term.ref, term.weight) for term in atom.terms]
    # The columns of a table stand beside each other; nothing is compared.
    return [(ref, 1) for ref in atom.refs] if isinstance(atom, MatchAtom) else []


def unit_of(ref: Ref) -> str | None:
    """The unit that the attribute's name ends in: "mm" of `max_length_mm`."""
    _, _, unit = ref.attribute.rpartition("_")
    return unit if unit in UNITS and unit != ref.attribute else None
