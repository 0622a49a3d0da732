"""Three wishes for a machine: as cheap, as early, or as near to a budget as the rules allow.

Each keeps the explicit choices and proposes the best of all valid configurations. With the
model's circuit (see `circuit.rungs`) a few passes find it; without one, or where a sum was left
out of the circuit, a search does. A search that reaches its bounds returns the best it has found
and says so by `is_exact`.
"""

from configurator.engine.optimise.budget import within_budget
from configurator.engine.optimise.cheapest import cheapest
from configurator.engine.optimise.question import ContradictingChoices, Proposal
from configurator.engine.optimise.quickest import Days, quickest

__all__ = ["ContradictingChoices", "Days", "Proposal", "cheapest", "quickest", "within_budget"]
