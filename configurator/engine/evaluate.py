"""What a set of choices means: the machine as it stands, and what each option would do to it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from configurator.engine.compiled import Compiled, compile_model
from configurator.engine.completion import Completer
from configurator.engine.costs import Costs
from configurator.engine.errors import InconsistentModel, UnknownGroup
from configurator.engine.nodes import Model
from configurator.engine.possible import is_consistent, possible_classes
from configurator.engine.price import PriceBook
from configurator.engine.told import warnings_of


class Change(NamedTuple):
    """A filled-in group that changes, and the option that it changes to."""

    group: str
    option: str


class OptionState(NamedTuple):
    """What taking an option would do, the explicit choices of the other groups kept.

    `changes` are the filled-in options that would change with it, in model order.
    `delta_minor` is the difference to the current total; None if impossible or without prices.
    """

    is_possible: bool
    changes: tuple[Change, ...]
    delta_minor: int | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The answer to a click.

    `chosen` is a complete valid configuration: the explicit choices, the defaults where they
    fit, else the nearest options that do (see `completion`). It is empty when the explicit choices
    contradict each other; `states` then still tells which options would resolve that.
    """

    is_consistent: bool
    chosen: Mapping[str, str]
    states: Mapping[tuple[str, str], OptionState]
    warnings: tuple[str, ...]
    total_minor: int | None


def evaluate(
    model: Model,
    choices: Mapping[str, str],
    *,
    book: PriceBook | None = None,
    groups: Collection[str] | None = None,
) -> Evaluation:
    """Evaluate explicit choices (group → option, partial); pure, and complete.

    Taking an option that is possible always leads to a valid configuration: the one its state
    describes. `groups` limits the states to those groups. Raises UnknownGroup, UnknownOption,
    MissingPrice, ModelFormatError, and InconsistentModel when the model allows nothing at all.
    """
    compiled = compile_model(model)
    explicit = compiled.classed.locate_all(choices)
    wanted = _positions(compiled, groups)
    click = _Click(compiled, explicit, book)
    states = click.states(wanted)
    if click.chosen is None:
        return Evaluation(False, {}, states, (), None)
    chosen = _by_code(compiled, click.chosen)
    total = None if book is None else click.costs.total(click.chosen)
    return Evaluation(True, chosen, states, warnings_of(model, chosen), total)


def _positions(compiled: Compiled, groups: Collection[str] | None) -> list[int]:
    if groups is None:
        return list(range(len(compiled.classed.groups)))
    for code in groups:
        if code not in compiled.classed.position:
            raise UnknownGroup(f"{compiled.model.code} has no group {code!r}")
    return sorted(compiled.classed.position[code] for code in set(groups))


def _by_code(compiled: Compiled, options: Sequence[int]) -> dict[str, str]:
    return {
        classed.group.code: classed.group.options[option].code
        for classed, option in zip(compiled.classed.groups, options, strict=True)
    }


class _Click:
    """One evaluation, in positions: the chosen configuration, then the states around it."""

    def __init__(
        self, compiled: Compiled, explicit: Mapping[int, int], book: PriceBook | None
    ) -> None:
        self.compiled = compiled
        self.explicit = explicit
        self.costs = Costs(compiled.classed, book)
        self._has_prices = book is not None
        self._completer = Completer(compiled, self.costs)
        filled_in = self._completer.complete(explicit)
        self._filled_in = filled_in or {}  # where it is not the default
        self.chosen = None if filled_in is None else self._configuration()
        if self.chosen is None and not is_consistent(compiled, {}):
            raise InconsistentModel(f"the rules of {compiled.model.code} allow no configuration")

    def _configuration(self) -> list[int]:
        options = list(self.compiled.classed.defaults)
        for g, option in (*self.explicit.items(), *self._filled_in.items()):
            options[g] = option
        return options

    def states(self, groups: Iterable[int]) -> dict[tuple[str, str], OptionState]:
        """The state of every option of the groups."""
        fixed = self.compiled.classed.classes(self.explicit)
        targets = list(groups)
        possible = possible_classes(self.compiled, fixed, targets, self._drop_ins(targets))
        states: dict[tuple[str, str], OptionState] = {}
        for g in targets:
            states |= self._group_states(g, possible[g])
        return states

    def _drop_ins(self, groups: Iterable[int]) -> dict[int, int]:
        """Classes that fit the chosen configuration as it stands, by direct rule evaluation."""
        if self.chosen is None:
            return {}
        classes = self.compiled.classed.classes(dict(enumerate(self.chosen)))
        assignment = [classes[g] for g in range(len(self.chosen))]
        masks = {}
        for g in groups:
            mask = self.compiled.classed.groups[g].everything
            for index in self.compiled.rules_of[g]:
                mask &= self.compiled.rules[index].allowed(g, assignment)
            masks[g] = mask
        return masks

    def _group_states(self, g: int, possible: int) -> Iterable[tuple[tuple[str, str], OptionState]]:
        classed = self.compiled.classed.groups[g]
        others = {h: option for h, option in self.explicit.items() if h != g}
        # The things counted by a quantity group share a completion only at the same price,
        # because how far a count moves the price depends on it.
        by_price = g in self.costs.quantity
        complete = self._completer.each(others, g)
        completions: dict[tuple[int, int], Mapping[int, int] | None] = {}
        for index, option in enumerate(classed.group.options):
            number = classed.class_of[index]
            state = OptionState(False, (), None)
            if possible >> number & 1:
                key = (number, self.costs.unit[g][index] if by_price else 0)
                if key not in completions:
                    completions[key] = complete(index)
                state = self._taken(g, index, completions[key])
            yield (classed.group.code, option.code), state

    def _taken(self, g: int, index: int, changed: Mapping[int, int] | None) -> OptionState:
        """The state of a possible option, given the completion that taking it leads to."""
        if self.chosen is None or changed is None:
            return OptionState(True, (), None)
        groups, defaults = self.compiled.classed.groups, self.compiled.classed.defaults
        options = list(self.chosen)
        # What is filled in differs at most where one of the two completions leaves a default.
        for h in {*changed, *self._filled_in}:
            options[h] = changed.get(h, defaults[h])
        options[g] = index
        different = [
            h for h in sorted({*changed, *self._filled_in, g}) if options[h] != self.chosen[h]
        ]
        others = ((groups[h].group, options[h]) for h in different if h != g)
        changes = tuple(Change(group.code, group.options[o].code) for group, o in others)
        if not self._has_prices:
            return OptionState(True, changes, None)
        return OptionState(True, changes, self.costs.difference(self.chosen, options, different))
