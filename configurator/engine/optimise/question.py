"""What every optimiser starts from, and the proposal that it ends with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from configurator.engine.circuit.leaves import Flags
from configurator.engine.circuit.passes import LARGEST_COST
from configurator.engine.compiled import Compiled, compile_model
from configurator.engine.costs import Costs
from configurator.engine.errors import EngineError
from configurator.engine.evaluate import evaluate
from configurator.engine.nodes import Model
from configurator.engine.optimise.leaf_costs import Numbers, Offers, offers_of
from configurator.engine.price import PriceBook


class ContradictingChoices(EngineError):
    """The explicit choices have no valid completion, so there is nothing to choose among."""

    code = "contradicting_choices"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A complete valid configuration that keeps the explicit choices; nothing is changed by it.

    `changed` lists (group, old option, new option) against the evaluated configuration, in model
    order; `delta_minor` is the difference to its total. `is_exact`: it is proven that nothing
    serves the purpose better. `fits` is false where a budget cannot be met: this is then the
    least total there is, or, if not exact, the least that was found. `wait_days` are the working
    days that the slowest part takes, None where that is unknown or was not asked.
    """

    chosen: Mapping[str, str]
    changed: tuple[tuple[str, str, str], ...]
    total_minor: int
    delta_minor: int
    is_exact: bool
    fits: bool = True
    wait_days: int | None = None


@dataclass(frozen=True)
class Question:
    """A model with explicit choices and prices, in positions; `current` is what is evaluated."""

    compiled: Compiled
    costs: Costs
    explicit: Mapping[int, int]
    current: tuple[int, ...]

    @property
    def size(self) -> int:
        """The number of groups."""
        return len(self.current)

    @cached_property
    def current_total(self) -> int:
        return self.costs.total(self.current)

    @cached_property
    def current_lines(self) -> Mapping[int, int]:
        """What each price line costs now, by the group that it names."""
        return {g: self.costs.line(g, self.current) for g in self.costs.lines}

    @cached_property
    def offers(self) -> Offers:
        return offers_of(self.compiled)

    @cached_property
    def is_open(self) -> Flags:
        """By offer: is it what was chosen explicitly, or is its group open?"""
        offers = self.offers
        kept = np.full(self.size, -1)
        for g, option in self.explicit.items():
            kept[g] = option
        wanted = kept[offers.groups]
        is_open: Flags = (wanted < 0) | (wanted == offers.options)
        return is_open

    @cached_property
    def is_changed(self) -> Flags:
        """By offer: is it another option than the current one?"""
        is_changed: Flags = np.array(self.current)[self.offers.groups] != self.offers.options
        return is_changed

    @cached_property
    def farthest(self) -> int:
        """More than all price lines together can come to, up or down, or move from now."""
        most = 1
        for g, quantity in self.costs.lines.items():
            counts = [1] if quantity is None else self.costs.unit[quantity]
            most += max(map(abs, self.costs.unit[g])) * max(map(abs, counts))
            most += abs(self.current_lines[g])
        return most

    def prices(self, largest: int) -> Numbers:
        """By offer what it adds to the price; a quantity has no price of its own.

        `largest` is what the costs made of them can add up to: it decides the kind of numbers.
        """
        kind = np.int64 if largest <= LARGEST_COST else np.object_
        units = [
            [0] * len(unit) if g in self.costs.target else unit
            for g, unit in enumerate(self.costs.unit)
        ]
        flat = np.array([price for unit in units for price in unit], dtype=kind)
        offsets = np.cumsum([0, *map(len, units[:-1])])
        pieces: Numbers = self.offers.pieces.astype(kind)
        pieces *= flat[offsets[self.offers.groups] + self.offers.options]
        return pieces

    def proposal(
        self,
        options: Sequence[int],
        *,
        is_exact: bool,
        fits: bool = True,
        wait_days: int | None = None,
    ) -> Proposal:
        """The proposal of a configuration (option positions)."""
        groups = [classed.group for classed in self.compiled.classed.groups]
        total = self.costs.total(options)
        return Proposal(
            chosen={g.code: g.options[o].code for g, o in zip(groups, options, strict=True)},
            changed=tuple(
                (g.code, g.options[old].code, g.options[new].code)
                for g, old, new in zip(groups, self.current, options, strict=True)
                if old != new
            ),
            total_minor=total,
            delta_minor=total - self.current_total,
            is_exact=is_exact,
            fits=fits,
            wait_days=wait_days,
        )


def question(model: Model, choices: Mapping[str, str], book: PriceBook) -> Question:
    """Raises what `evaluate` raises, and ContradictingChoices."""
    chosen = evaluate(model, choices, book=book, groups=()).chosen
    if not chosen:
        raise ContradictingChoices("these choices exclude each other; let go of one of them first")
    compiled = compile_model(model)
    current = compiled.classed.locate_all({g.code: chosen[g.code] for g in model.groups})
    return Question(
        compiled,
        Costs(compiled.classed, book),
        compiled.classed.locate_all(choices),
        tuple(current.values()),
    )
