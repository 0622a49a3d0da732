"""How busy the plant is."""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from production.models import AssemblyJob, JobOperation, WorkCenter

OPEN_JOBS = (
    AssemblyJob.Status.WAITING_FOR_PARTS,
    AssemblyJob.Status.READY,
    AssemblyJob.Status.IN_PROGRESS,
)
MINUTES_A_DAY = 480  # one shift of eight hours


@dataclass(frozen=True, slots=True)
class PlantQueue:
    """How long the jobs ahead keep the plant busy, before which operation, and how long one takes.

    Days are working days.
    """

    days: int
    operation: str
    build_days: int


def plant_queue(*, more_jobs: int = 0, until_job: int | None = None) -> PlantQueue:
    """The queue before the busiest work center, in one statement.

    A center that does `jobs_per_day` has a queue of whole days of jobs whose operation there is
    not done. `more_jobs` are added behind them; with `until_job`, only jobs up to that one count.
    """
    waiting = JobOperation.objects.filter(
        kind=OuterRef("operation"), job__status__in=OPEN_JOBS
    ).exclude(status=JobOperation.Status.DONE)
    if until_job is not None:
        waiting = waiting.filter(job_id__lte=until_job)
    ahead = waiting.order_by().values("kind").annotate(jobs=Count("pk")).values("jobs")
    # The job in question is the last in the queue, not ahead of itself.
    itself = 1 if more_jobs or until_job is not None else 0
    days, where, minutes = 0, "", 0
    for center in WorkCenter.objects.annotate(ahead=Coalesce(Subquery(ahead), 0)).order_by("pk"):
        minutes += center.standard_minutes
        own = max(0, center.ahead + more_jobs - itself) // max(1, center.jobs_per_day)
        if own > days:
            days, where = own, center.operation
    return PlantQueue(days, where, max(1, -(-minutes // MINUTES_A_DAY)))
