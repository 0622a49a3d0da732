"""The configuration of least cost: by one pass over the circuit, else by search.

Both rungs give the same configuration where the search comes to its end: of those that cost the
least the one whose options come first, compared group by group in the model's order.
"""

import numpy as np

from configurator.engine.circuit.answers import CircuitAnswers
from configurator.engine.circuit.leaves import Amounts
from configurator.engine.circuit.passes import BLOCKED, least_costs
from configurator.engine.compiled import Compiled
from configurator.engine.optimise.leaf_costs import LeafCosts
from configurator.engine.optimise.search import Found, Search


def least(compiled: Compiled, costs: LeafCosts, known: Found | None) -> Found | None:
    """The configuration of least cost. `known` is one that the search may start from.

    None: there is none; or, without a circuit, none was found within the search's bound.
    """
    circuit = _exact_circuit(compiled)
    if circuit is None or not costs.fit_a_pass:
        return Search(compiled, costs).find(known)
    return _by_passes(circuit, costs)


def exists(compiled: Compiled, costs: LeafCosts) -> bool | None:
    """Is there a configuration of open leaves? None: the search gave up."""
    circuit = _exact_circuit(compiled)
    if circuit is None:
        search = Search(compiled, costs)
        if search.find(is_first_enough=True) is not None:
            return True
        return False if search.is_complete else None
    zeros = np.where(costs.is_open, 0, BLOCKED)
    return least_costs(circuit.circuit, zeros)[0] < BLOCKED


def outside_costs(compiled: Compiled, costs: LeafCosts) -> tuple[int, Amounts]:
    """(least cost of all, least cost outside each leaf): exact by circuit, else lower bounds.

    BLOCKED where there is none. The costs must be such that they fit a pass.
    """
    circuit = _exact_circuit(compiled)
    if circuit is not None:
        return least_costs(circuit.circuit, _blocked(costs))
    return Search(compiled, costs).outside()


def _exact_circuit(compiled: Compiled) -> CircuitAnswers | None:
    """The circuit that has all rules in it, if there is one."""
    circuit = compiled.circuit
    return None if circuit is None or circuit.artefact.wide is not None else circuit


def _blocked(costs: LeafCosts) -> Amounts:
    return np.where(costs.is_open, costs.amounts, BLOCKED)


def _by_passes(circuit: CircuitAnswers, costs: LeafCosts) -> Found | None:
    """One pass, and one more for each group in which several options are equally good."""
    amounts, options = _blocked(costs), costs.options
    least, outside = least_costs(circuit.circuit, amounts)
    if least >= BLOCKED:
        return None
    found = []
    for g in range(len(circuit.leaves.first)):
        mine = circuit.leaves.of_group(g)
        best = outside[mine] + amounts[mine] == least
        option = int(options[mine][best].min())
        others = options[mine] != option
        if (best & others).any():
            amounts[mine] = np.where(others, BLOCKED, amounts[mine])
            _, outside = least_costs(circuit.circuit, amounts)
        found.append(option)
    return Found(tuple(found), least, is_exact=True)
