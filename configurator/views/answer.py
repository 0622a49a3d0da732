"""From a wish to a machine: evaluated, and repaired where the newest choice contradicts others."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from configurator.engine.errors import ImpossibleOption
from configurator.engine.evaluate import Evaluation
from configurator.engine.explain import explain
from configurator.engine.repair import Repair, repair
from configurator.models import ModelVersion, PriceList
from configurator.selectors import engine_model, evaluation, price_book

KEPT_BLOCKS = 4096  # one is a few hundred bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """`explicit` are the customer's choices as they now stand, oldest first.

    `dropped` are choices that had to go, `sentences` why; `refused` are options that no machine
    of this model can have.
    """

    version: ModelVersion
    price_list: PriceList
    explicit: Mapping[str, str]
    evaluation: Evaluation
    dropped: Mapping[str, str]
    sentences: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]

    @property
    def chosen(self) -> Mapping[str, str]:
        """The complete configuration."""
        return self.evaluation.chosen

    @property
    def auto(self) -> dict[str, str]:
        """What we filled in."""
        return {g: option for g, option in self.chosen.items() if g not in self.explicit}


def answer(
    version: ModelVersion,
    price_list: PriceList,
    explicit: Mapping[str, str],
    before: Mapping[str, str] | None = None,
) -> Answer:
    """Evaluate; of choices that contradict each other keep the newest and as many as can be.

    `before` is the configuration of the page that the choices come from. Where other choices can
    go equally well, those go that move its price least: what `block` told of the newest one.
    """
    model = engine_model(version)
    book = price_book(price_list)
    is_whole = before is not None and before.keys() == model.options_by_code.keys()
    wanted = dict(explicit)
    sentences: list[str] = []
    refused: list[tuple[str, str]] = []
    found = evaluation(version, price_list, wanted)
    while not found.is_consistent:
        newest = next(reversed(wanted.items()))
        sentences += explain(model, wanted, *newest).sentences
        try:
            way_out = repair(
                model, wanted, keep=newest, book=book, before=before if is_whole else None
            )
            wanted = dict(way_out.choices)
        except ImpossibleOption:
            refused.append(newest)
            del wanted[newest[0]]
        found = evaluation(version, price_list, wanted)
    gone = {g: o for g, o in explicit.items() if g not in wanted and (g, o) not in refused}
    return Answer(
        version,
        price_list,
        wanted,
        found,
        gone,
        tuple(dict.fromkeys(sentences)),
        tuple(refused),
    )


def fewest_choices(
    version: ModelVersion,
    price_list: PriceList,
    target: Mapping[str, str],
    own: Mapping[str, str],
) -> dict[str, str]:
    """Choices, none too many, that with `own` lead to the complete configuration `target`.

    What would be filled in anyway stays open, so that the next click meets fewer walls.
    """
    more = {group: option for group, option in target.items() if group not in own}
    for group in tuple(more):
        fewer = {code: option for code, option in more.items() if code != group}
        found = evaluation(version, price_list, {**own, **fewer}, groups=frozenset())
        if found.is_consistent and target.items() <= found.chosen.items():
            more = fewer
    return more


@dataclass(frozen=True, slots=True)
class Block:
    """Why an option is blocked, and what taking it would change (None: nothing helps)."""

    sentences: tuple[str, ...]
    way_out: Repair | None


def block(now: Answer, group: str, option: str) -> Block:
    """Explain a blocked option and look for the way out."""
    return _block(now.version, now.price_list, tuple(now.explicit.items()), group, option)


@lru_cache(maxsize=KEPT_BLOCKS)
def _block(
    version: ModelVersion,
    price_list: PriceList,
    explicit: tuple[tuple[str, str], ...],
    group: str,
    option: str,
) -> Block:
    model, choices = engine_model(version), dict(explicit)
    sentences = explain(model, choices, group, option).sentences
    try:
        # Found once for all blocked options of a page.
        before = evaluation(version, price_list, choices).chosen  # as the page has asked already
        book, keep = price_book(price_list), (group, option)
        way_out = repair(model, choices, keep=keep, book=book, before=before)
    except ImpossibleOption:
        return Block(sentences, None)
    return Block(sentences, way_out)
