"""Which classes have a valid completion.

The model's circuit tells all of them in one pass. Without one the solver is asked: propagation
rejects, SAT proves, witnesses spread.
"""

from collections.abc import Collection, Mapping

from configurator.engine.circuit.answers import CircuitAnswers
from configurator.engine.compiled import Compiled

KEPT_ANSWERS = 2048  # a few hundred bytes each


def is_consistent(compiled: Compiled, fixed: Mapping[int, int]) -> bool:
    """Do the fixed classes (group position → class) have a valid completion?"""
    if (circuit := compiled.circuit) is not None:
        return circuit.is_consistent(fixed)
    return compiled.solver.is_satisfiable(_literals(compiled, fixed))


def possible_classes(
    compiled: Compiled,
    fixed: Mapping[int, int],
    targets: Collection[int],
    known: Mapping[int, int],
) -> dict[int, int]:
    """For each target group the mask of classes that complete with the *other* fixed classes.

    `known` are masks of classes already proven possible; they save questions.
    """
    if (circuit := compiled.circuit) is not None:
        every = _from_circuit(compiled, circuit, fixed)
        return {g: every[g] for g in targets}
    free = tuple(sorted(g for g in targets if g not in fixed))
    masks = _decide(compiled, fixed, free, known)
    for g in targets:
        if g in fixed:
            others = {h: number for h, number in fixed.items() if h != g}
            masks |= _decide(compiled, others, (g,), known)
    return masks


def _from_circuit(
    compiled: Compiled, circuit: CircuitAnswers, fixed: Mapping[int, int]
) -> tuple[int, ...]:
    key = ("circuit", tuple(sorted(fixed.items())))
    answer = compiled.possible_cache.get(key)
    if answer is None:
        answer = circuit.possible(fixed)
        _remember(compiled, key, answer)
    return answer


def _remember(compiled: Compiled, key: object, answer: tuple[int, ...]) -> None:
    compiled.possible_cache[key] = answer
    if len(compiled.possible_cache) > KEPT_ANSWERS:
        compiled.possible_cache.popitem(last=False)


def _literals(compiled: Compiled, fixed: Mapping[int, int]) -> list[int]:
    return [compiled.cnf.class_literal(g, number) for g, number in sorted(fixed.items())]


def _decide(
    compiled: Compiled, fixed: Mapping[int, int], targets: tuple[int, ...], known: Mapping[int, int]
) -> dict[int, int]:
    if not targets:
        return {}
    key = (tuple(sorted(fixed.items())), targets)
    answer = compiled.possible_cache.get(key)
    if answer is None:
        answer = _ask(compiled, fixed, targets, known)
        _remember(compiled, key, answer)
    return dict(zip(targets, answer, strict=True))


def _ask(
    compiled: Compiled, fixed: Mapping[int, int], targets: tuple[int, ...], known: Mapping[int, int]
) -> tuple[int, ...]:
    assumptions = _literals(compiled, fixed)
    implied = compiled.solver.implied(assumptions)
    if implied is None:
        return (0,) * len(targets)
    ruled_out = {-literal for literal in implied if literal < 0}
    found, pending = {}, {}
    for g in targets:
        size, first = compiled.classed.groups[g].size, compiled.cnf.class_literal(g, 0)
        found[g] = known.get(g, 0)
        pending[g] = sum(1 << c for c in range(size) if first + c not in ruled_out) & ~found[g]
    for g in targets:
        while pending[g]:
            number = (pending[g] & -pending[g]).bit_length() - 1
            literal = compiled.cnf.class_literal(g, number)
            witness = compiled.solver.witness([*assumptions, literal])
            if witness is None:
                pending[g] &= ~(1 << number)
            else:
                _spread(compiled, witness, found, pending)
    return tuple(found[g] for g in targets)


def _spread(
    compiled: Compiled, witness: list[int], found: dict[int, int], pending: dict[int, int]
) -> None:
    """Every class that is true in a model is possible (see `cnf`): cross it off."""
    for g, waiting in pending.items():
        first = compiled.cnf.class_literal(g, 0) - 1
        seen, left = 0, waiting
        while left:
            bit = left & -left
            left ^= bit
            if witness[first + bit.bit_length() - 1] > 0:
                seen |= bit
        found[g] |= seen
        pending[g] = waiting & ~seen
