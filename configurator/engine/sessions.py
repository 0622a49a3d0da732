"""Random sessions: click after click on what is possible, measured, and checked by the solver."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from configurator.engine.circuit.answers import CircuitAnswers
from configurator.engine.classes import ClassedModel
from configurator.engine.cnf import Cnf, encode
from configurator.engine.solver import Solver

LONGEST = 30  # clicks of a session; a customer makes fewer

type Fixed = Mapping[int, int]  # group position → class
type Answer = Callable[[Fixed], Callable[[int], int]]


@dataclass(slots=True)
class Clicks:
    """CPU milliseconds of each click, options compared with the solver, and where it differed."""

    cpu_ms: list[float] = field(default_factory=list)
    checked: int = 0
    mismatches: int = 0

    def quantile(self, share: float) -> float:
        """The milliseconds that this share of the clicks stays below."""
        ordered = sorted(self.cpu_ms)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def by_circuit(answers: CircuitAnswers) -> Answer:
    """Every option's validity, as flags of the circuit's leaves; masks are read off on demand."""

    def answer(fixed: Fixed) -> Callable[[int], int]:
        flags = answers.flags(fixed)
        return lambda g: answers.leaves.mask(flags, g)

    return answer


def click_through(
    classed: ClassedModel,
    answer: Answer,
    *,
    sessions: int,
    seed: int,
    check: bool,
    every: int = 1,
) -> Clicks:
    """Click through random sessions; a click is the answer for every option of every group.

    With `check` the solver is asked about every option of every `every`-th click.
    """
    rng = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    checker = _Checker(classed) if check else None
    clicks = Clicks()
    for _ in range(sessions):
        for step in _session(classed, answer, rng, clicks):
            if checker is not None and len(clicks.cpu_ms) % every == 0:
                checker.compare(step, clicks)
    return clicks


@dataclass(frozen=True, slots=True)
class _Step:
    fixed: dict[int, int]
    masks: tuple[int, ...]


def _session(
    classed: ClassedModel, answer: Answer, rng: random.Random, clicks: Clicks
) -> Iterator[_Step]:
    fixed: dict[int, int] = {}
    for _ in range(LONGEST):
        began = time.thread_time()
        mask_of = answer(fixed)
        clicks.cpu_ms.append(1e3 * (time.thread_time() - began))
        masks = tuple(mask_of(g) for g in range(len(classed.groups)))
        yield _Step(dict(fixed), masks)
        open_groups = [g for g, m in enumerate(masks) if g not in fixed and m.bit_count() > 1]
        if not open_groups:
            return
        g = rng.choice(open_groups)
        fixed[g] = rng.choice([c for c in range(masks[g].bit_length()) if masks[g] >> c & 1])


class _Checker:
    """Asks the solver about every option of every group, one call each.

    Its encoding knows no classes: that options of one class are alike is checked with the rest.
    """

    def __init__(self, classed: ClassedModel) -> None:
        self._classed = classed
        self._cnf: Cnf = encode(_each_by_itself(classed))
        self._solver = Solver(self._cnf)

    def compare(self, step: _Step, clicks: Clicks) -> None:
        literal = self._cnf.class_literal
        fixed = {g: self._classed.groups[g].members[c][0] for g, c in step.fixed.items()}
        for g, group in enumerate(self._classed.groups):
            others = [literal(h, option) for h, option in fixed.items() if h != g]
            for option, number in enumerate(group.class_of):
                is_possible = self._solver.is_satisfiable([*others, literal(g, option)])
                clicks.checked += 1
                clicks.mismatches += is_possible != bool(step.masks[g] >> number & 1)


def _each_by_itself(classed: ClassedModel) -> ClassedModel:
    """The same model with a class for each option."""
    groups = tuple(
        replace(
            held,
            class_of=tuple(range(len(held.class_of))),
            members=tuple((option,) for option in range(len(held.class_of))),
        )
        for held in classed.groups
    )
    return ClassedModel(classed.model, groups, classed.rules)
