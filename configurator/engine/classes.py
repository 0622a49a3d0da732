"""Options that no blocking rule can tell apart form one class: validity is decided per class.

A rule that names options by their code tells apart the options that it names, and no others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from configurator.engine.atoms import Atom, LinearAtom, MatchAtom, atoms_of
from configurator.engine.errors import UnknownGroup, UnknownOption
from configurator.engine.nodes import CODE, Group, Model, Option, Ref, Rule, Value
from configurator.engine.references import COUNT

type Look = tuple[tuple[type, Value], ...]  # with types, because True is not 1


@dataclass(frozen=True)
class ClassedGroup:
    """A group with its options collapsed to classes, numbered in order of appearance.

    `class_of[i]` is the class of option i; `members[c]` lists the options of class c. `named` are
    the codes of the options that rules name.
    """

    group: Group
    class_of: tuple[int, ...]
    members: tuple[tuple[int, ...], ...]
    named: frozenset[str] = frozenset()

    @property
    def size(self) -> int:
        return len(self.members)

    @property
    def everything(self) -> int:
        """The bit mask of all classes."""
        return (1 << len(self.members)) - 1

    @cached_property
    def index_of(self) -> Mapping[str, int]:
        """Option code → position in the group."""
        return {option.code: index for index, option in enumerate(self.group.options)}

    def specimen(self, number: int) -> Option:
        """An option of the class; all of them look the same to the rules."""
        return self.group.options[self.members[number][0]]

    def look(self, number: int, attributes: Iterable[str]) -> Look:
        """What rules can tell of the class by these attributes: equal for those alike."""
        return _look(self.specimen(number), attributes, self.named)


@dataclass(frozen=True)
class ClassedModel:
    """A model seen by its rules: groups by position, options by class, rules as atoms."""

    model: Model
    groups: tuple[ClassedGroup, ...]
    rules: tuple[tuple[Rule, tuple[Atom, ...]], ...]  # the blocking ones, in model order

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Group code → position."""
        return {classed.group.code: index for index, classed in enumerate(self.groups)}

    @cached_property
    def defaults(self) -> tuple[int, ...]:
        """The default option's position in each group."""
        return tuple(
            classed.index_of[self.model.defaults[classed.group.code]] for classed in self.groups
        )

    def locate(self, group: str, option: str) -> tuple[int, int]:
        """Positions of a group and of an option in it. Raises UnknownGroup, UnknownOption."""
        if group not in self.position:
            raise UnknownGroup(f"{self.model.code} has no group {group!r}")
        position = self.position[group]
        if option not in self.groups[position].index_of:
            raise UnknownOption(f"{group} has no option {option!r}")
        return position, self.groups[position].index_of[option]

    def locate_all(self, choices: Mapping[str, str]) -> dict[int, int]:
        """Group position → option position, in the order of the choices."""
        return dict(self.locate(group, option) for group, option in choices.items())

    def classes(self, options: Mapping[int, int]) -> dict[int, int]:
        """Group position → class, from group position → option position."""
        return {g: self.groups[g].class_of[option] for g, option in options.items()}

    def reader(self, chosen: Sequence[int], groups: Sequence[int]) -> "ClassReader":
        """Reads attributes of the classes `chosen` in `groups` (positions)."""
        return ClassReader(
            {
                self.groups[g].group.code: self.groups[g].specimen(number)
                for g, number in zip(groups, chosen, strict=True)
            }
        )


@dataclass(frozen=True, slots=True)
class ClassReader:
    """Answers `Ref`s from a handful of chosen options, by group code."""

    options: Mapping[str, Option]

    def __call__(self, ref: Ref) -> Value:
        return self.options[ref.group].value(ref.attribute)


def classify(model: Model) -> ClassedModel:
    """Collapse every group by the attributes that blocking rules read."""
    rules = tuple((rule, atoms_of(rule)) for rule in model.rules if rule.severity == "block")
    read: dict[str, set[str]] = {group.code: set() for group in model.groups}
    for _, atoms in rules:
        for atom in atoms:
            for ref in atom.refs:
                read[ref.group].add(ref.attribute)
    named = _named_options(model, [atom for _, atoms in rules for atom in atoms])
    groups = []
    for group in model.groups:
        attributes = read[group.code]
        if group.quantity_for is not None:
            # Prices tell counts apart even where no rule does.
            attributes = attributes | {COUNT}
        groups.append(_collapse(group, tuple(sorted(attributes)), frozenset(named[group.code])))
    return ClassedModel(model, tuple(groups), rules)


def _named_options(model: Model, atoms: Iterable[Atom]) -> dict[str, set[str]]:
    """Group code → codes that its options' own codes are compared with."""
    named: dict[str, set[str]] = {group.code: set() for group in model.groups}
    for atom in atoms:
        if isinstance(atom, LinearAtom):
            continue
        if isinstance(atom, MatchAtom):
            sides = [(atom.left, atom.right)]
            if isinstance(atom.right, Ref):
                sides.append((atom.right, atom.left))
        else:
            sides = [(ref, row[at]) for at, ref in enumerate(atom.refs) for row in atom.rows]
        for ref, other in sides:
            if ref.attribute == CODE:
                named[ref.group] |= _texts(model, other)
    return named


def _texts(model: Model, side: Ref | Value) -> set[str]:
    """Every text that one side of a comparison can be, or have as a member."""
    if isinstance(side, Ref):
        options = model.options_by_code[side.group].values()
        return set().union(*(_texts(model, option.value(side.attribute)) for option in options))
    if isinstance(side, tuple):
        return set(side)
    return {side} if isinstance(side, str) else set()


def _look(option: Option, attributes: Iterable[str], named: frozenset[str]) -> Look:
    return tuple(
        (type(value), value)
        for value in (
            option.value(name) if name != CODE or option.code in named else None
            for name in attributes
        )
    )


def _collapse(group: Group, attributes: tuple[str, ...], named: frozenset[str]) -> ClassedGroup:
    numbers: dict[Look, int] = {}
    class_of = []
    members: list[list[int]] = []
    for index, option in enumerate(group.options):
        number = numbers.setdefault(_look(option, attributes, named), len(numbers))
        if number == len(members):
            members.append([])
        members[number].append(index)
        class_of.append(number)
    return ClassedGroup(group, tuple(class_of), tuple(tuple(m) for m in members), named)
