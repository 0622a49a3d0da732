"""A draft bill becomes the one that machines are made by, once it is right."""

from django.db import connection, transaction
from django.utils import timezone

from config.audit.services import change_status
from config.errors import IllegalTransition
from config.locks import lock_rows
from configurator.models import ModelVersion, Option
from production.bom.structure import low_level_codes
from production.errors import BillRefused
from production.models import BillOfMaterial, BomLine, Part
from production.services.bill_checks import check_bill

Status = BillOfMaterial.Status
ONE_AT_A_TIME = "production.release_bill"

RECODE = """
UPDATE production_part AS part SET low_level_code = coded.level
FROM unnest(%s::text[], %s::int[]) AS coded (part_number, level)
WHERE part.part_number = coded.part_number AND part.low_level_code <> coded.level
"""


@transaction.atomic
def release_bill(*, bill_id: int, actor: str) -> BillOfMaterial:
    """Release a draft in place of the released bill of its part, which becomes superseded.

    Idempotent. One release at a time, so that two that are right by themselves cannot be wrong
    together. Orders that are planned from then on get the new bill; those planned before keep
    theirs. Raises `BillRefused` with what is wrong, and `IllegalTransition` for a superseded one.
    """
    one_release_at_a_time()
    (bill,) = lock_rows(BillOfMaterial, [bill_id])
    if bill.status == Status.RELEASED:
        return bill
    if bill.status == Status.SUPERSEDED:
        raise IllegalTransition(f"{bill} has been superseded; make a new revision of it.")
    blocking = [finding for finding in check_bill(bill_id=bill_id) if finding.is_blocking]
    if blocking:
        raise BillRefused(str(bill), blocking)
    released = BillOfMaterial.objects.filter(part=bill.part_id, status=Status.RELEASED)
    for old in lock_rows(BillOfMaterial, released.values_list("pk", flat=True)):
        change_status(old, to=Status.SUPERSEDED, why=f"by revision {bill.revision}", actor=actor)
    bill.released_at, bill.released_by = timezone.now(), actor
    bill.save(update_fields=["released_at", "released_by"])
    change_status(bill, to=Status.RELEASED, why=bill.note or "released", actor=actor)
    recode_levels()
    return bill


def one_release_at_a_time() -> None:
    """Wait for whoever releases a bill just now. Taken before the lock of any bill."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [ONE_AT_A_TIME])


def recode_levels() -> None:
    """Write down the deepest level on which the released bills use each part."""
    options = Option.objects.filter(group__version__status=ModelVersion.Status.PUBLISHED)
    by_group: dict[str, set[str]] = {}
    for group, number in options.exclude(part_number="").values_list("group__code", "part_number"):
        by_group.setdefault(group, set()).add(number)
    uses: dict[str, set[str]] = {}
    for owner, component, group in BomLine.objects.filter(bill__status=Status.RELEASED).values_list(
        "bill__part__part_number", "component__part_number", "component_group"
    ):
        uses.setdefault(owner, set()).update(by_group.get(group, ()) if group else {component})
    levels = low_level_codes(uses)
    unused = Part.objects.filter(low_level_code__gt=0).exclude(part_number__in=levels)
    levels |= dict.fromkeys(unused.values_list("part_number", flat=True), 0)
    with connection.cursor() as cursor:
        cursor.execute(RECODE, [list(levels), list(levels.values())])
