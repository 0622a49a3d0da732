"""What a machine is tested for, and what came of it."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from production.bom import Check
from production.models import AssemblyJob, BomSnapshot, CheckResult


@dataclass(frozen=True, slots=True)
class CheckState:
    """One check of a job with everything that was found, oldest first."""

    check: Check
    results: tuple[CheckResult, ...]

    @property
    def latest(self) -> CheckResult | None:
        return self.results[-1] if self.results else None

    @property
    def is_passed(self) -> bool:
        """As the last result says: an earlier pass is overtaken by a later failure."""
        return self.latest is not None and self.latest.is_passed


def checks_of(job: AssemblyJob) -> tuple[Check, ...]:
    """The checks of a job's snapshot, in their order."""
    # A snapshot is mostly bill; who has it whole has joined it.
    rows = (
        job.snapshot.checks
        if AssemblyJob.snapshot.is_cached(job)
        else BomSnapshot.objects.values_list("checks", flat=True).get(pk=job.snapshot_id)
    )
    return tuple(Check(**row) for row in rows)


def check_states(job: AssemblyJob) -> list[CheckState]:
    """Every check of a job with its results: one statement."""
    results = results_of([job.pk]).get(job.pk, {})
    return [CheckState(check, results.get(check.code, ())) for check in checks_of(job)]


def results_of(job_ids: Collection[int]) -> dict[int, dict[str, tuple[CheckResult, ...]]]:
    """Job id → code → what was found, oldest first."""
    results: dict[int, dict[str, tuple[CheckResult, ...]]] = {}
    for result in CheckResult.objects.filter(job__in=job_ids).order_by("pk"):
        of_job = results.setdefault(result.job_id, {})
        of_job[result.code] = (*of_job.get(result.code, ()), result)
    return results


def open_checks(job: AssemblyJob) -> list[Check]:
    """The checks whose last result is not a pass."""
    return [state.check for state in check_states(job) if not state.is_passed]


def limits_in_words(check: Check) -> str:
    """As in 11.4 to 12.6 V, or at least 60 °C; "" for yes or no, or where anything goes."""
    low, high = (_plain(text) for text in (check.at_least, check.at_most))
    if low and high:
        return f"{low} to {high} {check.unit}"
    if low:
        return f"at least {low} {check.unit}"
    return f"at most {high} {check.unit}" if high else ""


def _plain(text: str | None) -> str:
    """A decimal without the zeros that say nothing."""
    if text is None:
        return ""
    shown = f"{Decimal(text):f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
