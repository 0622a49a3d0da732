"""The least total."""

from collections.abc import Mapping

from configurator.engine.nodes import Model
from configurator.engine.optimise.least import least
from configurator.engine.optimise.question import Proposal, Question, question
from configurator.engine.optimise.search import Found
from configurator.engine.price import PriceBook


def cheapest(model: Model, choices: Mapping[str, str], *, book: PriceBook) -> Proposal:
    """The configuration of the least total that keeps the explicit choices.

    Of equally cheap ones it is the one that changes the fewest groups of the evaluated
    configuration, then the one whose options come first in the groups' order. Raises
    UnknownGroup, UnknownOption, MissingPrice, ModelFormatError, InconsistentModel, and
    ContradictingChoices where the explicit choices exclude each other.
    """
    asked = question(model, choices, book)
    found = least_total(asked)
    return asked.proposal(found.options, is_exact=found.is_exact)


def least_total(asked: Question) -> Found:
    """The configuration of the least total, then of the fewest changes."""
    return least_charged(asked, asked.size + 1, 1, asked.current)


def least_charged(asked: Question, span: int, drop: int, known: tuple[int, ...]) -> Found:
    """The configuration of the least total × `span` + changes × `drop`, the base price aside."""
    prices = asked.prices(asked.farthest * span + asked.size * drop)
    costs = prices * span + asked.is_changed.astype(prices.dtype) * drop
    changes = sum(old != new for old, new in zip(asked.current, known, strict=True))
    cost = (asked.costs.total(known) - asked.costs.base) * span + changes * drop
    start = Found(known, cost, is_exact=False)
    return least(asked.compiled, asked.offers.least(costs, asked.is_open), start) or start
