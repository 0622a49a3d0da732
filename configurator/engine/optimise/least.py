"""The configuration of least cost: by one pass over the circuit, else by search.

Both rungs give the same configuration where the search comes to its end: of those that cost the
least the one whose options come first, compared group by group in the model's order.
"""

import numpy as np

from configurator.engine.circuit.answers import CircuitAnswers
from configurator.engine.circuit.leaves import Amounts, Leaves
from configurator.engine.circuit.passes import BLOCKED, least_costs
from configurator.engine.compiled import Compiled
from configurator.engine.optimise.leaf_costs import LeafCosts
from configurator.engine.optimise.search import Found, Search

LARGEST_COST = BLOCKED // 4


def exact_circuit(compiled: Compiled) -> CircuitAnswers | None:
    """The circuit that has all rules in it, if there is one."""
    circuit = compiled.circuit
    return None if circuit is None or circuit.artefact.wide is not None else circuit


def least(
    compiled: Compiled, leaves: Leaves, costs: LeafCosts, known: Found | None
) -> Found | None:
    """The configuration of least cost. `known` is one that the search may start from.

    None: there is none; without a circuit that is certain only where nothing was known.
    """
    circuit = exact_circuit(compiled)
    if circuit is None or costs.largest(leaves) > LARGEST_COST:
        return Search(compiled, leaves, costs).find(known)
    return _by_passes(circuit, costs)


def exists(compiled: Compiled, leaves: Leaves, costs: LeafCosts) -> bool | None:
    """Is there a configuration of leaves that can be had? None: the search gave up."""
    circuit = exact_circuit(compiled)
    if circuit is None:
        search = Search(compiled, leaves, costs)
        if search.find(is_first_enough=True) is not None:
            return True
        return False if search.is_complete else None
    return least_costs(circuit.circuit, _array(costs))[0] < BLOCKED


def outside_costs(compiled: Compiled, leaves: Leaves, costs: Amounts) -> tuple[int, Amounts]:
    """(least cost of all, least cost outside each leaf): exact by circuit, else lower bounds."""
    circuit = exact_circuit(compiled)
    if circuit is not None:
        return least_costs(circuit.circuit, costs)
    amounts = [None if a >= BLOCKED else a for a in costs.tolist()]
    bound, outside = Search(compiled, leaves, LeafCosts(amounts, [0] * leaves.total)).outside(
        leaves
    )
    if bound is None:
        return BLOCKED, np.full(leaves.total, BLOCKED, dtype=np.int64)
    return bound, np.array([BLOCKED if a is None else a for a in outside], dtype=np.int64)


def _array(costs: LeafCosts) -> Amounts:
    return np.array([BLOCKED if a is None else a for a in costs.amounts], dtype=np.int64)


def _by_passes(circuit: CircuitAnswers, costs: LeafCosts) -> Found | None:
    """One pass, and one more for each group in which several options are equally good."""
    amounts, options = _array(costs), np.array(costs.options)
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
