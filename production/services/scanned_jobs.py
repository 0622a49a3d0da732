"""Which job a scan is for, and what that job waits to have scanned next."""

from collections.abc import Sequence
from dataclasses import replace

from production.bom import Check
from production.models import AssemblyJob, JobOperation, ScanEvent
from production.selectors.checks import limits_in_words, open_checks
from production.selectors.picking import PickLine, pick_lines
from production.services.locked_job import LockedJob
from production.services.scan_codes import Label
from production.services.scan_verdicts import Scan

Kind = JobOperation.Kind


def find_job(one: Scan, job_number: str | None) -> tuple[int | None, str]:
    """The job's id, and what is wrong with the number that was given for it.

    The code of a job counts before the number, and the number before what was scanned last.
    """
    code = one.code
    if code.label == Label.JOB:
        found = _by_number(code.text)
        return found, "" if found else f"There is no job {code.text[:40]}."
    if code.label == Label.PLAIN and code.text and (found := _by_number(code.text)):
        return found, ""
    if job_number:
        found = _by_number(job_number)
        return found, "" if found else f"There is no job {_shown(job_number)}."
    last = (
        ScanEvent.objects.filter(actor=one.actor, station=one.station, job__isnull=False)
        .order_by("-id")
        .values_list("job", flat=True)
        .first()
    )
    return last, ""


def _by_number(number: str) -> int | None:
    if "\0" in number:
        return None
    return (
        AssemblyJob.objects.filter(number__iexact=number.strip())
        .values_list("pk", flat=True)
        .first()
    )


def _shown(number: str) -> str:
    return "".join(one if one.isprintable() else "�" for one in number)[:40]


def next_in_words(locked: LockedJob, *, just_picked: tuple[int, int] | None = None) -> str:
    """What the job waits for now, in the words that stand on the scanner.

    `just_picked`: a requirement and how many pieces of it, which is not written down yet.
    """
    job = locked.job
    if job.status not in {AssemblyJob.Status.READY, AssemblyJob.Status.IN_PROGRESS}:
        return ""
    operation = locked.under_way
    if operation is None:
        next_up = locked.next_up
        return f"Start {next_up.get_kind_display().lower()}." if next_up else ""
    lines = [
        replace(line, picked=line.picked + just_picked[1])
        if just_picked and line.requirement.pk == just_picked[0]
        else line
        for line in pick_lines(job_ids=[job.pk], is_with_bins=True)
    ]
    if to_pick := [line for line in lines if line.left]:
        return picks_in_words(to_pick)
    return _unnamed_in_words(operation, lines) or _end_in_words(job, operation)


def _unnamed_in_words(operation: JobOperation, lines: Sequence[PickLine]) -> str:
    """While a kit is picked a serial may be scanned, and while it is built it must be."""
    if operation.kind == Kind.KITTING:
        return ""
    for line in lines:
        if line.serials_missing and (operation.kind == Kind.BOX or not line.is_boxed):
            return f"The serial number of {_named(line)}."
    return ""


def _end_in_words(job: AssemblyJob, operation: JobOperation) -> str:
    """What is left when all parts are there."""
    if operation.kind == Kind.TEST and (checks := open_checks(job)):
        return f"The result of: {in_words(checks[0])}."
    if operation.kind == Kind.BOX:
        return "The label of the carrier, or finish boxing."
    return f"Finish {operation.get_kind_display().lower()}."


def in_words(check: Check) -> str:
    """As in 12 V rail, 11.4 to 12.6 V."""
    limits = limits_in_words(check) or check.unit
    return f"{check.text}, {limits}" if limits else check.text


def picks_in_words(lines: Sequence[PickLine]) -> str:
    """The next pick, and how many lines follow."""
    line = lines[0]
    place = f" from {line.bins[0].bin.code}" if line.bins else ""
    rest = f", then {len(lines) - 1} more" if len(lines) > 1 else ""
    return f"{line.left} × {_named(line)}{place}{rest}."


def _named(line: PickLine) -> str:
    return f"{line.name} ({line.requirement.part.part_number})"
