"""The earliest machine: the one whose slowest part is there first."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from configurator.engine.circuit.leaves import Amounts, Flags
from configurator.engine.nodes import Model
from configurator.engine.optimise.leaf_costs import LeafCosts
from configurator.engine.optimise.least import exists, least
from configurator.engine.optimise.question import Proposal, Question, question
from configurator.engine.price import PriceBook

# (group code, option code, pieces) → working days until they are there: 0 in stock, None unknown.
type Days = Callable[[str, str, int], int | None]

UNKNOWN = 2**40  # longer than any known wait


def quickest(model: Model, choices: Mapping[str, str], *, book: PriceBook, days: Days) -> Proposal:
    """The configuration of the shortest longest wait that keeps the explicit choices.

    An unknown wait counts as longer than any known one; what is ordered zero times is not waited
    for. Of equally quick ones it is the one that changes the fewest groups of the evaluated
    configuration, then the one whose price lines move least, then the cheaper one, then the one
    whose options come first. Raises what `cheapest` raises.
    """
    asked = question(model, choices, book)
    waits = _waits(asked, days)
    longest, is_proven = _shortest(asked, waits)
    found = least(asked.compiled, _near(asked, waits <= longest), None)
    options, is_exact = (asked.current, False) if found is None else (found.options, found.is_exact)
    wait = _longest(asked, waits, options)
    return asked.proposal(
        options, is_exact=is_exact and is_proven, wait_days=None if wait == UNKNOWN else wait
    )


def _waits(asked: Question, days: Days) -> Amounts:
    """By offer that is open: how long it takes. A quantity is no part."""
    offers = asked.offers
    codes = [
        (held.group.code, [option.code for option in held.group.options])
        for held in asked.compiled.classed.groups
    ]
    waits = np.zeros(len(offers.groups), dtype=np.int64)
    is_part = ~np.isin(offers.groups, list(asked.costs.target)) & (offers.pieces != 0)
    asked_for = np.flatnonzero(is_part & asked.is_open)
    rows = (offers.groups, offers.options, offers.pieces)
    told = []
    for g, option, pieces in zip(*(row[asked_for].tolist() for row in rows), strict=True):
        group, options = codes[g]
        wait = days(group, options[option], pieces)
        told.append(UNKNOWN if wait is None else wait)
    waits[asked_for] = told
    return waits


def _longest(asked: Question, waits: Amounts, options: Sequence[int]) -> int:
    """The longest wait of a configuration (option positions)."""
    offers, costs = asked.offers, asked.costs
    pieces = np.ones(asked.size, dtype=np.int64)
    for g, quantity in costs.quantity.items():
        pieces[g] = costs.unit[quantity][options[quantity]]
    is_chosen = np.array(options)[offers.groups] == offers.options
    return int(waits[is_chosen & (pieces[offers.groups] == offers.pieces)].max())


def _shortest(asked: Question, waits: Amounts) -> tuple[int, bool]:
    """The longest wait that must be borne, and whether that is proven: by bisection."""
    quick = asked.offers.least(waits, asked.is_open)
    current = _longest(asked, waits, asked.current)
    by_leaf = np.where(quick.is_open, quick.amounts, UNKNOWN)
    unavoidable = np.minimum.reduceat(by_leaf, asked.offers.leaves.first).max()
    found = np.unique(by_leaf[(by_leaf >= unavoidable) & (by_leaf < current)]).tolist()
    levels = [*found, current]
    is_proven = True

    def is_enough(level: int) -> bool:
        nonlocal is_proven
        if level >= current:
            return True
        in_time = replace(quick, is_open=quick.is_open & (by_leaf <= level))
        answer = exists(asked.compiled, in_time)
        is_proven = is_proven and answer is not None
        return answer is True

    if is_enough(levels[0]):  # as a rule, because little is rare
        return levels[0], is_proven
    return levels[bisect_left(levels, True, lo=1, key=is_enough)], is_proven


def _near(asked: Question, is_in_time: Flags) -> LeafCosts:
    """Costs of what is there in time: changed groups, then the movement of the price."""
    more = asked.farthest + 1  # than all lines together can move
    prices = asked.prices(more * more * (asked.size + 1))
    now = np.array([asked.current_lines.get(g, 0) for g in range(asked.size)], dtype=prices.dtype)
    moves = prices - now[asked.offers.groups]
    # Of two equal movements the one with less upwards is the cheaper one.
    moved = np.abs(moves) * more + np.maximum(moves, 0)
    costs = asked.is_changed.astype(prices.dtype) * (more * more) + moved
    return asked.offers.least(costs, asked.is_open & is_in_time)
