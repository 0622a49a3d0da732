"""Which parts may take another one's place in a job: what its snapshot approves, and no others."""

from dataclasses import dataclass

from production.bom import ExplodedLine, snapshot_from_json
from production.models import AssemblyJob, MaterialRequirement, Part
from production.selectors.picking import pick_lines


@dataclass(frozen=True, slots=True)
class ApprovedAlternate:
    """A part that may be taken, `quantity` of it for what is left; `free` lie on the shelf."""

    part: Part
    quantity: int
    free: int


@dataclass(frozen=True, slots=True)
class Swappable:
    """What a job has not picked yet of a part, and what may be taken instead, the best first."""

    requirement: MaterialRequirement
    pieces: int
    alternates: tuple[ApprovedAlternate, ...]


def swappable(*, requirement_id: int) -> Swappable | None:
    """The alternates of a requirement; None where there is no such requirement.

    A part that takes another's place itself may be swapped for what that other may be.
    """
    one = (
        MaterialRequirement.objects.select_related("part", "job__snapshot", "replaces")
        .filter(pk=requirement_id)
        .first()
    )
    if one is None:
        return None
    line = next(
        (
            line
            for line in pick_lines(job_ids=[one.job_id])
            if line.requirement.pk == requirement_id
        ),
        None,
    )
    left = line.left if line else 0
    ratios = _ratios(one.job, one.replaces or one.part)
    parts = Part.objects.filter(part_number__in=ratios).select_related("stock_level")
    by_number = {part.part_number: part for part in parts}
    own = ratios.get(one.part.part_number, (1, 1))
    alternates = tuple(
        ApprovedAlternate(
            part=by_number[number],
            quantity=-(-left * own[1] * taken // (own[0] * asked)),
            free=by_number[number].free_quantity,
        )
        for number, (taken, asked) in ratios.items()
        if number in by_number and number != one.part.part_number
    )
    return Swappable(one, left, alternates)


def _ratios(job: AssemblyJob, part: Part) -> dict[str, tuple[int, int]]:
    """Part number → (so many of it, for so many of the part that the bill asked for).

    Approved on every line that asks for the part, the best first; with the part itself.
    """
    snapshot = job.snapshot
    whole = snapshot_from_json(snapshot.sha256, snapshot.lines, [], [])
    lines = [line for line in whole.lines if line.part_number == part.part_number]
    if not lines:
        return {}
    asked = sum(line.quantity for line in lines)
    found = {part.part_number: (asked, asked)}
    for alternate in sorted(lines[0].alternates, key=lambda one: one.priority):
        taken = [_taken(line, alternate.part_number) for line in lines]
        if all(taken):
            found[alternate.part_number] = (sum(taken), asked)
    return found


def _taken(line: ExplodedLine, part_number: str) -> int:
    """How many of an alternate a line takes; 0: it does not approve it."""
    return sum(one.quantity for one in line.alternates if one.part_number == part_number)
