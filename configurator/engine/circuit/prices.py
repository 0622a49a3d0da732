"""The least total of a configuration with each option: the same pass, with prices as costs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from configurator.engine.circuit.answers import CircuitAnswers
from configurator.engine.circuit.leaves import Amounts
from configurator.engine.circuit.passes import BLOCKED, least_costs
from configurator.engine.classes import ClassedModel
from configurator.engine.costs import Costs
from configurator.engine.errors import EngineError

LARGEST_TOTAL = BLOCKED // 4


class TotalTooLarge(EngineError):
    """Prices add up to more than the arithmetic of a pass can hold."""

    code = "total_too_large"


@dataclass(frozen=True, slots=True)
class LeastTotals:
    """`options[g][o]`: the least total with option o of group g and the explicit choices of the
    other groups, in minor units; None where there is no such configuration.

    Where a sum was left out of the circuit (`is_exact` is false) the totals are lower bounds:
    the cheapest configuration may break that sum.
    """

    options: tuple[tuple[int | None, ...], ...]
    is_exact: bool


def least_totals(
    classed: ClassedModel, answers: CircuitAnswers, costs: Costs, explicit: Mapping[int, int]
) -> LeastTotals:
    """The least totals for explicit choices (group position → option position).

    Raises TotalTooLarge.
    """
    priced = _leaf_costs(classed, answers, costs, explicit)
    fixed = classed.classes(explicit)
    _, outside = least_costs(answers.circuit, answers.fix(priced, fixed))
    is_exact = answers.artefact.wide is None
    if not is_exact:
        outside = np.where(answers.flags(fixed), outside, BLOCKED)
    groups = range(len(classed.groups))
    return LeastTotals(
        tuple(_of_group(classed, answers, costs, outside, g) for g in groups), is_exact
    )


def _counts(classed: ClassedModel, answers: CircuitAnswers, costs: Costs, g: int) -> list[int]:
    """By count of the group's leaves: how often its price is paid."""
    if g in costs.target:  # a quantity has no price of its own
        return [0]
    quantity = answers.leaves.quantity[g]
    if quantity is None:
        return [1]
    # Counts are told apart by class, so a class has one count.
    return [costs.unit[quantity][members[0]] for members in classed.groups[quantity].members]


def _leaf_costs(
    classed: ClassedModel, answers: CircuitAnswers, costs: Costs, explicit: Mapping[int, int]
) -> Amounts:
    priced: list[int] = []
    largest = abs(costs.base)
    for g, held in enumerate(classed.groups):
        units, counts = costs.unit[g], _counts(classed, answers, costs, g)
        largest += max(map(abs, units)) * max(map(abs, counts))
        for members in held.members:
            offered = [explicit[g]] if explicit.get(g) in members else members
            least, most = min(units[o] for o in offered), max(units[o] for o in offered)
            priced += [min(least * count, most * count) for count in counts]
    if largest > LARGEST_TOTAL:
        raise TotalTooLarge(f"the prices of {classed.model.code} add up to more than 2^58")
    return np.array(priced, dtype=np.int64)


def _of_group(
    classed: ClassedModel, answers: CircuitAnswers, costs: Costs, outside: Amounts, g: int
) -> tuple[int | None, ...]:
    counts = np.array(_counts(classed, answers, costs, g), dtype=np.int64)
    rows = outside[answers.leaves.of_group(g)].reshape(-1, len(counts))
    rows = rows[list(classed.groups[g].class_of)]
    paid = rows + np.array(costs.unit[g], dtype=np.int64)[:, None] * counts
    least = np.where(rows >= BLOCKED, BLOCKED, paid).min(axis=1).tolist()
    return tuple(None if total >= BLOCKED else total + costs.base for total in least)
