"""Which configurations can be ordered at all, asked of the configuration engine.

A question over a few options is put to the product model's solver: every combination of the
values that the question looks at is tried, and of those for which it holds, is one part of a valid
configuration? Options that look alike to the question are asked about together.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod

from configurator.engine.compiled import compile_model
from configurator.engine.ir import Model, Option
from production.bom.choices import Choice
from production.bom.errors import BillError
from production.bom.expression import GroupWords, Reference, Schema, kind_of_values
from production.bom.expression.nodes import Compare, Member, Node, Text, below

MOST_COMBINATIONS = 200_000  # about a second; a condition seldom has a hundred

type Choices = Mapping[str, Choice]


class TooManyCombinations(Exception):
    """A question looks at more values together than can be tried."""


class Unanswered(Exception):
    """In a configuration that can be ordered an expression has no answer."""

    def __init__(self, error: BillError, choices: Choices) -> None:
        super().__init__(error.what)
        self.what = error.what
        self.choices = choices


@dataclass(slots=True)
class Looks:
    """What a question looks at: attributes, codes of options, and whether there is a part.

    `named` are the codes that a group is compared with; a group in `whole` is looked at code by
    code, one in `brings` by whether its options bring a part, one in `parts` by which.
    """

    attributes: dict[str, set[str]] = field(default_factory=dict)
    named: dict[str, set[str]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    brings: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)

    @property
    def groups(self) -> list[str]:
        return sorted({*self.attributes, *self.named, *self.whole, *self.brings, *self.parts})

    def add(self, node: Node | None) -> None:
        """Look at all that an expression reads."""
        compared: set[int] = set()
        for one in () if node is None else below(node):
            if isinstance(one, Reference):
                if one.attribute:
                    self.attributes.setdefault(one.group, set()).add(one.attribute)
                elif id(one) not in compared:
                    self.whole.add(one.group)
                continue
            for reference, texts in _compared(one):
                compared.add(id(reference))
                self.named.setdefault(reference.group, set()).update(texts)


def _compared(node: Node) -> Iterator[tuple[Reference, list[str]]]:
    """The groups that a node compares with texts only, and the texts."""
    if isinstance(node, Compare):
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(side, Reference) and not side.attribute and isinstance(other, Text):
                yield side, [other.value]
    if isinstance(node, Member) and isinstance(node.of, tuple):
        texts = [one.value for one in node.of if isinstance(one, Text)]
        value = node.value
        if isinstance(value, Reference) and not value.attribute and len(texts) == len(node.of):
            yield value, texts


class Orderable:
    """What can be ordered of one product model. `part_numbers` are by group and option."""

    def __init__(self, model: Model, part_numbers: Mapping[tuple[str, str], str]) -> None:
        self.model = model
        self.part_numbers = part_numbers
        self._compiled = compile_model(model)

    @property
    def schema(self) -> Schema:
        """What expressions may speak of."""
        return Schema(
            {
                group.code: GroupWords(
                    frozenset(option.code for option in group.options),
                    {
                        name: kind_of_values(one.attributes.get(name) for one in group.options)
                        for name in {name for one in group.options for name in one.attributes}
                    },
                )
                for group in self.model.groups
            }
        )

    def parts_of(self, group: str) -> set[str]:
        """The part numbers that the options of a group bring."""
        return {number for (of, _), number in self.part_numbers.items() if of == group and number}

    def find(self, looks: Looks, holds: Callable[[Choices], bool]) -> Choices | None:
        """Choices that are part of a valid configuration and for which the question holds.

        Only of the groups that it looks at; None where there are none. Raises Unanswered where
        the question has no answer, TooManyCombinations, and KeyError for an unknown group.
        """
        cells = [self._cells(group, looks) for group in looks.groups]
        if prod(map(len, cells)) > MOST_COMBINATIONS:
            raise TooManyCombinations
        for combination in product(*cells):
            choices = dict(zip(looks.groups, (choice for choice, _ in combination), strict=True))
            try:
                is_asked, error = holds(choices), None
            except BillError as fault:
                is_asked, error = True, fault
            if is_asked and self._is_possible(classes for _, classes in combination):
                if error is not None:
                    raise Unanswered(error, choices)
                return choices
        return None

    def _cells(self, group: str, looks: Looks) -> list[tuple[Choice, list[int]]]:
        """Options that look alike as one of them, with the literals of all other classes."""
        position = self._compiled.classed.position[group]
        classed = self._compiled.classed.groups[position]
        cells: dict[object, tuple[Choice, set[int]]] = {}
        for index, option in enumerate(classed.group.options):
            choice = self._choice(group, option)
            look = self._look(choice, group, looks)
            _, classes = cells.setdefault(look, (choice, set()))
            classes.add(classed.class_of[index])
        literal = self._compiled.cnf.class_literal
        return [
            (choice, [-literal(position, c) for c in range(classed.size) if c not in classes])
            for choice, classes in cells.values()
        ]

    def _choice(self, group: str, option: Option) -> Choice:
        number = self.part_numbers.get((group, option.code), "")
        return Choice(option.code, number, option.attributes, option.name)

    @staticmethod
    def _look(choice: Choice, group: str, looks: Looks) -> object:
        values = [choice.attributes.get(name) for name in sorted(looks.attributes.get(group, ()))]
        is_named = group in looks.whole or choice.option in looks.named.get(group, ())
        return (
            tuple((type(value), value) for value in values),
            choice.option if is_named else None,
            choice.part_number if group in looks.parts else bool(choice.part_number),
        )

    def _is_possible(self, excluded: Iterable[Collection[int]]) -> bool:
        """Is there a valid configuration without any of these classes?

        A group has at least one class (see the engine's `cnf`), so one that is left is chosen.
        """
        return self._compiled.solver.is_satisfiable(
            [literal for literals in excluded for literal in literals]
        )
