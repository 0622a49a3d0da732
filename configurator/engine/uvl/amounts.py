"""Sums of attributes: a number for each option of each group, and one for everything.

A feature that is not there adds nothing. Numbers are exact fractions; `Amount` is whole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

from configurator.engine.uvl.drafts import Draft, Presence, count_of
from configurator.engine.uvl.errors import UvlError, shown
from configurator.engine.uvl.nodes import Aggregate, At, Chain, Named, Node, Number
from configurator.engine.uvl.shape import Shape, amount_in

type Column = tuple[Fraction, ...]  # by option of a group


@dataclass(frozen=True, slots=True)
class Amount:
    """`Σ columns + Σ products <= bound`, in whole numbers.

    `columns` has (group, number by option); `products` (group, quantity, number by option of the
    group), each times the quantity's count.
    """

    columns: tuple[tuple[int, tuple[int, ...]], ...]
    products: tuple[tuple[int, int, tuple[int, ...]], ...]
    bound: int

    def negated(self) -> "Amount":
        """What holds exactly where this does not."""
        return Amount(
            tuple((g, tuple(-n for n in column)) for g, column in self.columns),
            tuple((g, q, tuple(-n for n in column)) for g, q, column in self.products),
            -self.bound - 1,
        )


@dataclass(slots=True)
class Linear:
    """An expression: a constant, columns by group, and columns times the count of a quantity."""

    constant: Fraction = Fraction(0)
    columns: dict[int, Column] = field(default_factory=dict)
    products: dict[tuple[int, int], Column] = field(default_factory=dict)

    def plus(self, other: "Linear", times: Fraction = Fraction(1)) -> "Linear":
        """This and so many times the other."""
        return Linear(
            self.constant + times * other.constant,
            _merged(self.columns, other.columns, times),
            _merged(self.products, other.products, times),
        )

    def at_most_zero(self) -> Amount:
        """`self <= 0`, scaled to whole numbers; what is the same for all options is moved over."""
        constant, columns = self.constant, {}
        for g, column in self.columns.items():
            least = column[0] if len(set(column)) == 1 else Fraction(0)
            constant += least
            if least == 0 and any(column):
                columns[g] = column
        products = {key: column for key, column in self.products.items() if any(column)}
        every = [constant, *_flat(columns.values()), *_flat(products.values())]
        scale = lcm(*(number.denominator for number in every))
        return Amount(
            tuple((g, _scaled(column, scale)) for g, column in sorted(columns.items())),
            tuple((*key, _scaled(column, scale)) for key, column in sorted(products.items())),
            -int(constant * scale),
        )


def _merged[Key](
    one: dict[Key, Column], other: dict[Key, Column], times: Fraction
) -> dict[Key, Column]:
    merged = dict(one)
    for key, column in other.items():
        before = merged.get(key, (Fraction(0),) * len(column))
        merged[key] = tuple(a + times * b for a, b in zip(before, column, strict=True))
    return merged


def _flat(columns: Iterable[Column]) -> list[Fraction]:
    return [number for column in columns for number in column]


def _scaled(column: Column, scale: int) -> tuple[int, ...]:
    return tuple(int(number * scale) for number in column)


class Arithmetic:
    """Reads expressions over the attributes of a shape."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._below: dict[str, tuple[str, ...]] = {}

    def linear(self, node: Node) -> Linear:
        """The expression. Raises UvlError where it is none, or no sum."""
        if isinstance(node, Number):
            return Linear(node.value)
        if isinstance(node, Named):
            return self._attribute(node)
        if isinstance(node, Aggregate):
            return self._aggregate(node)
        if isinstance(node, Chain) and node.operators[0] == "+":
            total = Linear()
            for operator, item in zip(node.operators, node.items, strict=True):
                total = total.plus(self.linear(item), Fraction(1 if operator == "+" else -1))
            return total
        if isinstance(node, Chain) and node.operators[0] == "*":
            return self._product(node)
        raise UvlError("expected a number, an attribute or a sum of them", node.at)

    def present(self, name: str) -> Linear:
        """One where the feature is there, else nothing."""
        return self._of(self._shape.presence[name], Fraction(1))

    def _attribute(self, node: Named) -> Linear:
        name, *path = node.parts
        feature = self._shape.features.get(name)
        if feature is None:
            raise UvlError(f"there is no feature {shown(name)}", node.at)
        if not path:
            raise UvlError(f"{shown(name)} is a feature, not a number", node.at)
        value = amount_in(feature, ".".join(path))
        if value is None:
            raise UvlError(f"{shown(name)} has no number {shown('.'.join(path))}", node.at)
        return self._of(self._shape.presence[name], value)

    def _of(self, presence: Presence, value: Fraction) -> Linear:
        """The value where the feature is there, else nothing."""
        if presence.group is None:
            return Linear(value)
        size = self._shape.drafts[presence.group].size
        column = tuple(value if presence.mask >> c & 1 else Fraction(0) for c in range(size))
        return Linear(columns={presence.group: column})

    def _aggregate(self, node: Aggregate) -> Linear:
        if node.function != "sum":
            raise UvlError(f"{node.function}() is not supported", node.at)
        attribute, names = self._summed(node)
        columns: dict[int, list[Fraction]] = {}
        total = Linear()
        for name in names:
            value = amount_in(self._shape.features[name], attribute)
            if value is None:
                continue
            presence = self._shape.presence[name]
            if presence.group is None:
                total.constant += value
                continue
            size = self._shape.drafts[presence.group].size
            column = columns.setdefault(presence.group, [Fraction(0)] * size)
            for c in range(size):
                column[c] += value if presence.mask >> c & 1 else 0
        total.columns = {g: tuple(column) for g, column in columns.items()}
        return total

    def _summed(self, node: Aggregate) -> tuple[str, Iterable[str]]:
        """The attribute, and the features to sum it over: `sum(attribute, Feature)`.

        Tools disagree on the order of the two, so a feature's name decides.
        """
        names = [".".join(argument) for argument in node.arguments]
        if len(names) == 1:
            return names[0], self._shape.features
        if len(names) == 2:
            for feature, attribute in ((names[1], names[0]), (names[0], names[1])):
                if feature in self._shape.features:
                    return attribute, self._subtree(feature)
        raise UvlError("expected sum(attribute) or sum(attribute, Feature)", node.at)

    def _subtree(self, name: str) -> tuple[str, ...]:
        if name not in self._below:
            found, waiting = [], [self._shape.features[name]]
            while waiting:
                feature = waiting.pop()
                found.append(feature.name)
                waiting.extend(f for cluster in feature.clusters for f in cluster.features)
            self._below[name] = tuple(found)
        return self._below[name]

    def _product(self, node: Chain) -> Linear:
        total = Linear(Fraction(1))
        for operator, item in zip(node.operators, node.items, strict=True):
            factor = self.linear(item)
            if operator == "/":
                total = self._divided(total, factor, item.at)
            else:
                total = self._times(total, factor, item.at)
        return total

    def _divided(self, one: Linear, other: Linear, at: At) -> Linear:
        if other.columns or other.products:
            raise UvlError("division by something that can change is not supported", at)
        if other.constant == 0:
            raise UvlError("division by nothing", at)
        return Linear().plus(one, 1 / other.constant)

    def _times(self, one: Linear, other: Linear, at: At) -> Linear:
        for number, rest in ((one, other), (other, one)):
            if not (number.columns or number.products):
                return Linear().plus(rest, number.constant)
        groups = {*one.columns, *other.columns}
        if not (one.products or other.products):
            if len(groups) == 1:
                return self._pointwise(one, other, *groups)
            for quantity, rest in ((other, one), (one, other)):
                counted = self._counted(rest, quantity)
                if counted is not None:
                    return counted
        raise UvlError("a product of attributes of several features is not supported", at)

    def _pointwise(self, one: Linear, other: Linear, g: int) -> Linear:
        columns = (expression.columns[g] for expression in (one, other))
        first, second = columns
        return Linear(
            columns={
                g: tuple(
                    (one.constant + a) * (other.constant + b)
                    for a, b in zip(first, second, strict=True)
                )
            }
        )

    def _counted(self, rest: Linear, quantity: Linear) -> Linear | None:
        """One group's numbers times the count of a quantity group, if they are that."""
        if len(rest.columns) != 1 or len(quantity.columns) != 1 or quantity.constant:
            return None
        ((g, column),) = rest.columns.items()
        ((q, counts),) = quantity.columns.items()
        held = self._shape.drafts[q]
        known = count_of(held)
        if held.quantity_for is None or known is None or list(counts) != list(known):
            return None
        return Linear(products={(g, q): tuple(rest.constant + n for n in column)})


def masked(amount: Amount, drafts: Sequence[Draft]) -> tuple[int | None, int] | None:
    """(group, mask) of an amount over one group, (None, 0 or 1) of none; None for a real sum."""
    if amount.products or len(amount.columns) > 1:
        return None
    if not amount.columns:
        return None, int(amount.bound >= 0)
    ((g, column),) = amount.columns
    return g, sum(1 << c for c in range(drafts[g].size) if column[c] <= amount.bound)
