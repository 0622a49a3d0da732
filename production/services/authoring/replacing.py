"""One part in place of another, in every released bill that names it: told first, then done."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from config.audit.services import record_state
from production.bom.checking import BillFinding
from production.errors import BillRefused
from production.models import BillOfMaterial, BomLine, Part
from production.services.authoring.content import copy_content
from production.services.authoring.drafts import next_revision
from production.services.authoring.errors import ChangedMeanwhile, ReplacementRefused
from production.services.bill_checks import check_bill
from production.services.releasing import one_release_at_a_time, release_bill

Status = BillOfMaterial.Status
MOST_BILLS = 200  # in one go
LONGEST_REASON = 170  # with both part numbers it fits the note of a bill


@dataclass(frozen=True, slots=True)
class Replaced:
    """One bill: which of its lines change, what would be wrong then, and the draft made of it.

    `open_revision` is a draft that somebody is writing and that keeps the old part; 0: none.
    """

    bill: BillOfMaterial
    lines: tuple[tuple[int, BomLine], ...]  # place in the bill from 1, and the line as it is
    findings: tuple[BillFinding, ...]
    draft: BillOfMaterial
    open_revision: int

    @property
    def is_refused(self) -> bool:
        return any(finding.is_blocking for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Replacement:
    """What a replacement does. `state` tells whether the bills are still those that were seen."""

    old: Part
    new: Part
    bills: tuple[Replaced, ...]
    state: str

    @property
    def is_refused(self) -> bool:
        return any(one.is_refused for one in self.bills)


def preview_replacement(
    *, old_id: int, new_id: int, reason: str, releases: bool, actor: str
) -> Replacement:
    """What would change and what would be wrong, found by doing it and taking it back."""
    with transaction.atomic():
        found = _replace(old_id, new_id, reason, actor, releases=releases)
        transaction.set_rollback(True)
    return found


@transaction.atomic
def replace_part(
    *, old_id: int, new_id: int, reason: str, releases: bool, state: str, actor: str
) -> Replacement:
    """Make the drafts, and with `releases` release them: all or none.

    Raises ReplacementRefused with the findings of each bill, and ChangedMeanwhile when the bills
    are not those of the preview with this `state`.
    """
    found = _replace(old_id, new_id, reason, actor, releases=releases)
    if found.state != state:
        raise ChangedMeanwhile("The bills are not those that you saw: look at the preview again")
    if releases and found.is_refused:
        findings = {str(one.bill): one.findings for one in found.bills if one.is_refused}
        raise ReplacementRefused("Nothing was replaced", findings=findings)
    return found


def _replace(old_id: int, new_id: int, reason: str, actor: str, *, releases: bool) -> Replacement:
    one_release_at_a_time()
    old, new = Part.objects.get(pk=old_id), Part.objects.get(pk=new_id)
    why = _checked(old, new, reason)
    released = list(
        BillOfMaterial.objects.filter(status=Status.RELEASED, lines__component=old)
        .select_related("part")
        .order_by("-part__low_level_code", "part__part_number")  # what goes in before what it is in
        .distinct()[: MOST_BILLS + 1]
    )
    if not released:
        raise ReplacementRefused(f"No released bill names {old.part_number}")
    if len(released) > MOST_BILLS:
        raise ReplacementRefused(f"More than {MOST_BILLS} bills name {old.part_number}")
    found = [_replaced(bill, old, new, why, actor) for bill in released]
    # Released one after the other, so that each is checked among those that changed before it.
    told = [_released(one, actor, releases=releases) for one in found]
    return Replacement(old, new, tuple(told), _state_of(released))


def _checked(old: Part, new: Part, reason: str) -> str:
    if old == new:
        raise ReplacementRefused(f"{old.part_number} would replace itself")
    if old.unit != new.unit:
        raise ReplacementRefused(
            f"{old.part_number} is counted in {old.unit}, {new.part_number} in {new.unit}"
        )
    if not reason.strip():
        raise ReplacementRefused("Expected a reason, got nothing")
    if len(reason) > LONGEST_REASON:
        raise ReplacementRefused(f"Expected a reason of {LONGEST_REASON} signs at most")
    return f"{new.part_number} for {old.part_number}: {reason.strip()}"


def _state_of(bills: Sequence[BillOfMaterial]) -> str:
    """Released bills never change, so which they are is all."""
    return hashlib.sha256(repr(sorted(bill.pk for bill in bills)).encode()).hexdigest()


def _replaced(bill: BillOfMaterial, old: Part, new: Part, why: str, actor: str) -> Replaced:
    drafts = BillOfMaterial.objects.filter(part=bill.part_id, status=Status.DRAFT)
    open_one = drafts.order_by("-revision").first()
    lines = enumerate(bill.lines.order_by("position", "pk"), start=1)
    changed = tuple((number, line) for number, line in lines if line.component_id == old.pk)
    draft = next_revision(bill.part, bill.product_slug, why, is_another=True)
    copy_content(bill, draft)
    draft.lines.filter(component=old).update(component=new)
    record_state(draft, why=why, actor=actor)
    return Replaced(bill, changed, (), draft, open_one.revision if open_one else 0)


def _released(one: Replaced, actor: str, *, releases: bool) -> Replaced:
    findings: tuple[BillFinding, ...]
    if not releases:
        findings = check_bill(bill_id=one.draft.pk)
    else:
        try:
            release_bill(bill_id=one.draft.pk, actor=actor)
            findings = ()
        except BillRefused as error:
            findings = error.findings
    return Replaced(one.bill, one.lines, findings, one.draft, one.open_revision)
