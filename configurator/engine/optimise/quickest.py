"""The earliest machine: the one whose slowest part is there first."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping

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
    waits = _Waits(asked, days)
    longest, is_proven = _shortest(asked, waits)
    found = least(asked.compiled, asked.leaves, _near(asked, waits, longest), None)
    options, is_exact = (asked.current, False) if found is None else (found.options, found.is_exact)
    wait = waits.longest(options)
    return asked.proposal(
        options, is_exact=is_exact and is_proven, wait_days=None if wait == UNKNOWN else wait
    )


class _Waits:
    """The waits of a question, each asked once."""

    def __init__(self, asked: Question, days: Days) -> None:
        self._asked = asked
        self._days = days
        self._groups = [classed.group for classed in asked.compiled.classed.groups]
        self._known: dict[tuple[int, int, int], int] = {}

    def __call__(self, g: int, option: int, pieces: int) -> int:
        if g in self._asked.costs.target or pieces == 0:
            return 0  # a quantity is no part, and no piece is none to wait for
        key = (g, option, pieces)
        if key not in self._known:
            group = self._groups[g]
            told = self._days(group.code, group.options[option].code, pieces)
            self._known[key] = UNKNOWN if told is None else told
        return self._known[key]

    def longest(self, options: tuple[int, ...]) -> int:
        return max(self.of(options))

    def of(self, options: tuple[int, ...]) -> Iterator[int]:
        """The wait of each group's option in a configuration."""
        costs = self._asked.costs
        for g, option in enumerate(options):
            quantity = costs.quantity.get(g)
            pieces = 1 if quantity is None else costs.unit[quantity][options[quantity]]
            yield self(g, option, pieces)


def _shortest(asked: Question, waits: _Waits) -> tuple[int, bool]:
    """The longest wait that must be borne, and whether that is proven: by bisection."""
    quick = asked.leaf_costs(waits)
    current = waits.longest(asked.current)
    leaves = asked.leaves
    unavoidable = max(
        min(amount for amount in quick.amounts[leaves.of_group(g)] if amount is not None)
        for g in range(asked.size)
    )
    levels = sorted(
        {a for a in quick.amounts if a is not None and unavoidable <= a < current} | {current}
    )
    is_proven = True

    def is_enough(level: int) -> bool:
        nonlocal is_proven
        if level >= current:
            return True
        within = [0 if a is not None and a <= level else None for a in quick.amounts]
        answer = exists(asked.compiled, leaves, LeafCosts(within, quick.options))
        is_proven = is_proven and answer is not None
        return answer is True

    if is_enough(levels[0]):  # as a rule, because little is rare
        return levels[0], is_proven
    return levels[bisect_left(levels, True, lo=1, key=is_enough)], is_proven


def _near(asked: Question, waits: _Waits, longest: int) -> LeafCosts:
    """Costs of what is there in time: changed groups, then the movement of the price."""
    lines = asked.current_lines
    furthest = 0
    for g, units in enumerate(asked.costs.unit):
        if g in lines:
            quantity = asked.costs.quantity.get(g)
            counts = [1] if quantity is None else asked.costs.unit[quantity]
            most = max(map(abs, units)) * max(map(abs, counts))
            furthest += most + abs(lines[g])
    more = furthest + 1  # than all lines together can move

    def cost(g: int, option: int, pieces: int) -> int | None:
        if waits(g, option, pieces) > longest:
            return None
        move = asked.line(g, option, pieces) - lines.get(g, 0)
        # Of two equal movements the one with less upwards is the cheaper one.
        moved = abs(move) * more + max(move, 0)
        return asked.is_changed(g, option) * more * more + moved

    return asked.leaf_costs(cost)
