"""The next revision of a bill: begun, given up, released."""

from django.db import connection, transaction
from django.db.models import Max
from django.utils.formats import date_format
from django.utils.timezone import localtime

from config.audit.actors import who
from config.audit.services import record_state
from config.locks import lock_rows
from configurator.models import ProductModel
from production.models import BillOfMaterial, Part
from production.services.authoring.content import copy_content, state_of
from production.services.authoring.errors import (
    ChangedMeanwhile,
    ContentRefused,
    DraftExists,
    NotADraft,
)
from production.services.releasing import one_release_at_a_time, release_bill

Status = BillOfMaterial.Status
NUMBERING = "production.draft_bill"
LONGEST_NOTE = 300


@transaction.atomic
def draft_from(
    *, bill_id: int, actor: str, note: str = "", is_another: bool = False
) -> BillOfMaterial:
    """Copy a bill, whatever its state, into the next revision of its part as a draft.

    Raises DraftExists when one is being written already, unless `is_another`.
    """
    source = BillOfMaterial.objects.select_related("part").get(pk=bill_id)
    draft = next_revision(source.part, source.product_slug, note, is_another=is_another)
    copy_content(source, draft)
    record_state(draft, why=f"drafted from revision {source.revision}", actor=actor)
    return draft


@transaction.atomic
def begin_bill(
    *, part_id: int, actor: str, product_slug: str = "", note: str = "", is_another: bool = False
) -> BillOfMaterial:
    """An empty draft for a part that is made or a phantom.

    Raises ContentRefused for a bought part or an unknown product, and DraftExists as `draft_from`.
    """
    part = Part.objects.get(pk=part_id)
    if part.kind == Part.Kind.BUY:
        told = f"expected a part that is made or a phantom, got {part.part_number}, which is bought"
        raise ContentRefused({"part": [told]})
    draft = next_revision(part, product_slug, note, is_another=is_another)
    record_state(draft, why="begun empty", actor=actor)
    return draft


def next_revision(part: Part, slug: str, note: str, *, is_another: bool) -> BillOfMaterial:
    """An empty draft with the next number. Raises DraftExists and ContentRefused."""
    with connection.cursor() as cursor:  # numbers the revisions of a part one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s::int)", [NUMBERING, part.pk])
    bills = BillOfMaterial.objects.filter(part=part)
    open_one = bills.filter(status=Status.DRAFT).order_by("-revision").first()
    if open_one and not is_another:
        raise DraftExists(
            f"Revision {open_one.revision} is being written already", bill_id=open_one.pk
        )
    _check_header(slug, note)
    last = bills.aggregate(last=Max("revision"))["last"] or 0
    return BillOfMaterial.objects.create(part=part, revision=last + 1, product_slug=slug, note=note)


def _check_header(slug: str, note: str) -> None:
    problems = {}
    if slug and not ProductModel.objects.filter(slug=slug).exists():
        problems["product_slug"] = [f"expected a machine that is described, got {slug!r}"]
    if len(note) > LONGEST_NOTE:
        problems["note"] = [f"expected {LONGEST_NOTE} signs at most, got {len(note)}"]
    if problems:
        raise ContentRefused(problems)


def lock_draft(bill_id: int) -> BillOfMaterial:
    """The draft, locked until the transaction ends. Raises NotADraft."""
    (bill,) = lock_rows(BillOfMaterial, [bill_id])
    if bill.status != Status.DRAFT:
        raise NotADraft(told(bill))
    return bill


def told(bill: BillOfMaterial) -> str:
    if bill.released_at is None:
        return f"{bill} is {bill.status}; start a new revision"
    at = date_format(localtime(bill.released_at), "j M, H:i")
    return f"{bill} was released by {who(bill.released_by)} on {at}; start a new revision"


@transaction.atomic
def change_header(*, bill_id: int, product_slug: str, note: str, read: str) -> BillOfMaterial:
    """What the draft is for, and why it is made. `read` as `state_of_header`."""
    bill = lock_draft(bill_id)
    if read != state_of_header(bill):
        raise ChangedMeanwhile("Somebody else has changed what the draft is for")
    _check_header(product_slug, note)
    bill.product_slug, bill.note = product_slug, note
    bill.save(update_fields=["product_slug", "note"])
    return bill


def state_of_header(bill: BillOfMaterial) -> str:
    return f"{bill.product_slug}:{bill.note}"


@transaction.atomic
def delete_draft(*, bill_id: int, read: str, actor: str) -> None:
    """Give a draft up. `read` is its state (`state_of`) as it was seen.

    Raises NotADraft, and ChangedMeanwhile when somebody has written on it since.
    """
    bill = lock_draft(bill_id)
    _check_state(bill, read)
    BillOfMaterial.objects.filter(pk=bill.pk).delete()
    bill.status = "deleted"
    record_state(bill, from_state=Status.DRAFT, why=f"{bill} given up", actor=actor)


@transaction.atomic
def release_draft(*, bill_id: int, read: str, actor: str) -> BillOfMaterial:
    """Release a draft as it was read, or say why not.

    Of two who release the same draft the second is told: NotADraft. Raises ChangedMeanwhile when
    it is not what was read (`state_of`), and BillRefused with what is wrong.
    """
    one_release_at_a_time()
    bill = lock_draft(bill_id)
    _check_state(bill, read)
    return release_bill(bill_id=bill_id, actor=actor)


def _check_state(bill: BillOfMaterial, read: str) -> None:
    if read != state_of(bill):
        raise ChangedMeanwhile(f"{bill} has been written on since you opened it: look at it again")
