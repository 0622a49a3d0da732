"""A draft bill becomes the one that machines are made by."""

from django.db import transaction
from django.utils import timezone

from config.audit.services import change_status
from config.locks import lock_rows
from production.models import BillOfMaterial

Status = BillOfMaterial.Status


@transaction.atomic
def release_bill(*, bill_id: int, actor: str) -> BillOfMaterial:
    """Release a draft in place of the released bill of its part, which becomes superseded."""
    (bill,) = lock_rows(BillOfMaterial, [bill_id])
    if bill.status == Status.RELEASED:
        return bill
    for old in BillOfMaterial.objects.select_for_update().filter(
        part=bill.part_id, status=Status.RELEASED
    ):
        change_status(old, to=Status.SUPERSEDED, why=f"revision {bill.revision}", actor=actor)
    bill.released_at, bill.released_by = timezone.now(), actor
    bill.save(update_fields=["released_at", "released_by"])
    change_status(bill, to=Status.RELEASED, why=bill.note or "released", actor=actor)
    return bill
