"""Keep one choice, and let go of as few others as possible so that it can be had."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from configurator.engine.compiled import Compiled, compile_model
from configurator.engine.errors import ImpossibleOption, InconsistentModel
from configurator.engine.evaluate import completed
from configurator.engine.nodes import Model
from configurator.engine.price import PriceBook, total_minor


@dataclass(frozen=True, slots=True)
class Repair:
    """A proposal; nothing is changed by making it.

    `choices` are the new explicit choices, oldest first, the kept one last. `changed` lists
    (group, old option, new option) of the complete configurations, in model order; what was
    there before is the evaluated configuration, or, where the old choices contradicted each
    other, those choices over the defaults. `delta_minor` is the difference in price.
    """

    choices: Mapping[str, str]
    dropped: tuple[str, ...]
    chosen: Mapping[str, str]
    changed: tuple[tuple[str, str, str], ...]
    delta_minor: int | None


def repair(
    model: Model,
    choices: Mapping[str, str],
    *,
    keep: tuple[str, str],
    book: PriceBook | None = None,
    before: Mapping[str, str] | None = None,
) -> Repair:
    """Make room for `keep` = (group, option) by dropping the fewest explicit choices.

    Of equally few, older choices are dropped before newer ones. `before` is what `evaluate` made
    of the choices, where the caller knows it. Raises UnknownGroup,
    UnknownOption, ImpossibleOption when no configuration has the option at all, and
    InconsistentModel when there is no configuration.
    """
    compiled = compile_model(model)
    group, option = keep
    compiled.classed.locate(group, option)
    others = {code: chosen for code, chosen in choices.items() if code != group}
    dropped = fewest_drops(compiled, others, keep)
    new = {code: chosen for code, chosen in others.items() if code not in dropped}
    new[group] = option
    chosen = completed(model, new, book=book)
    before = before or completed(model, choices, book=book) or {**model.defaults, **choices}
    changed = tuple(
        (g.code, before[g.code], chosen[g.code])
        for g in model.groups
        if before[g.code] != chosen[g.code]
    )
    delta = None
    if book is not None:
        delta = total_minor(model, chosen, book) - total_minor(model, before, book)
    return Repair(new, dropped, chosen, changed, delta)


def fewest_drops(
    compiled: Compiled, others: Mapping[str, str], keep: tuple[str, str] | None = None
) -> tuple[str, ...]:
    """The groups to drop so that the rest of the choices, and `keep`, can be had; oldest first.

    Every conflict found must lose one choice: the smallest set that hits all conflicts so far
    is tried until it works. It is then smallest of all, because a set that works hits them all.
    Raises ImpossibleOption and InconsistentModel.
    """
    kept = [] if keep is None else [_literal(compiled, *keep)]
    codes = list(others)
    literals = [_literal(compiled, code, option) for code, option in others.items()]
    place = {literal: index for index, literal in enumerate(literals)}
    conflicts: list[frozenset[int]] = []
    while True:
        drops = _smallest_hit(conflicts)
        assumed = [other for index, other in enumerate(literals) if index not in drops]
        core = compiled.solver.core([*kept, *assumed])
        if core is None:
            return tuple(codes[index] for index in sorted(drops))
        conflicts.append(frozenset(place[other] for other in core if other in place))
        if not conflicts[-1]:
            if keep is None or not compiled.solver.is_satisfiable([]):
                raise InconsistentModel(f"the rules of {compiled.model.code} allow nothing")
            raise ImpossibleOption(f"no configuration of {compiled.model.code} has {keep[1]!r}")


def _literal(compiled: Compiled, group: str, option: str) -> int:
    position, index = compiled.classed.locate(group, option)
    number = compiled.classed.groups[position].class_of[index]
    return compiled.cnf.class_literal(position, number)


def _smallest_hit(conflicts: Sequence[frozenset[int]]) -> frozenset[int]:
    """The smallest set with a member of every conflict; of those, the one of oldest members."""
    size = 0
    while True:
        hits = _hits(conflicts, frozenset(), size)
        if hits:
            # Compare from the newest down, so that the newest choices are kept first.
            return min(hits, key=lambda hit: sorted(hit, reverse=True))
        size += 1


def _hits(
    conflicts: Sequence[frozenset[int]], chosen: frozenset[int], size: int
) -> set[frozenset[int]]:
    missed = next((c for c in conflicts if not c & chosen), None)
    if missed is None:
        return {chosen}
    if len(chosen) == size:
        return set()
    return set().union(*(_hits(conflicts, chosen | {member}, size) for member in missed))
