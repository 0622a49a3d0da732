"""Words for a job wherever it is shown: its state, its next step, its operations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from production.models import AssemblyJob, JobOperation

Status = AssemblyJob.Status
Kind = JobOperation.Kind
NO_BREAK = "\N{NO-BREAK SPACE}"
TONES: Mapping[str, str] = {
    Status.WAITING_FOR_PARTS: "wait",
    Status.READY: "held",
    Status.IN_PROGRESS: "now",
    Status.DONE: "go",
    Status.SCRAPPED: "stop",
    Status.CANCELLED: "stop",
}


@dataclass(frozen=True, slots=True)
class Step:
    """The next thing to do with a job: start or finish one operation."""

    kind: str
    verb: str
    label: str

    @property
    def needs_page(self) -> bool:
        """Ends with what only the job's page takes: scans, serial numbers, results."""
        return self.kind == Kind.BOX or (
            self.verb == "finish" and self.kind in {Kind.KITTING, Kind.TEST}
        )


def station_of(job: AssemblyJob) -> str:
    """Where a job stands: its status, and while it is under way the next operation not done."""
    operation = current(job)
    if job.status == Status.IN_PROGRESS and operation is not None:
        return operation.kind
    return job.status


def current(job: AssemblyJob) -> JobOperation | None:
    """The first operation that is not done."""
    for operation in job.operations.all():
        if operation.status != JobOperation.Status.DONE:
            return operation
    return None


def under_way(job: AssemblyJob) -> str:
    """The operation that a job is at, "" while it has not begun or when it has ended."""
    operation = current(job)
    if job.status != Status.IN_PROGRESS or operation is None:
        return ""
    return operation_name(operation.kind)


def state_name(job: AssemblyJob) -> str:
    return job.get_status_display().capitalize()


def next_step(job: AssemblyJob) -> Step | None:
    """What can be done with the job now, if anything."""
    operation = current(job)
    return step_of(job.status, operation.kind, operation.status) if operation else None


def step_of(job_status: str, kind: str, operation_status: str) -> Step | None:
    """The same, of a job in this status whose first operation that is not done is `kind`."""
    if not kind or job_status not in {Status.READY, Status.IN_PROGRESS}:
        return None
    name = operation_name(kind).lower()
    if operation_status == JobOperation.Status.IN_PROGRESS:
        return Step(kind, "finish", _("Finish %(operation)s") % {"operation": name})
    return Step(kind, "start", _("Start %(operation)s") % {"operation": name})


def operation_name(kind: str) -> str:
    return {
        Kind.KITTING: _("Kitting"),
        Kind.BUILD: _("Build"),
        Kind.TEST: _("Test"),
        Kind.BOX: _("Boxing"),
    }[Kind(kind)]


def short_day(day: date, form: str = "D j M") -> str:
    """Thu 3 Dec, which never breaks over two lines."""
    return date_format(day, form).replace(" ", NO_BREAK)


def clock(moment: datetime) -> str:
    """14:05, with its day where that is not today."""
    local = timezone.localtime(moment)
    is_today = local.date() == timezone.localdate()
    return date_format(local, "H:i" if is_today else "D j M, H:i").replace(" ", NO_BREAK)
