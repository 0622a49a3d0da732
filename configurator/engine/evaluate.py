"""What a set of choices means: the machine as it stands, and what each option would do to it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from configurator.engine.circuit.clicks import CircuitClick
from configurator.engine.compiled import Compiled, compile_model
from configurator.engine.errors import InconsistentModel, TotalTooLarge, UnknownGroup
from configurator.engine.nodes import Model
from configurator.engine.price import PriceBook
from configurator.engine.searched import SearchClick
from configurator.engine.states import Change, OptionState
from configurator.engine.told import warnings_of

__all__ = ["Change", "Evaluation", "OptionState", "completed", "evaluate"]


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
    click = _click(compiled, explicit, book)
    if click.chosen is None and compiled.is_void:
        raise InconsistentModel(f"the rules of {model.code} allow no configuration")
    states = click.states(wanted)
    if click.chosen is None:
        return Evaluation(False, {}, states, (), None)
    chosen = _by_code(compiled, click.chosen)
    total = None if book is None else click.total
    warnings = warnings_of(model, compiled.every_rule, chosen)
    return Evaluation(True, chosen, states, warnings, total)


def completed(
    model: Model, choices: Mapping[str, str], *, book: PriceBook | None = None
) -> dict[str, str]:
    """`evaluate(…).chosen` alone: quicker where nothing else is asked."""
    compiled = compile_model(model)
    click = _click(compiled, compiled.classed.locate_all(choices), book)
    return {} if click.chosen is None else _by_code(compiled, click.chosen)


def _click(
    compiled: Compiled, explicit: Mapping[int, int], book: PriceBook | None
) -> CircuitClick | SearchClick:
    """By the circuit, where it holds every rule and the prices fit its arithmetic."""
    circuit = compiled.circuit
    if circuit is not None and circuit.artefact.wide is None:
        try:
            lines, moves = compiled.priced(book)
        except TotalTooLarge:
            return SearchClick(compiled, explicit, book)
        return CircuitClick(circuit, moves, lines, explicit)
    return SearchClick(compiled, explicit, book)


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
