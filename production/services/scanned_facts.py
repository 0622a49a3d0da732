"""What is scanned beside parts: results of checks, and the carrier's number on the box."""

import re

from production.errors import UnknownCheck
from production.models import JobOperation, ScanEvent
from production.selectors.checks import open_checks
from production.services.checks import record_told_check
from production.services.locked_job import LockedJob
from production.services.scan_codes import read_code
from production.services.scan_verdicts import Kind, Scan, Verdict, accepted, refused

# What a meter sends, or what is typed on a scanner's keys; people write the comma, too.
MEASURED = re.compile(r"[+-]?\d{1,9}([.,]\d{1,6})?")
# Carriers number their boxes with letters and digits, most of them digits.
CARRIER = re.compile(r"(?=(?:\D*\d){6})[A-Za-z0-9]{8,40}")
LONGEST_TRACKING = 60


def check_told(locked: LockedJob, one: Scan) -> Verdict:
    """What a label says of a check: `<code>:pass`, `<code>:12.05`, or `pass` for the next one."""
    told = one.code.text
    return record_result(locked, one, told if ":" in told else f"{_next_code(locked)}:{told}")


def measured(locked: LockedJob, text: str) -> str:
    """What a plain number says of the check that is waited for, if it takes a value; else ""."""
    operation = locked.under_way
    if operation is None or operation.kind != JobOperation.Kind.TEST:
        return ""
    if not MEASURED.fullmatch(text):
        return ""
    checks = open_checks(locked.job)
    is_awaited = checks and checks[0].unit
    return f"{checks[0].code}:{text.replace(',', '.')}" if is_awaited else ""


def record_result(locked: LockedJob, one: Scan, told: str) -> Verdict:
    result = record_told_check(
        client_id=one.client_id, job_id=locked.job.pk, told=told, actor=one.actor
    )
    word = "passed" if result.is_passed else "failed"
    value = f" at {result.value.normalize():f}" if result.value is not None else ""
    return accepted(f"{result.code}: {word}{value}.", Kind.CHECK)


def is_of_a_carrier(locked: LockedJob, text: str) -> bool:
    """Whether a code that nobody else knows can be the number on the carrier's label."""
    operation = locked.under_way
    is_boxing = operation is not None and operation.kind == JobOperation.Kind.BOX
    return is_boxing and bool(CARRIER.fullmatch(text))


def tracking(locked: LockedJob, text: str) -> Verdict:
    """The carrier's number goes with the order once its last box is finished."""
    operation = locked.under_way
    if operation is None or operation.kind != JobOperation.Kind.BOX:
        return refused(
            f"{locked.job.number}: its box is not being packed; the label comes then.",
            Kind.TRACKING,
        )
    if len(text) > LONGEST_TRACKING:
        return refused(
            f"A tracking number has at most {LONGEST_TRACKING} characters, got {len(text)}.",
            Kind.TRACKING,
        )
    before = scanned_tracking(locked.order.pk)
    instead = f" instead of {before}" if before not in {"", text} else ""
    return accepted(f"Tracking number {text}{instead}.", Kind.TRACKING)


def scanned_tracking(order_id: int) -> str:
    """The carrier's number that was scanned last for a box of an order, "" if none was."""
    code = (
        ScanEvent.objects.filter(
            job__clearance=order_id, kind=Kind.TRACKING, outcome=ScanEvent.Outcome.ACCEPTED
        )
        .order_by("-id")
        .values_list("code", flat=True)
        .first()
    )
    return read_code(code).text if code else ""


def _next_code(locked: LockedJob) -> str:
    checks = open_checks(locked.job)
    if not checks:
        raise UnknownCheck(f"{locked.job.number}: all checks have passed.")
    return checks[0].code
