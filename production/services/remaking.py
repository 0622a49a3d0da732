"""Another job for a machine that was scrapped: the same bill, the same money, the same customer."""

from collections.abc import Iterable

from config.audit.services import record_state
from production.bom import Need, net_needs
from production.bom.as_ordered import snapshot_from_json
from production.errors import BillIncomplete
from production.models import AssemblyJob, JobOperation, MaterialRequirement
from production.services.free_supply import PartSupply, lock_free_supply
from production.services.pegging import Pegs, serve
from production.services.planned import Shelf

AGAIN = "-R"  # CW-2041-1 is made again as CW-2041-1-R1, that one as CW-2041-1-R2


def remake(job: AssemblyJob, *, actor: str) -> tuple[AssemblyJob, list[Pegs]]:
    """Make the job that stands in for a scrapped one, and tie what is free to it.

    By the snapshot that the scrapped one was made by. Under the locks of the order, of the
    scrapped job and of what is free; the caller settles what is short, and tells the shop.
    """
    new = AssemblyJob.objects.create(
        number=_number(job.number),
        clearance_id=job.clearance_id,
        order_line_id=job.order_line_id,
        unit=job.unit,
        snapshot_id=job.snapshot_id,
        due_on=job.due_on,
        replaces=job,
    )
    record_state(new, why=f"made instead of {job.number}, which was scrapped", actor=actor)
    JobOperation.objects.bulk_create(
        JobOperation(job=new, kind=kind, sequence=sequence)
        for sequence, kind in enumerate(JobOperation.Kind, start=1)
    )
    needs, supplies = _needs(job)
    missing = [need.part_number for need in needs if need.part_number not in supplies]
    if missing:
        raise BillIncomplete(f"{new.number}: there is no part {missing[0]}.")
    requirements = MaterialRequirement.objects.bulk_create(
        MaterialRequirement(
            clearance_id=new.clearance_id,
            job=new,
            part_id=supplies[need.part_number].part_id,
            operation=need.operation,
            quantity=need.quantity,
        )
        for need in needs
    )
    pegs = [Pegs(one, one.quantity) for one in requirements]
    serve(pegs)
    return new, pegs


def _number(number: str) -> str:
    first, _, times = number.partition(AGAIN)
    return f"{first}{AGAIN}{int(times or 0) + 1}"


def _needs(job: AssemblyJob) -> tuple[list[Need], dict[str, PartSupply]]:
    """What the machine takes, with what is free of it; made parts that lie there are taken.

    The caller has locked what is free.
    """
    stored = job.snapshot
    snapshot = snapshot_from_json(stored.sha256, stored.lines, stored.steps, stored.checks)
    numbers = {line.part_number for line in snapshot.lines}
    free = lock_free_supply(part_numbers=numbers, is_again=True)
    supplies = {one.part_number: one for one in free}
    needs: Iterable[Need] = snapshot.needs
    if snapshot.has_stocked:
        needs = net_needs(snapshot.lines, Shelf(supplies).take)
    return list(needs), supplies
