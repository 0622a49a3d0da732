"""Rules as UVL constraints: alternatives of options, and sums where sums are needed."""

from collections.abc import Callable, Sequence

from configurator.engine.atoms import Atom, LinearAtom, LinearTerm
from configurator.engine.classes import ClassedModel
from configurator.engine.nodes import Ref, Value
from configurator.engine.uvl.drafts import YES
from configurator.engine.uvl.spelling import Spelling, quoted

type Formula = str | bool  # True and False: whatever is chosen
type Test = Callable[[Value], bool]
type Cells = list[tuple[int, int]]  # (a class, the mask of the options like it)


class Constraints:
    """Writes the rules of one model."""

    def __init__(self, classed: ClassedModel, spelling: Spelling) -> None:
        self._classed = classed
        self._spelling = spelling

    def written(self, atoms: Sequence[Atom]) -> str | None:
        """One of the atoms is not false; None where that is always so."""
        masks: dict[int, int] = {}
        parts: list[Formula] = []
        for atom in atoms:
            groups = self._groups(atom)
            if len(groups) == 1:
                masks[groups[0]] = masks.get(groups[0], 0) | self._allowed(atom, groups[0])
            elif isinstance(atom, LinearAtom) and groups:
                parts += [self._unknown(term) for term in atom.terms]
                parts.append(self._sum(atom))
            else:
                parts.append(self._tree(atom, groups, ()))
        formula = _either([*(self._among(g, mask) for g, mask in masks.items()), *parts])
        if formula is True:
            return None
        return formula or f"!{quoted(self._spelling.root)}"

    def _groups(self, atom: Atom) -> tuple[int, ...]:
        return tuple(dict.fromkeys(self._classed.position[ref.group] for ref in atom.refs))

    def _cells(self, atom: Atom, g: int) -> Cells:
        """The group's options in bundles that the atom cannot tell apart."""
        held = self._classed.groups[g]
        refs = [ref for ref in atom.refs if ref.group == held.group.code]
        bundles: dict[object, tuple[int, int]] = {}
        for number, members in enumerate(held.members):
            read = self._classed.reader((number,), (g,))
            values = tuple((type(read(ref)), read(ref)) for ref in refs)
            first, mask = bundles.get(values, (number, 0))
            bundles[values] = first, mask | sum(1 << option for option in members)
        return list(bundles.values())

    def _allowed(self, atom: Atom, g: int) -> int:
        """The mask of the options with which an atom over one group is not false."""
        read = self._classed.reader
        return sum(
            m for c, m in self._cells(atom, g) if atom.verdict(read((c,), (g,))) is not False
        )

    def _tree(self, atom: Atom, groups: tuple[int, ...], chosen: tuple[int, ...]) -> Formula:
        """What the other groups allow, once classes of the first ones are chosen."""
        if len(chosen) == len(groups):
            return atom.verdict(self._classed.reader(chosen, groups)) is not False
        g = groups[len(chosen)]
        alike: dict[Formula, int] = {}
        for number, mask in self._cells(atom, g):
            rest = self._tree(atom, groups, (*chosen, number))
            alike[rest] = alike.get(rest, 0) | mask
        if all(isinstance(rest, bool) for rest in alike):
            return self._among(g, alike.get(True, 0))
        everything = (1 << len(self._classed.groups[g].group.options)) - 1
        return _every(
            [
                self._among(g, everything ^ mask)
                if rest is False
                else _implies(self._among(g, mask), rest)
                for rest, mask in alike.items()
            ]
        )

    def _among(self, g: int, mask: int) -> Formula:
        """One of these options is chosen; said the shorter way."""
        group = self._classed.groups[g].group
        everything = (1 << len(group.options)) - 1
        if mask in {0, everything}:
            return mask == everything
        if self._spelling.option(group.code, group.options[0].code) is None:
            name = quoted(self._spelling.group(group.code))
            return name if group.options[mask.bit_length() - 1].code == YES else f"!{name}"
        rest = everything ^ mask
        is_long = rest.bit_count() < mask.bit_count()
        names = [
            quoted(self._spelling.option(group.code, option.code))
            for index, option in enumerate(group.options)
            if (rest if is_long else mask) >> index & 1
        ]
        chosen = names[0] if len(names) == 1 else f"({' | '.join(names)})"
        return f"!{chosen}" if is_long else chosen

    def _unknown(self, term: LinearTerm) -> Formula:
        """The term has no known amount, so that its rule passes."""
        if term.weight == 0:
            return False
        unknown = self._among(*self._where(term.ref, lambda value: value is None))
        if term.count is None:
            return unknown
        return _every([unknown, self._among(*self._where(term.count, lambda value: value != 0))])

    def _where(self, ref: Ref, test: Test) -> tuple[int, int]:
        g = self._classed.position[ref.group]
        options = self._classed.groups[g].group.options
        values = (option.attributes.get(ref.attribute) for option in options)
        return g, sum(1 << index for index, value in enumerate(values) if test(value))

    def _sum(self, atom: LinearAtom) -> str:
        """`Σ terms <= bound`, each term on the side where it is not negative."""
        sides: dict[bool, list[str]] = {True: [], False: []}
        for term in atom.terms:
            if term.weight:
                sides[term.weight > 0].append(self._term(term))
        if atom.bound:
            sides[atom.bound < 0].append(str(abs(atom.bound)))
        left, right = (" + ".join(sides[side]) or "0" for side in (True, False))
        return f"{left} <= {right}"

    def _term(self, term: LinearTerm) -> str:
        factors = [] if abs(term.weight) == 1 else [str(abs(term.weight))]
        for ref in (term.ref, term.count):
            if ref is not None:
                attribute = quoted(self._spelling.attribute(ref.attribute))
                factors.append(f"sum({attribute}, {quoted(self._spelling.group(ref.group))})")
        return " * ".join(factors)


def _either(parts: Sequence[Formula]) -> Formula:
    return _joined(" | ", parts, decisive=True)


def _every(parts: Sequence[Formula]) -> Formula:
    return _joined(" & ", parts, decisive=False)


def _joined(operator: str, parts: Sequence[Formula], *, decisive: bool) -> Formula:
    """One part that is `decisive` decides for all; parts that are the opposite say nothing."""
    if decisive in parts:
        return decisive
    known = list(dict.fromkeys(part for part in parts if isinstance(part, str)))
    if not known:
        return not decisive
    return known[0] if len(known) == 1 else operator.join(map(_wrapped, known))


def _implies(given: Formula, then: Formula) -> Formula:
    if given is False or then is True:
        return True
    if given is True:
        return then
    return f"{_wrapped(str(given))} => {_wrapped(str(then))}"


def _wrapped(formula: str) -> str:
    """In parentheses, unless it is a single word or a group of alternatives."""
    bare = formula.removeprefix("!")
    is_list = bare.startswith("(") and bare.endswith(")") and bare.count("(") == 1
    return formula if is_list or " " not in formula else f"({formula})"
