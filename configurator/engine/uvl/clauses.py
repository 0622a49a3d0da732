"""Formulas as clauses: alternatives of options, and at most one sum in each.

Multiplying out could make more clauses than anyone can read or compute with. Where it would, a
part gets a helper: a group of its own that is "yes" exactly where the part holds, so that no
variant is lost or counted twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from configurator.engine.uvl.amounts import Amount, Arithmetic, Linear, masked
from configurator.engine.uvl.drafts import IS_ON, NO, YES, Codes, Draft, Presence
from configurator.engine.uvl.errors import UvlError, shown
from configurator.engine.uvl.nodes import Chain, Named, Node, Not, Pair
from configurator.engine.uvl.shape import Shape

MOST_CLAUSES = 24  # from one alternative of formulas
HELPER = "helper"
MINUS = Fraction(-1)


@dataclass(frozen=True, slots=True)
class Clause:
    """One of the groups has an option of its mask, or one of the sums holds."""

    masks: Mapping[int, int] = field(default_factory=dict)
    amounts: tuple[Amount, ...] = ()

    def key(self) -> tuple[object, ...]:
        """What makes it equal to another."""
        return tuple(sorted(self.masks.items())), frozenset(self.amounts)


type Clauses = list[Clause]  # all of them hold

NEVER: Clauses = [Clause()]  # no alternative is left


class Clausing:
    """Turns the formulas of one file into clauses over its groups."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self.arithmetic = Arithmetic(shape)
        self._codes = Codes(draft.code for draft in shape.drafts)
        self._helpers: dict[object, int] = {}
        self.definitions: Clauses = []  # of helpers

    def clauses(self, node: Node) -> Clauses:
        """The clauses of a formula. Raises UvlError."""
        return self.settled(self._clauses(node, holds=True))

    def present(self, presence: Presence, *, holds: bool) -> Clauses:
        """A feature is there, or is not."""
        if presence.group is None:
            return [] if holds else NEVER
        everything = self._shape.drafts[presence.group].everything
        mask = presence.mask if holds else everything ^ presence.mask
        return _of_mask(presence.group, mask, self._shape.drafts)

    def settled(self, clauses: Clauses) -> Clauses:
        """Without repeats, and with helpers for all but one of the sums in a clause."""
        settled: dict[object, Clause] = {}
        for clause in clauses:
            masks = dict(clause.masks)
            for amount in clause.amounts[1:]:
                g = self._helper(
                    amount, [Clause(amounts=(amount,))], [Clause(amounts=(amount.negated(),))]
                )
                masks[g] = masks.get(g, 0) | 1
            made = Clause(masks, clause.amounts[:1])
            settled.setdefault(made.key(), made)
        return list(settled.values())

    def _clauses(self, node: Node, *, holds: bool) -> Clauses:
        match node:
            case Not():
                clauses = self._clauses(node.formula, holds=not holds)
            case Named():
                clauses = self.present(self._presence(node), holds=holds)
            case Chain() if node.operators[0] in {"&", "|"}:
                parts = [(item, holds) for item in node.items]
                is_every = (node.operators[0] == "&") == holds
                clauses = self._every(parts) if is_every else self._either(parts)
            case Pair() if node.operator == "=>":
                parts = [(node.left, not holds), (node.right, holds)]
                clauses = self._either(parts) if holds else self._every(parts)
            case Pair() if node.operator == "<=>":
                clauses = self._same(node, holds=holds)
            case Pair():
                clauses = self._compared(node, holds=holds)
            case _:
                raise UvlError("expected something that holds or not", node.at)
        return clauses

    def _every(self, formulas: Sequence[tuple[Node, bool]]) -> Clauses:
        """All of the formulas hold, or do not, as told beside them."""
        return [c for node, holds in formulas for c in self._clauses(node, holds=holds)]

    def _presence(self, node: Named) -> Presence:
        """Where a feature is there, or where an attribute of it is true."""
        name, *path = node.parts
        if name not in self._shape.features:
            raise UvlError(f"there is no feature {shown(name)}", node.at)
        if not path:
            return self._shape.presence[name]
        value = self._shape.features[name].attributes.get(".".join(path))
        if not isinstance(value, bool):
            raise UvlError(f"{shown('.'.join(node.parts))} is not true or false", node.at)
        # What is false is false wherever the feature is.
        return self._shape.presence[name] if value else Presence(0, 0)

    def _compared(self, node: Pair, *, holds: bool) -> Clauses:
        difference = self.arithmetic.linear(node.left).plus(
            self.arithmetic.linear(node.right), MINUS
        )
        at_most = difference.at_most_zero()
        at_least = Linear().plus(difference, MINUS).at_most_zero()
        one_sided = {
            "<=": at_most,
            ">=": at_least,
            ">": at_most.negated(),
            "<": at_least.negated(),
        }
        if node.operator in one_sided:
            amount = one_sided[node.operator]
            return self.amounts(amount if holds else amount.negated())
        if (node.operator == "==") == holds:
            return [*self.amounts(at_most), *self.amounts(at_least)]
        return self.multiplied(self.amounts(at_most.negated()), self.amounts(at_least.negated()))

    def amounts(self, amount: Amount) -> Clauses:
        """The sum holds."""
        simple = masked(amount, self._shape.drafts)
        if simple is None:
            return [Clause(amounts=(amount,))]
        g, mask = simple
        if g is None:
            return [] if mask else NEVER
        return _of_mask(g, mask, self._shape.drafts)

    def _either(self, formulas: Sequence[tuple[Node, bool]]) -> Clauses:
        """At least one of the formulas holds, or does not, as told beside it."""
        parts, size = [], 1
        for node, holds in formulas:
            part = self._clauses(node, holds=holds)
            if size > 1 and size * len(part) > MOST_CLAUSES:
                part = self._named(node, holds=holds)
            size *= len(part)
            parts.append(part)
        return self.either(parts)

    def either(self, parts: Iterable[Clauses]) -> Clauses:
        """At least one of the formulas holds."""
        masks: dict[int, int] = {}
        amounts: dict[Amount, None] = {}
        longer = []
        for part in parts:
            if len(part) != 1:
                longer.append(part)
                continue
            for g, mask in part[0].masks.items():
                masks[g] = masks.get(g, 0) | mask
                if masks[g] == self._shape.drafts[g].everything:
                    return []
            amounts |= dict.fromkeys(part[0].amounts)
        result = [Clause(masks, tuple(amounts))]
        for part in longer:
            result = self.multiplied(result, part)
        return result

    def _same(self, node: Pair, *, holds: bool) -> Clauses:
        """Both sides hold or neither does. Each side enters twice, so a large one is named."""
        left, right = (self._operand(side) for side in (node.left, node.right))
        pairs = ((left[False], right[holds]), (left[True], right[not holds]))
        return [clause for one, other in pairs for clause in self.multiplied(one, other)]

    def _operand(self, node: Node) -> dict[bool, Clauses]:
        if not isinstance(node, Pair) or node.operator != "<=>":
            both = {holds: self._clauses(node, holds=holds) for holds in (True, False)}
            if max(len(both[True]), len(both[False])) ** 2 <= MOST_CLAUSES:
                return both
        return {holds: self._named(node, holds=holds) for holds in (True, False)}

    def _named(self, node: Node, *, holds: bool) -> Clauses:
        g = self._helpers.get(id(node))
        if g is None:
            g = self._helper(
                id(node), self._clauses(node, holds=True), self._clauses(node, holds=False)
            )
        return self.present(Presence(g, 1), holds=holds)

    def _helper(self, key: object, holds: Clauses, fails: Clauses) -> int:
        """A new group that is "yes" where the first clauses hold, "no" where the second do."""
        if key in self._helpers:
            return self._helpers[key]
        g = self._helpers[key] = len(self._shape.drafts)
        code = self._codes.take(HELPER)
        draft = Draft(code, f"Helper {g}", [None, None], is_feature=True, default=1)
        draft.codes, draft.names = [YES, NO], ["Yes", "No"]
        draft.attributes = [{IS_ON: True}, {IS_ON: False}]
        self._shape.drafts.append(draft)
        for mask, clauses in ((2, holds), (1, fails)):
            self.definitions += self.settled(self.multiplied([Clause({g: mask})], clauses))
        return g

    def multiplied(self, one: Clauses, other: Clauses) -> Clauses:
        """One of two formulas: every clause of the first joined with every one of the second."""
        joined = (_joined(a, b, self._shape.drafts) for a in one for b in other)
        return [clause for clause in joined if clause is not None]


def _joined(one: Clause, other: Clause, drafts: Sequence[Draft]) -> Clause | None:
    """Both clauses as alternatives; None where that always holds."""
    masks = dict(one.masks)
    for g, mask in other.masks.items():
        masks[g] = masks.get(g, 0) | mask
        if masks[g] == drafts[g].everything:
            return None
    return Clause(masks, tuple(dict.fromkeys((*one.amounts, *other.amounts))))


def _of_mask(g: int, mask: int, drafts: Sequence[Draft]) -> Clauses:
    if mask == 0:
        return NEVER
    return [] if mask == drafts[g].everything else [Clause({g: mask})]


def spelled_out(clause: Clause, drafts: Sequence[Draft]) -> Clauses:
    """The clause; where it has no alternative, what no choice of the first group keeps."""
    if clause.masks or clause.amounts:
        return [clause]
    everything = drafts[0].everything
    masks = (0,) if everything == 1 else (1, everything ^ 1)
    return [Clause({0: mask}) for mask in masks]
