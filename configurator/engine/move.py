"""Carry a complete configuration over to another model: keep what can be kept, replace the rest."""

from collections.abc import Mapping
from dataclasses import dataclass

from configurator.engine.compiled import compile_model
from configurator.engine.errors import InconsistentModel
from configurator.engine.evaluate import evaluate
from configurator.engine.explain import explain
from configurator.engine.nodes import NONE, Group, Model
from configurator.engine.price import PriceBook
from configurator.engine.repair import fewest_drops


@dataclass(frozen=True, slots=True)
class Move:
    """`chosen` is complete and valid.

    `gone` are the groups whose old option the model does not have, `dropped` those whose option
    it has but cannot keep beside the others, with the sentences that say why.
    """

    chosen: Mapping[str, str]
    gone: tuple[str, ...]
    dropped: tuple[str, ...]
    sentences: tuple[str, ...]


def move(
    model: Model, choices: Mapping[str, str], *, book: PriceBook, near: Mapping[str, int]
) -> Move:
    """The configuration of `model` that keeps as many of the choices as can be had together.

    A part that cannot be kept is replaced by the possible one whose price is nearest to `near`
    (group → minor units of one piece), and by nothing only where nothing else is left. Groups
    that the old model did not have are filled in. Of equally few drops, those of later groups go
    first. Raises InconsistentModel, and MissingPrice where the book has a gap.
    """
    compiled = compile_model(model)
    kept = {
        group.code: choices[group.code]
        for group in reversed(model.groups)
        if choices.get(group.code) in model.options_by_code[group.code]
    }
    dropped = set(fewest_drops(compiled, kept))
    explicit = {g.code: kept[g.code] for g in model.groups if g.code in kept.keys() - dropped}
    sentences = dict.fromkeys(
        sentence
        for group in model.groups
        if group.code in dropped
        for sentence in explain(model, explicit, group.code, kept[group.code]).sentences
    )
    lost = [g for g in model.groups if g.code in choices and g.code not in explicit]
    for group in lost:
        if group.quantity_for is None and group.code in near:
            possible = _possible(model, explicit, group, book)
            things = [code for code in possible if code != NONE]
            is_thing = choices[group.code] != NONE
            candidates = things if is_thing and things else possible
            prices = {code: book.unit_minor(group.code, code) for code in candidates}
            explicit[group.code] = _nearest(prices, near[group.code])
    chosen = evaluate(model, explicit, groups=(), book=book).chosen
    return Move(
        chosen=chosen,
        gone=tuple(group.code for group in lost if group.code not in kept),
        dropped=tuple(group.code for group in lost if group.code in kept),
        sentences=tuple(sentences),
    )


def _possible(
    model: Model, explicit: Mapping[str, str], group: Group, book: PriceBook
) -> list[str]:
    """Option codes of the group that complete with the explicit choices; one at least."""
    states = evaluate(model, explicit, groups=(group.code,), book=book).states
    possible = [o.code for o in group.options if states[group.code, o.code].is_possible]
    if not possible:
        raise InconsistentModel(f"the rules of {model.code} leave nothing in {group.code}")
    return possible


def _nearest(prices: Mapping[str, int], wanted: int) -> str:
    """The option whose price is nearest; of two equally near the cheaper, then the first."""
    return min(prices, key=lambda code: (abs(prices[code] - wanted), prices[code]))
