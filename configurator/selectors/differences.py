"""What changed between two versions, read set by set: a fixed number of queries."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from config.money import Money
from configurator.models import ModelPrice, ModelVersion, Option, OptionGroup, OptionPrice, Rule
from configurator.selectors.drafts import newest_price_list

ADDED, CHANGED, REMOVED = "added", "changed", "removed"
NOTHING = ""
SORTS = ("groups", "options", "rules", "defaults", "prices")
ORDERED = frozenset({"groups", "options", "rules"})
MOST_NAMED = 6  # codes of a stretch in another order

type Facts = Mapping[str, str]  # what is told of a thing, by name, in words
type RuleText = Callable[[Rule], str]
type ValueText = Callable[[object], str]


@dataclass(frozen=True, slots=True)
class FactChange:
    """One fact, before and after; empty where there was or is none."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A thing that was added, changed or removed. `facts` of what was added are its own."""

    kind: str
    code: str
    name: str
    facts: tuple[FactChange, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Differences of one sort: groups, the options of one group, rules, prices, defaults."""

    sort: str
    title: str
    differences: tuple[Difference, ...]

    def count(self, kind: str) -> int:
        return sum(one.kind == kind for one in self.differences)


@dataclass(frozen=True, slots=True)
class Thing:
    """What is compared: known by its code, told by its facts."""

    code: str
    name: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Kept:
    """All things of one sort in a version; of options those of one `group`, by its code."""

    sort: str
    group: str
    title: str
    things: tuple[Thing, ...]


def differences(
    old: ModelVersion, new: ModelVersion, *, rule_text: RuleText, value_text: ValueText
) -> tuple[Section, ...]:
    """Groups, options by group, rules, defaults and prices that are not the same in both.

    `rule_text` and `value_text` put a rule's condition and an attribute's value into words.
    Sections without a difference are left out.
    """
    before = snapshot(old, rule_text=rule_text, value_text=value_text)
    return compared(before, snapshot(new, rule_text=rule_text, value_text=value_text))


def snapshot(
    version: ModelVersion, *, rule_text: RuleText, value_text: ValueText
) -> tuple[Kept, ...]:
    """All things of a version as they are now, to be compared with what becomes of them."""
    read = _Version(version, rule_text, value_text)
    options = read.options()
    return (
        Kept("groups", "", "", tuple(read.groups())),
        *(
            Kept("options", code, name, tuple(options[code]))
            for code, name in read.group_names.items()
        ),
        Kept("rules", "", "", tuple(read.rules())),
        Kept("defaults", "", "", tuple(read.defaults())),
        Kept("prices", "", "", tuple(read.prices())),
    )


def compared(before: Iterable[Kept], after: Iterable[Kept]) -> tuple[Section, ...]:
    """What is not the same in two snapshots, by section."""
    old = {(kept.sort, kept.group): kept for kept in before}
    new = {(kept.sort, kept.group): kept for kept in after}
    sections = []
    for sort in SORTS:
        for key in dict.fromkeys(key for key in (*old, *new) if key[0] == sort):
            titled = new.get(key) or old[key]
            of_both = [kept[key].things if key in kept else () for kept in (old, new)]
            sections.append(section(sort, titled.title, *of_both))
    return tuple(one for one in sections if one.differences)


def section(sort: str, title: str, old: Iterable[Thing], new: Iterable[Thing]) -> Section:
    """What is not the same in both; `new` says in which order."""
    before = {thing.code: thing for thing in old}
    after = {thing.code: thing for thing in new}
    found = []
    for code, thing in after.items():
        if code not in before:
            found.append(Difference(ADDED, code, thing.name, _changes({}, thing.facts)))
        elif facts := _changes(before[code].facts, thing.facts):
            found.append(Difference(CHANGED, code, thing.name, facts))
    found += [
        Difference(REMOVED, code, thing.name, ())
        for code, thing in before.items()
        if code not in after
    ]
    moved = _moved([code for code in before if code in after], [c for c in after if c in before])
    if sort in ORDERED and moved:
        told = (FactChange("order", _stretch(moved[0]), _stretch(moved[1])),)
        found.append(Difference(CHANGED, "", "", told))
    return Section(sort, title, tuple(found))


def _stretch(codes: Sequence[str]) -> str:
    return " · ".join([*codes[:MOST_NAMED], *(["…"] if len(codes) > MOST_NAMED else [])])


def _moved(old: Sequence[str], new: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """The stretch of codes that is in another order, before and after."""
    if list(old) == list(new):
        return None
    different = [i for i, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
    stretch = slice(different[0], different[-1] + 1)
    return list(old[stretch]), list(new[stretch])


def _changes(old: Facts, new: Facts) -> tuple[FactChange, ...]:
    return tuple(
        FactChange(name, old.get(name, NOTHING), new.get(name, NOTHING))
        for name in {**new, **old}
        if old.get(name, NOTHING) != new.get(name, NOTHING)
    )


class _Version:
    """The things of a version with their facts in words."""

    def __init__(self, version: ModelVersion, rule_text: RuleText, value_text: ValueText) -> None:
        self._version = version
        self._rule_text = rule_text
        self._value_text = value_text
        self._groups = list(
            OptionGroup.objects.filter(version=version).select_related("quantity_for")
        )
        self.group_names = {group.code: group.name for group in self._groups}
        rows = Option.objects.filter(group__version=version).order_by("position", "pk")
        self._options: dict[int, list[Option]] = {}
        for row in rows:
            self._options.setdefault(row.group_id, []).append(row)

    def groups(self) -> list[Thing]:
        return [
            Thing(
                group.code,
                group.name,
                {
                    "name": group.name,
                    "quantity of": group.quantity_for.name if group.quantity_for else NOTHING,
                },
            )
            for group in self._groups
        ]

    def options(self) -> dict[str, list[Thing]]:
        """By the code of their group."""
        return {
            group.code: [self._option(row) for row in self._options.get(group.pk, [])]
            for group in self._groups
        }

    def _option(self, row: Option) -> Thing:
        own = {"name": row.name, "facts": row.facts, "part number": row.part_number}
        if row.is_service:
            own["service"] = "yes"
        values = {name: self._value_text(value) for name, value in row.attributes.items()}
        return Thing(row.code, row.name, {**own, **attribute_facts(values, own)})

    def rules(self) -> list[Thing]:
        return [
            Thing(
                rule.code,
                rule.name,
                {
                    "name": rule.name,
                    "severity": rule.severity,
                    "sentence": rule.sentence,
                    "condition": self._rule_text(rule),
                },
            )
            for rule in Rule.objects.filter(version=self._version)
        ]

    def defaults(self) -> list[Thing]:
        names = {
            (group.code, row.code): row.name
            for group in self._groups
            for row in self._options.get(group.pk, [])
        }
        return [
            Thing(
                group,
                self.group_names.get(group, group),
                {"default": names.get((group, option), option)},
            )
            for group, option in self._version.defaults.items()
        ]

    def prices(self) -> list[Thing]:
        """Of the newest list: the base, then the options."""
        prices = newest_price_list(self._version)
        if prices is None:
            return []
        bases = ModelPrice.objects.filter(price_list=prices).values_list("amount_minor", flat=True)
        told = [Thing("base", "", {"price": _money(base, prices.currency)}) for base in bases]
        rows = OptionPrice.objects.filter(price_list=prices).order_by(
            "option__group__position", "option__position", "pk"
        )
        for group, code, name, amount in rows.values_list(
            "option__group__code", "option__code", "option__name", "amount_minor"
        ):
            facts = {"price": _money(amount, prices.currency)}
            told.append(Thing(f"{group}.{code}", name, facts))
        return told


def attribute_facts(values: Facts, own: Facts) -> Facts:
    """Attributes beside an option's own facts: told apart where they have the same name."""
    return {f"attribute {name}" if name in own else name: text for name, text in values.items()}


def _money(minor: int, currency: str) -> str:
    return Money(minor, currency).format()
