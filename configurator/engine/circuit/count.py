"""How many configurations a circuit allows, exactly, in whole numbers of any size."""

from collections.abc import Sequence

from configurator.engine.circuit.arrays import ALL, Circuit
from configurator.engine.circuit.leaves import Leaves
from configurator.engine.circuit.wide import Wide
from configurator.engine.classes import ClassedModel

# Bits of the polynomial that counts by amount; beyond it, counting would take minutes.
LARGEST_POLYNOMIAL = 2**22


def variants(
    circuit: Circuit, leaves: Leaves, classed: ClassedModel, wide: Wide | None
) -> int | None:
    """The number of valid configurations in options; None where the wide sum spans too much."""
    members = [
        len(classed.groups[g].members[number])
        for g in range(len(leaves.first))
        for number in range(leaves.sizes[g])
        for _ in range(leaves.columns[g])
    ]
    everything = _sum_of_products(circuit, members)
    if wide is None or everything == 0:
        return everything
    return _within(circuit, leaves, members, wide, everything)


def _sum_of_products(circuit: Circuit, weights: Sequence[int]) -> int:
    values = list(weights)
    children, starts = circuit.children.tolist(), circuit.starts.tolist()
    for j, kind in enumerate(circuit.kinds.tolist()):
        under = children[starts[j] : starts[j + 1]]
        if kind == ALL:
            product = 1
            for child in under:
                product *= values[child]
            values.append(product)
        else:
            values.append(sum(values[child] for child in under))
    return values[-1]


def _within(
    circuit: Circuit, leaves: Leaves, members: Sequence[int], wide: Wide, everything: int
) -> int | None:
    """All but those whose sum is known and exceeds the bound.

    A whole number stands for a polynomial: `shift` bits for each coefficient, which counts the
    configurations whose amounts come to that exponent.
    """
    amounts = wide.amounts.tolist()
    shift = everything.bit_length() + 1
    lowest, span = 0, 0
    exponents = [0] * leaves.total
    for g in range(len(leaves.first)):
        at = leaves.of_group(g)
        known = [a for a, ok in zip(amounts[at], wide.is_known[at], strict=True) if ok]
        if not known:
            return everything
        lowest += min(known)
        span += max(known) - min(known)
        exponents[at] = [amount - min(known) for amount in amounts[at]]
    if span * shift > LARGEST_POLYNOMIAL:
        return None
    weights = [
        member << exponent * shift if is_known else 0
        for member, exponent, is_known in zip(members, exponents, wide.is_known, strict=True)
    ]
    beyond = max(wide.bound - lowest + 1, 0)  # the least exponent that breaks the rule
    polynomial = _sum_of_products(circuit, weights) >> beyond * shift
    exceeding, mask = 0, (1 << shift) - 1
    while polynomial:
        exceeding += polynomial & mask
        polynomial >>= shift
    return everything - exceeding
