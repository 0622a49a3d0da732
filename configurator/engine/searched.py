"""A click answered without a circuit: each option's completion is searched for by itself."""

from collections.abc import Iterable, Mapping

from configurator.engine.compiled import Compiled
from configurator.engine.completion import Completer
from configurator.engine.costs import Costs
from configurator.engine.possible import possible_classes
from configurator.engine.price import PriceBook
from configurator.engine.states import IMPOSSIBLE, POSSIBLE, Change, OptionState


class SearchClick:
    """One evaluation of explicit choices (group position → option position).

    `chosen` has an option position a group; it is None where the choices contradict each other.
    """

    def __init__(
        self, compiled: Compiled, explicit: Mapping[int, int], book: PriceBook | None
    ) -> None:
        self.compiled = compiled
        self.explicit = explicit
        self.costs = Costs(compiled.classed, book)
        self._completer = Completer(compiled, self.costs)
        filled_in = self._completer.complete(explicit)
        self._filled_in = filled_in or {}  # where it is not the default
        self.chosen = None if filled_in is None else self._configuration()
        self.total = 0 if self.chosen is None else self.costs.total(self.chosen)

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
            state = IMPOSSIBLE
            if possible >> number & 1:
                key = (number, self.costs.unit[g][index] if by_price else 0)
                if key not in completions:
                    completions[key] = complete(index)
                state = self._taken(g, index, completions[key])
            yield (classed.group.code, option.code), state

    def _taken(self, g: int, index: int, changed: Mapping[int, int] | None) -> OptionState:
        """The state of a possible option, given the completion that taking it leads to."""
        if self.chosen is None or changed is None:
            return POSSIBLE
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
        if not self.costs.is_priced:
            return OptionState(True, changes, None)
        return OptionState(True, changes, self.costs.difference(self.chosen, options, different))
