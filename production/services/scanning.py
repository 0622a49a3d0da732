"""One scan after the other: what was held up to the scanner, what it means, what comes next.

Every scan is written down as it came, with its answer; the same scan sent twice is answered the
same and counts once.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from production.errors import ClientIdReused
from production.models import AssemblyJob, MaterialRequirement, ScanEvent, Station
from production.services.locked_job import LockedJob, lock_job
from production.services.scan_codes import read_code
from production.services.scan_verdicts import Scan, Verdict, refused
from production.services.scanned_codes import judge
from production.services.scanned_jobs import find_job, next_in_words

LONGEST_MESSAGE = 300
MOST_PIECES = 100_000


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What came of a scan.

    `expected`: what to scan next, in words; "" where nothing is. `job`: what the next scans are
    for; `requirement`: the line that was meant. `is_repeat`: this scan was answered before.
    """

    outcome: str
    message: str
    expected: str
    job: AssemblyJob | None
    requirement: MaterialRequirement | None
    kind: str
    is_repeat: bool

    @property
    def is_accepted(self) -> bool:
        return self.outcome == ScanEvent.Outcome.ACCEPTED


def scan(
    *,
    client_id: UUID,
    job_number: str | None,
    code: str,
    actor: str,
    station: Station | None = None,
    quantity: int = 1,
) -> ScanResult:
    """Take one scan, and answer it; what is refused is an answer, too.

    `job_number` empty: the job that this actor scanned last at this station. `quantity`: so many
    pieces of the part at once. Codes: a part's number, the manufacturer's number, a serial number
    after its part, and the labels of `scan_codes`. Raises `ClientIdReused` when the id came with
    another code before.
    """
    one = Scan(client_id, read_code(code), actor[:120], station, quantity)
    try:
        with transaction.atomic():
            return _scan(one, job_number)
    except IntegrityError:
        # The same scan at the same moment: whoever came first has the answer.
        said = _said(one)
        if said is None:
            raise
        return said


def _scan(one: Scan, job_number: str | None) -> ScanResult:
    if said := _said(one):
        return said
    job_id, trouble = find_job(one, job_number)
    locked = lock_job(job_id) if job_id else None
    if locked and (said := _said(one)):
        return said
    verdict = _judge(locked, one, trouble)
    event = ScanEvent.objects.create(
        client_id=one.client_id,
        job=locked.job if locked else None,
        kind=verdict.kind,
        requirement=verdict.requirement,
        part=verdict.part,
        bin=verdict.place,
        code=one.code.raw,
        serial=verdict.serial,
        quantity=min(max(one.quantity, 0), MOST_PIECES),
        outcome=verdict.outcome,
        message=verdict.message[:LONGEST_MESSAGE],
        expected=_next(locked, verdict, one.quantity)[:LONGEST_MESSAGE],
        actor=one.actor,
        station=one.station,
    )
    return _result(event, is_repeat=False)


def _judge(locked: LockedJob | None, one: Scan, trouble: str) -> Verdict:
    if one.code.trouble or trouble:
        return refused(one.code.trouble or trouble)
    if not 1 <= one.quantity <= MOST_PIECES:
        return refused(f"Expected 1 to {MOST_PIECES:,} pieces, got {one.quantity:,}.")
    if locked is None:
        return refused("Scan a job first: the code on its traveller.")
    return judge(locked, one)


def _next(locked: LockedJob | None, verdict: Verdict, quantity: int) -> str:
    """What to scan after this, which is not written down yet."""
    if verdict.expected is not None:
        return verdict.expected
    if locked is None:
        return "A job."
    is_picked = verdict.kind == ScanEvent.Kind.PICK and verdict.is_accepted
    just_picked = (verdict.requirement.pk, quantity) if is_picked and verdict.requirement else None
    return next_in_words(locked, just_picked=just_picked)


def _said(one: Scan) -> ScanResult | None:
    """The answer that this scan had before. Raises `ClientIdReused`."""
    event = (
        ScanEvent.objects.select_related("job", "requirement__part")
        .filter(client_id=one.client_id)
        .first()
    )
    if event is None:
        return None
    if event.code != one.code.raw:
        raise ClientIdReused(
            f"The client id {one.client_id} came with {event.code[:60]!r} before, now with "
            f"{one.code.raw[:60]!r}."
        )
    return _result(event, is_repeat=True)


def _result(event: ScanEvent, *, is_repeat: bool) -> ScanResult:
    return ScanResult(
        outcome=event.outcome,
        message=event.message,
        expected=event.expected,
        job=event.job,
        requirement=event.requirement,
        kind=event.kind,
        is_repeat=is_repeat,
    )
