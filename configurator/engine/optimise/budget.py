"""Within a budget: as little changed as possible, and then as much of the budget used as possible.

How few changes can be enough is told from below by prices that also charge for every change
(a Lagrange multiplier): their least sum bounds what any number of changes can save. Then sets of
changes are tried by their number, `closest` looking for the total nearest to the budget.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from configurator.engine.nearest import TooHard
from configurator.engine.nodes import Model
from configurator.engine.optimise.cheapest import least_charged, least_total
from configurator.engine.optimise.closest import Closest
from configurator.engine.optimise.question import Proposal, Question, question
from configurator.engine.optimise.sets import Charge, Sets
from configurator.engine.price import PriceBook


def within_budget(
    model: Model, choices: Mapping[str, str], *, book: PriceBook, budget_minor: int
) -> Proposal:
    """The fewest changes that bring the total down to the budget, explicit choices kept.

    Of equally few it is the one whose total is closest to the budget. A total that is within
    the budget already is left alone. Where no configuration is, the proposal is the cheapest one
    and `fits` is false. Raises what `cheapest` raises.
    """
    asked = question(model, choices, book)
    if asked.current_total <= budget_minor:
        return asked.proposal(asked.current, is_exact=True)
    lowest = least_total(asked)
    cheapest = _Point.of(asked, lowest.options)
    if cheapest.total > budget_minor:
        return asked.proposal(lowest.options, is_exact=lowest.is_exact, fits=False)
    fewest, enough, charge = _bracket(asked, cheapest, budget_minor)
    sets, closest = Sets(asked, charge, budget_minor), Closest(asked, budget_minor)
    is_exact = True
    try:
        for changes in range(fewest, enough.changes + 1):
            for groups in sets.of_size(changes):
                closest.look(groups)
                if closest.is_met:
                    break
            if closest.found is not None:
                break
    except TooHard:
        is_exact = False
        enough = _fewer(asked, enough, budget_minor)
    return asked.proposal(_better(asked, closest, enough).options, is_exact=is_exact)


@dataclass(frozen=True, slots=True)
class _Point:
    """A configuration by what matters here."""

    changes: int
    total: int
    options: tuple[int, ...]

    @classmethod
    def of(cls, asked: Question, options: tuple[int, ...]) -> "_Point":
        changes = sum(old != new for old, new in zip(asked.current, options, strict=True))
        return cls(changes, asked.costs.total(options), options)


def _better(asked: Question, closest: Closest, best: _Point) -> _Point:
    if closest.found is None:
        return best
    found = _Point.of(asked, closest.found)
    return min(found, best, key=lambda point: (point.changes, -point.total))


def _fewer(asked: Question, point: _Point, budget: int) -> _Point:
    """The configuration with each change taken back that neither rules nor the budget need."""
    compiled = asked.compiled
    options = list(point.options)
    classes = [compiled.classed.groups[g].class_of[option] for g, option in enumerate(options)]
    for g, old in enumerate(asked.current):
        new, number = options[g], classes[g]
        options[g], classes[g] = old, compiled.classed.groups[g].class_of[old]
        is_broken = any(compiled.rules[i].is_broken(classes) for i in compiled.rules_of[g])
        if is_broken or asked.costs.total(options) > budget:
            options[g], classes[g] = new, number
    return _Point.of(asked, tuple(options))


def _bracket(asked: Question, cheapest: _Point, budget: int) -> tuple[int, _Point, Charge]:
    """(no fewer changes can be enough, a configuration within the budget, the charge that says so).

    Walks along the lower hull of (changes, least total) to its edge above the budget: what lies
    under that edge does not exist.
    """
    base = asked.costs.base
    above, below = _Point(0, asked.current_total, asked.current), cheapest
    while True:
        charge = Charge(below.changes - above.changes, above.total - below.total)
        edge = charge.of(below.total - base, below.changes)
        found = least_charged(asked, charge.span, charge.drop, below.options)
        if not found.is_exact:
            return 1, below, charge
        if found.cost == edge:
            # charge.of(total, changes) ≥ edge for all, and the total is to be within the budget
            return -((charge.of(budget - base, 0) - edge) // charge.drop), below, charge
        point = _Point.of(asked, found.options)
        if point.total <= budget:
            below = point
        else:
            above = point
