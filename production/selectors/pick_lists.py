"""One walk past the bins for several jobs at once: what to take where, and into which slot."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from production.models import AssemblyJob, JobOperation

MOST_SLOTS = 20

SLOTS = """
SELECT job.id, job.number, line.name, job.status, job.due_on, coalesce(step.kind, ''),
       coalesce(step.status, ''), coalesce(hold.cause, ''), coalesce(hold.reason, '')
FROM production_assemblyjob AS job
JOIN shop_orderline AS line ON line.id = job.order_line_id
LEFT JOIN LATERAL (
    SELECT kind, status FROM production_joboperation
    WHERE job_id = job.id AND status <> 'done' ORDER BY sequence LIMIT 1
) AS step ON true
LEFT JOIN production_jobhold AS hold ON hold.job_id = job.id AND hold.lifted_at IS NULL
WHERE job.number = ANY (%(numbers)s)
ORDER BY array_position(%(numbers)s, job.number)
"""
# What was swapped for another part as a whole is not wanted any more; a swap leaves the picks of
# the part that was put back behind.
TAKES = """
WITH picked AS (
    SELECT requirement_id, part_id, sum(quantity) AS pieces FROM production_scanevent
    WHERE job_id = ANY (%(jobs)s) AND outcome = 'accepted' AND kind IN ('pick', 'by_hand')
    GROUP BY requirement_id, part_id
), named AS (
    SELECT requirement_id, count(*) AS serials FROM production_serialunit
    WHERE requirement_id IS NOT NULL GROUP BY requirement_id
)
SELECT need.job_id, need.id, need.part_id, need.quantity, need.allocated_quantity,
       coalesce(picked.pieces, 0),
       CASE WHEN part.is_serial_tracked
            THEN need.quantity - need.scrapped_quantity - coalesce(named.serials, 0)
            ELSE 0 END,
       instead.part_number
FROM production_materialrequirement AS need
JOIN production_part AS part ON part.id = need.part_id
LEFT JOIN production_part AS instead ON instead.id = need.replaces_id
LEFT JOIN picked ON picked.requirement_id = need.id AND picked.part_id = need.part_id
LEFT JOIN named ON named.requirement_id = need.id
WHERE need.job_id = ANY (%(jobs)s) AND need.quantity > 0
"""
# Each with its bins in the order in which an issue takes from them: the home bin first, then
# along the walk; never what is set aside.
PARTS = """
SELECT part.id, part.part_number, part.name, part.mpn, part.is_serial_tracked,
       coalesce(level.on_hold, 0), coalesce(lies.bins, '{}'), coalesce(lies.sequence, 0)
FROM production_part AS part
LEFT JOIN production_stocklevel AS level ON level.part_id = part.id
LEFT JOIN LATERAL (
    SELECT array_agg(bin.code ORDER BY bin.id IS DISTINCT FROM level.home_bin_id, bin.sequence,
                                       bin.code) AS bins,
           (array_agg(bin.sequence ORDER BY bin.id IS DISTINCT FROM level.home_bin_id,
                                            bin.sequence, bin.code))[1] AS sequence
    FROM production_binstock AS stock JOIN production_bin AS bin ON bin.id = stock.bin_id
    WHERE stock.part_id = part.id AND stock.quantity > 0 AND bin.purpose <> 'quality'
) AS lies ON true
WHERE part.id = ANY (%(parts)s)
"""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place on the cart and the job that it is for. `place` counts from 1.

    `step_*`: of its first operation that is not done. `cause`, `reason`: of its open hold.
    """

    place: int
    job_id: int
    number: str
    machine: str
    status: str
    due_on: date | None
    step_kind: str
    step_status: str
    cause: str
    reason: str

    @property
    def is_open(self) -> bool:
        """Pieces can be scanned for it now."""
        return (
            not self.cause
            and self.status == AssemblyJob.Status.IN_PROGRESS
            and self.step_status == JobOperation.Status.IN_PROGRESS
        )

    @property
    def can_start(self) -> bool:
        """Its kitting can be started."""
        return (
            not self.cause
            and self.status in {AssemblyJob.Status.READY, AssemblyJob.Status.IN_PROGRESS}
            and self.step_kind == JobOperation.Kind.KITTING
            and self.step_status == JobOperation.Status.PENDING
        )

    @property
    def is_kitting(self) -> bool:
        return self.is_open and self.step_kind == JobOperation.Kind.KITTING


@dataclass(frozen=True, slots=True)
class ListedPart:
    """A part of the list. `on_hold`: pieces of it that quality holds back.

    `bins`: where it lies, the first to take from first; `sequence` of that one on the walk.
    """

    id: int
    part_number: str
    name: str
    mpn: str
    is_serial_tracked: bool
    on_hold: int
    bins: list[str]
    sequence: int


@dataclass(frozen=True, slots=True)
class Take:
    """So much of a part for one slot. `here`: of what is left, what the shelf keeps for it."""

    slot: Slot
    requirement_id: int
    quantity: int
    picked: int
    here: int
    serials_missing: int
    instead_of: str

    @property
    def left(self) -> int:
        return max(0, self.quantity - self.picked)

    @property
    def short(self) -> int:
        """Wanted and not on the shelf."""
        return self.left - self.here


@dataclass(frozen=True, slots=True)
class WalkLine:
    """One part at the bin where it is taken first."""

    part: ListedPart
    takes: tuple[Take, ...]

    @property
    def bin(self) -> str:
        """Where it is taken first; empty where it lies nowhere."""
        return self.part.bins[0] if self.part.bins else ""

    @property
    def left(self) -> int:
        return sum(take.left for take in self.takes)

    @property
    def now(self) -> tuple[Take, ...]:
        """What can be taken and scanned now: it is here, and the kitting of its job has begun."""
        return tuple(take for take in self.takes if take.here and take.slot.is_open)

    @property
    def short(self) -> int:
        return sum(take.short for take in self.takes)

    @property
    def instead_of(self) -> str:
        """The parts that this one takes the place of."""
        return ", ".join(sorted({take.instead_of for take in self.takes if take.instead_of}))


@dataclass(frozen=True, slots=True)
class PickList:
    """`lines`: along the walk, all that the jobs need that are not on hold."""

    slots: tuple[Slot, ...]
    lines: tuple[WalkLine, ...]

    def left_by_slot(self) -> dict[int, int]:
        """Slot → the pieces that it still waits for."""
        left = {slot.place: 0 for slot in self.slots}
        for line in self.lines:
            for take in line.takes:
                left[take.slot.place] += take.left
        return left

    @property
    def next_line(self) -> WalkLine | None:
        """The first on the walk of which something can be taken now."""
        return next((line for line in self.lines if line.now), None)

    def slot_of(self, job_id: int | None) -> Slot | None:
        return next((slot for slot in self.slots if slot.job_id == job_id), None)


def pick_list(numbers: Sequence[str]) -> PickList:
    """The walk for the jobs with these numbers, a slot each, in this order. Three statements."""
    with connection.cursor() as cursor:
        cursor.execute(SLOTS, {"numbers": list(numbers)[:MOST_SLOTS]})
        slots = tuple(Slot(place, *row) for place, row in enumerate(cursor.fetchall(), 1))
    takes = _takes([slot for slot in slots if not slot.cause])
    lines = [WalkLine(part, tuple(takes[part.id])) for part in _parts(takes.keys())]
    return PickList(slots, tuple(sorted(lines, key=_walk)))


def _takes(slots: Collection[Slot]) -> dict[int, list[Take]]:
    """Part id → what each slot takes of it, slot by slot."""
    by_job = {slot.job_id: slot for slot in slots}
    found: dict[int, list[Take]] = {}
    with connection.cursor() as cursor:
        cursor.execute(TAKES, {"jobs": list(by_job)})
        for job_id, need_id, part_id, quantity, allocated, picked, missing, instead in cursor:
            take = Take(
                slot=by_job[job_id],
                requirement_id=need_id,
                quantity=quantity,
                picked=int(picked),
                here=max(0, allocated - int(picked)),
                serials_missing=max(0, missing),
                instead_of=instead or "",
            )
            found.setdefault(part_id, []).append(take)
    for of_part in found.values():
        of_part.sort(key=lambda take: take.slot.place)
    return found


def _parts(part_ids: Collection[int]) -> list[ListedPart]:
    with connection.cursor() as cursor:
        cursor.execute(PARTS, {"parts": list(part_ids)})
        return [ListedPart(*row) for row in cursor.fetchall()]


def _walk(line: WalkLine) -> tuple[bool, int, str, str]:
    """The order of bins; what lies nowhere comes last."""
    return (not line.bin, line.part.sequence, line.bin, line.part.part_number)
