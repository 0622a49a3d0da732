"""Keep one choice, and let go of as few others as possible so that it can be had."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from configurator.engine.compiled import Compiled, compile_model
from configurator.engine.errors import ImpossibleOption, InconsistentModel
from configurator.engine.evaluate import completed
from configurator.engine.nodes import Model
from configurator.engine.price import PriceBook, total_minor

MOST_WAYS = 8  # sets of drops whose prices are compared; there are seldom two


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

    Of equally few, those are dropped that move the price least; without prices, and where it
    moves equally, older choices before newer ones. `before` is what `evaluate` made of the
    choices, where the caller knows it. Raises UnknownGroup, UnknownOption, ImpossibleOption when
    no configuration has the option at all, and InconsistentModel when there is no configuration.
    """
    compiled = compile_model(model)
    group, option = keep
    compiled.classed.locate(group, option)
    others = {code: chosen for code, chosen in choices.items() if code != group}
    before = before or completed(model, choices, book=book) or {**model.defaults, **choices}
    ways = islice(smallest_drops(compiled, others, keep), 1 if book is None else MOST_WAYS)
    proposals = []
    for dropped in ways:
        new = {code: chosen for code, chosen in others.items() if code not in dropped}
        proposals.append(_proposal(model, {**new, group: option}, dropped, before, book))
    return min(proposals, key=_moves)  # the first of equals


def _proposal(
    model: Model,
    choices: Mapping[str, str],
    dropped: tuple[str, ...],
    before: Mapping[str, str],
    book: PriceBook | None,
) -> Repair:
    chosen = completed(model, choices, book=book)
    changed = tuple(
        (g.code, before[g.code], chosen[g.code])
        for g in model.groups
        if before[g.code] != chosen[g.code]
    )
    delta = None
    if book is not None:
        delta = total_minor(model, chosen, book) - total_minor(model, before, book)
    return Repair(choices, dropped, chosen, changed, delta)


def _moves(proposal: Repair) -> tuple[int, int]:
    """How far it moves the price; of two that move it equally far, the cheaper one."""
    delta = proposal.delta_minor or 0
    return abs(delta), delta


def fewest_drops(
    compiled: Compiled, others: Mapping[str, str], keep: tuple[str, str] | None = None
) -> tuple[str, ...]:
    """The groups to drop so that the rest of the choices, and `keep`, can be had; oldest first.

    Raises ImpossibleOption and InconsistentModel.
    """
    return next(smallest_drops(compiled, others, keep))


def smallest_drops(
    compiled: Compiled, others: Mapping[str, str], keep: tuple[str, str] | None = None
) -> Iterator[tuple[str, ...]]:
    """Every smallest set that `fewest_drops` could name, those that keep the newest first.

    Every conflict found must lose one choice: the smallest sets that hit all conflicts so far
    are tried until one works. It is then smallest of all, because a set that works hits them all.
    """
    kept = [] if keep is None else [_literal(compiled, *keep)]
    codes = list(others)
    literals = [_literal(compiled, code, option) for code, option in others.items()]
    place = {literal: index for index, literal in enumerate(literals)}
    conflicts: list[frozenset[int]] = []
    working: set[frozenset[int]] = set()
    while untried := [hit for hit in _smallest_hits(conflicts) if hit not in working]:
        drops = untried[0]
        assumed = [other for index, other in enumerate(literals) if index not in drops]
        core = compiled.solver.core([*kept, *assumed])
        if core is None:
            working.add(drops)
            yield tuple(codes[index] for index in sorted(drops))
            continue
        conflicts.append(frozenset(place[other] for other in core if other in place))
        if not conflicts[-1]:
            if keep is None or compiled.is_void:
                raise InconsistentModel(f"the rules of {compiled.model.code} allow nothing")
            raise ImpossibleOption(f"no configuration of {compiled.model.code} has {keep[1]!r}")


def _literal(compiled: Compiled, group: str, option: str) -> int:
    position, index = compiled.classed.locate(group, option)
    number = compiled.classed.groups[position].class_of[index]
    return compiled.cnf.class_literal(position, number)


def _smallest_hits(conflicts: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    """The smallest sets with a member of every conflict, those of older members first."""
    size = 0
    while not (hits := _hits(conflicts, frozenset(), size)):
        size += 1
    # Compared from the newest down, so that the newest choices are kept first.
    return sorted(hits, key=lambda hit: sorted(hit, reverse=True))


def _hits(
    conflicts: Sequence[frozenset[int]], chosen: frozenset[int], size: int
) -> set[frozenset[int]]:
    missed = next((c for c in conflicts if not c & chosen), None)
    if missed is None:
        return {chosen}
    if len(chosen) == size:
        return set()
    return set().union(*(_hits(conflicts, chosen | {member}, size) for member in missed))
