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
    more = asked.size + 1  # than any number of changes

    def cost(g: int, option: int, pieces: int) -> int:
        return asked.line(g, option, pieces) * more + asked.is_changed(g, option)

    known = asked.found(asked.current, (asked.current_total - asked.costs.base) * more)
    return least(asked.compiled, asked.leaves, asked.leaf_costs(cost), known) or known
