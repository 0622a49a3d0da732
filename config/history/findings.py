"""What people and machines read off: serial numbers, measured values, ids of scans."""

from decimal import Decimal
from random import Random
from uuid import UUID

from production.bom import Check
from production.selectors.picking import PickLine
from production.services.checks import Found


def new_serial(line: PickLine, rng: Random) -> str:
    return f"{line.requirement.part.part_number[:3]}{rng.getrandbits(40):010X}"


def found_by(check: Check, rng: Random, *, is_bad: bool) -> Found:
    """One line of the test protocol, within its limits or just beyond."""
    return Found(
        client_id=new_uuid(rng),
        code=check.code,
        is_passed=None if check.unit else not is_bad,
        value=_measured(check, rng, is_bad=is_bad) if check.unit else None,
    )


def _measured(check: Check, rng: Random, *, is_bad: bool) -> Decimal:
    low = Decimal(check.at_least) if check.at_least is not None else None
    high = Decimal(check.at_most) if check.at_most is not None else None
    if high is None:
        return low if low is not None else Decimal(1)
    if is_bad:
        return high + 3
    if low is None:
        low = high * Decimal("0.7")
    return (low + (high - low) * Decimal(rng.randrange(100)) / 100).quantize(Decimal("0.1"))


def new_uuid(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)
