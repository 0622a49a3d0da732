"""What a job's page puts on the bench: what to pick, to write down, to test, and what stops it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from production.models import AssemblyJob, JobHold, JobOperation, MaterialRequirement
from production.selectors.checks import CheckState, check_states, limits_in_words
from production.selectors.picking import PickLine, lines_of
from production.views import cards

Kind = JobOperation.Kind
# So many at once are asked for; the next follow when these are written down.
MOST_SERIALS = 12
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Bench:
    """A job with what lies around it. `lines`, `checks`: empty before they matter."""

    job: AssemblyJob
    hold: JobHold | None
    operation: JobOperation | None
    lines: tuple[PickLine, ...]
    checks: tuple[CheckState, ...]

    @property
    def is_open(self) -> bool:
        """Somebody may work on it now."""
        is_next = self.job.status in {AssemblyJob.Status.READY, AssemblyJob.Status.IN_PROGRESS}
        return is_next and self.hold is None

    @property
    def is_under_way(self) -> bool:
        return (
            self.is_open
            and self.operation is not None
            and self.operation.status == JobOperation.Status.IN_PROGRESS
        )

    @property
    def is_kitting(self) -> bool:
        is_at_kit = self.operation is not None and self.operation.kind == Kind.KITTING
        return self.is_under_way and is_at_kit

    @property
    def is_testable(self) -> bool:
        """Results can be written down: from the start of the test until the machine is boxed."""
        return self.is_open and any(
            one.kind == Kind.TEST and one.status != JobOperation.Status.PENDING
            for one in self.job.operations.all()
        )

    @property
    def to_pick(self) -> list[PickLine]:
        return [line for line in self.lines if line.left]


def has_begun(job: AssemblyJob) -> bool:
    """Somebody has worked on it."""
    return job.status in {
        AssemblyJob.Status.IN_PROGRESS,
        AssemblyJob.Status.DONE,
        AssemblyJob.Status.SCRAPPED,
    }


def bench_of(
    job: AssemblyJob, requirements: Sequence[MaterialRequirement], hold: JobHold | None
) -> Bench:
    """At most two statements. `job` comes with its operations and snapshot.

    `requirements`: its own, `with_picked` when it `has_begun`.
    """
    lines = lines_of(requirements) if has_begun(job) else []
    if job.status == AssemblyJob.Status.IN_PROGRESS and any(line.left for line in lines):
        lines = lines_of(requirements, is_with_bins=True)
    return Bench(
        job=job,
        hold=hold,
        operation=cards.current(job),
        lines=tuple(lines),
        checks=tuple(check_states(job)) if _was_tested(job) else (),
    )


def _was_tested(job: AssemblyJob) -> bool:
    """Its test has begun, now or before it was sent back: what was found is still shown."""
    return any(
        one.kind == Kind.TEST and (one.started_at or one.rework_count)
        for one in job.operations.all()
    )


def stops(bench: Bench, step: cards.Step | None) -> list[str]:
    """Why the next step would be refused, and what to do about it: a sentence each."""
    job = bench.job
    if bench.hold is not None:
        return [_("It is on hold. Lift the hold to go on.")]
    if job.status == AssemblyJob.Status.WAITING_FOR_PARTS:
        return [_("It waits for parts. Kitting can start when all of them are here.")]
    if step is None:
        return []
    told: list[str] = []
    if (step.kind, step.verb) == (Kind.KITTING, "finish"):
        told += _short(bench.lines)
    if step.kind == Kind.BOX or (step.kind, step.verb) == (Kind.TEST, "finish"):
        told += _untested(bench.checks)
    if step.kind == Kind.BOX:
        # What goes into the box beside the machine is looked at when the box is closed.
        looked_at = [line for line in bench.lines if step.verb == "finish" or not line.is_boxed]
        told += _absent(looked_at)
        told += _unnamed(looked_at)
    return told


def _short(lines: Iterable[PickLine]) -> list[str]:
    names = [
        f"{line.requirement.short_quantity} × {line.name}"
        for line in lines
        if line.requirement.short_quantity
    ]
    if not names:
        return []
    return [
        _("Not here yet: %(parts)s. Wait for them, or swap them where an alternate is approved.")
        % {"parts": named(names)}
    ]


def _untested(checks: Iterable[CheckState]) -> list[str]:
    names = [state.check.text.rstrip(".") for state in checks if not state.is_passed]
    if not names:
        return []
    words = ngettext(
        "A check has not passed: %(checks)s. Write its result down, or send the job back.",
        "%(n)d checks have not passed: %(checks)s. Write the results down, or send the job back.",
        len(names),
    )
    return [words % {"n": len(names), "checks": named(names)}]


def _absent(lines: Iterable[PickLine]) -> list[str]:
    names = [
        f"{line.requirement.quantity - line.requirement.issued_quantity} × {line.name}"
        for line in lines
        if line.requirement.quantity > line.requirement.issued_quantity
    ]
    if not names:
        return []
    return [_("Not in the machine yet: %(parts)s. Pick them first.") % {"parts": named(names)}]


def _unnamed(lines: Iterable[PickLine]) -> list[str]:
    names = [f"{line.serials_missing} × {line.name}" for line in lines if line.serials_missing]
    if not names:
        return []
    return [
        _("Serial numbers are missing: %(parts)s. Scan or type them.") % {"parts": named(names)}
    ]


def named(names: list[str]) -> str:
    """The first few, and how many more."""
    more = [_("%(n)d more") % {"n": len(names) - MOST_NAMED}] if len(names) > MOST_NAMED else []
    return ", ".join(names[:MOST_NAMED] + more)


def pick_rows(bench: Bench) -> list[dict[str, object]]:
    """What is still to pick, along the walk."""
    return [
        {
            "line": line,
            "need": line.requirement,
            "part": line.requirement.part,
            "bin": line.bins[0].bin if line.bins else None,
            "others": [stock.bin.code for stock in line.bins[1:3]],
            "client_id": uuid4(),
        }
        for line in bench.to_pick
    ]


def serial_rows(bench: Bench) -> list[dict[str, object]]:
    """The parts that serial numbers are kept of: what is written down, a field for each missing."""
    return [
        {
            "line": line,
            "need": line.requirement,
            "part": line.requirement.part,
            "units": list(line.requirement.serial_units.all()),
            "fields": range(1, min(line.serials_missing, MOST_SERIALS) + 1),
        }
        for line in bench.lines
        if line.requirement.part.is_serial_tracked
    ]


def check_rows(bench: Bench) -> list[dict[str, object]]:
    """Each check with its limits, its last result in words, and ids for the forms to try again."""
    return [
        {
            "check": state.check,
            "limits": limits_in_words(state.check),
            "latest": state.latest,
            "who": state.latest.actor.removeprefix("staff:") if state.latest else "",
            "value": f"{state.latest.value.normalize():f}"
            if state.latest and state.latest.value is not None
            else "",
            "tries": len(state.results),
            "is_passed": state.is_passed,
            "pass_id": uuid4(),
            "fail_id": uuid4(),
        }
        for state in bench.checks
    ]


def steps_of(bench: Bench) -> list[str]:
    """What the bill says to do in the operation that is next or under way, in this machine."""
    if bench.operation is None or bench.job.status not in {
        AssemblyJob.Status.READY,
        AssemblyJob.Status.IN_PROGRESS,
    }:
        return []
    kind = bench.operation.kind
    return [step["text"] for step in bench.job.snapshot.steps if step["operation"] == kind]


def ways_back(bench: Bench) -> list[tuple[str, str]]:
    """The operations that the job can be sent back to: those that have begun."""
    if not bench.is_open or bench.job.status != AssemblyJob.Status.IN_PROGRESS:
        return []
    return [
        (one.kind, cards.operation_name(one.kind))
        for one in bench.job.operations.all()
        if one.status != JobOperation.Status.PENDING
    ]


def has_taken_parts(bench: Bench) -> bool:
    """Whether there is something that can be scrapped."""
    return any(
        line.requirement.issued_quantity > line.requirement.scrapped_quantity
        for line in bench.lines
    )


def swappable_parts(job: AssemblyJob) -> set[str]:
    """The part numbers for which the job's bill approves another part."""
    return {line["part_number"] for line in job.snapshot.lines if line.get("alternates")}
