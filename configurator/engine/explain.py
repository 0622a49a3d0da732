"""Why an option is not possible, or why choices contradict each other: minimal, and in words.

First the fewest choices that matter (no choice can be left out), then the fewest rules. Both
are found by asking about one deletion after the other in a fixed order, so the same question
always gets the same explanation, whatever the solver has learned before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from configurator.engine.compiled import Compiled, compile_model
from configurator.engine.errors import InconsistentModel
from configurator.engine.masks import OPEN
from configurator.engine.nodes import Model
from configurator.engine.told import chosen_options, told


@dataclass(frozen=True, slots=True)
class Explanation:
    """Groups whose choices are in the way, codes of the rules, and the rules told in words.

    All three are empty when there is nothing to explain. `choices` is empty but `rules` is not
    when the rules alone rule the option out.
    """

    choices: tuple[str, ...]
    rules: tuple[str, ...]
    sentences: tuple[str, ...]


NOTHING = Explanation((), (), ())


def explain(model: Model, choices: Mapping[str, str], group: str, option: str) -> Explanation:
    """Why the option cannot be taken with the explicit choices of the other groups.

    Raises UnknownGroup, UnknownOption, and InconsistentModel when the model allows nothing.
    """
    compiled = compile_model(model)
    target, index = compiled.classed.locate(group, option)
    others = {code: chosen for code, chosen in choices.items() if code != group}
    classes = compiled.classed.classes(compiled.classed.locate_all(others))
    kept = {target: compiled.classed.groups[target].class_of[index]}
    return _Question(compiled, kept, classes).answer({**others, group: option})


def conflict(model: Model, choices: Mapping[str, str]) -> Explanation:
    """Why explicit choices contradict each other. Raises like `explain`."""
    compiled = compile_model(model)
    classes = compiled.classed.classes(compiled.classed.locate_all(choices))
    return _Question(compiled, {}, classes).answer(choices)


class _Question:
    """Group position → class: those that stay, and the choices of which a few are to blame."""

    def __init__(
        self, compiled: Compiled, kept: Mapping[int, int], blamed: Mapping[int, int]
    ) -> None:
        self._compiled = compiled
        self._kept = kept
        self._blamed = blamed

    def answer(self, options: Mapping[str, str]) -> Explanation:
        if self._holds(self._blamed):
            return NOTHING
        if self._compiled.is_void:
            model = self._compiled.model.code
            raise InconsistentModel(f"the rules of {model} allow no configuration")
        direct = next(self._direct(), None)
        if direct is not None:
            return self._tell(*direct, options)
        choices = self._fewest_choices()
        return self._tell(choices, self._fewest_rules(choices), options)

    def _holds(self, choices: Mapping[int, int]) -> bool:
        return self._compiled.solver.is_satisfiable(self._literals(choices))

    def _literals(self, choices: Mapping[int, int]) -> list[int]:
        literal = self._compiled.cnf.class_literal
        return [literal(g, number) for g, number in sorted({**choices, **self._kept}.items())]

    def _direct(self) -> Iterator[tuple[dict[int, int], list[int]]]:
        """Single rules that the choices break by themselves, where they explain minimally."""
        at = {**self._blamed, **self._kept}
        assignment = [at.get(g, OPEN) for g in range(len(self._compiled.rules_of))]
        rules = self._compiled.rules
        for size in sorted({len(rule.groups) for rule in rules}):
            for index, rule in enumerate(rules):
                if len(rule.groups) != size or not all(g in at for g in rule.groups):
                    continue
                if rule.is_broken(assignment):
                    involved = {g: at[g] for g in rule.groups if g in self._blamed}
                    if self._is_minimal(involved):
                        yield involved, [index]

    def _is_minimal(self, choices: Mapping[int, int]) -> bool:
        fewer = combinations(choices.items(), len(choices) - 1) if choices else ()
        return all(self._holds(dict(subset)) for subset in fewer)

    def _fewest_choices(self) -> dict[int, int]:
        """Oldest choices are let go first, so the explanation speaks of recent ones."""
        needed = dict(self._blamed)
        for g in self._blamed:
            fewer = {h: number for h, number in needed.items() if h != g}
            if not self._holds(fewer):
                needed = fewer
        return needed

    def _fewest_rules(self, choices: Mapping[int, int]) -> list[int]:
        solver, selectors = self._compiled.optional_rules_solver, self._compiled.cnf.selectors
        literals = self._literals(choices)
        needed = list(range(len(selectors)))
        # What the solver found to contradict each other stays in, so without a rule beside it
        # the answer is known: as if it had been asked about each.
        core = solver.core([*literals, *selectors]) or []
        for index, selector in enumerate(selectors):
            fewer = [other for other in needed if other != index]
            if selector in core:
                smaller = solver.core([*literals, *(selectors[i] for i in fewer)])
                if smaller is None:
                    continue
                core = smaller
            needed = fewer
        return needed

    def _tell(
        self, choices: Mapping[int, int], rules: Sequence[int], options: Mapping[str, str]
    ) -> Explanation:
        classed = self._compiled.classed
        groups = [classed.groups[g].group.code for g in sorted({**choices, **self._kept})]
        involved = chosen_options(classed.model, {code: options[code] for code in groups})
        told_rules = [classed.rules[index][0] for index in rules]
        is_alone = len(rules) == 1
        sentences = dict.fromkeys(
            told(rule, involved, classed.model, is_alone=is_alone) for rule in told_rules
        )
        return Explanation(
            choices=tuple(classed.groups[g].group.code for g in sorted(choices)),
            rules=tuple(rule.code for rule in told_rules),
            sentences=tuple(sentences),
        )
