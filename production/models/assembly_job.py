from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from config.audit.models import Stateful
from production.models.bom import BomSnapshot
from shop.models import OrderLine, PaymentClearance


class WorkCenter(models.Model):
    """A place on the floor where one kind of operation is done."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    operation = models.CharField(max_length=8, unique=True)
    jobs_per_day = models.PositiveSmallIntegerField(default=8)
    standard_minutes = models.PositiveSmallIntegerField(default=30)

    def __str__(self) -> str:
        return self.name


class AssemblyJob(Stateful):
    """The work order for one machine.

    Its clearance cannot be null, and a foreign key over `(order_line, clearance)`, made in a
    migration, lets that clearance only be the one of the line's own order: nothing is built
    before its own money.
    """

    class Status(models.TextChoices):
        WAITING_FOR_PARTS = "waiting_for_parts"
        READY = "ready"
        IN_PROGRESS = "in_progress"
        DONE = "done"
        SCRAPPED = "scrapped"
        CANCELLED = "cancelled"

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        "waiting_for_parts": frozenset({"ready", "cancelled"}),
        "ready": frozenset({"waiting_for_parts", "in_progress", "cancelled"}),
        "in_progress": frozenset({"done", "scrapped"}),
    }

    number = models.CharField(max_length=24, unique=True)
    clearance = models.ForeignKey(
        PaymentClearance, on_delete=models.PROTECT, related_name="assembly_jobs"
    )
    order_line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="assembly_jobs"
    )
    unit = models.PositiveSmallIntegerField(help_text="Which machine of the line, from 1.")
    snapshot = models.ForeignKey(BomSnapshot, on_delete=models.PROTECT)
    status = models.CharField(max_length=20, choices=Status, default=Status.WAITING_FOR_PARTS)
    due_on = models.DateField(null=True, blank=True)
    parts_due_on = models.DateField(
        null=True, blank=True, help_text="When the last part is expected; empty: unknown."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["order_line", "unit"], name="job_once_per_unit"),
            models.CheckConstraint(condition=Q(unit__gte=1), name="job_unit_from_1"),
        ]

    def __str__(self) -> str:
        return self.number


class JobOperation(Stateful):
    """One step of a job: kitting, build, test, box."""

    class Kind(models.TextChoices):
        KITTING = "kitting"
        BUILD = "build"
        TEST = "test"
        BOX = "box"

    class Status(models.TextChoices):
        PENDING = "pending"
        IN_PROGRESS = "in_progress"
        DONE = "done"

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        "pending": frozenset({"in_progress"}),
        "in_progress": frozenset({"done"}),
    }

    job = models.ForeignKey(AssemblyJob, on_delete=models.CASCADE, related_name="operations")
    kind = models.CharField(max_length=8, choices=Kind)
    sequence = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=12, choices=Status, default=Status.PENDING)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["job", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["job", "kind"], name="operation_once_per_job"),
            models.UniqueConstraint(fields=["job", "sequence"], name="operation_sequence_once"),
            models.CheckConstraint(
                condition=~Q(status="done")
                | Q(started_at__isnull=False, finished_at__isnull=False),
                name="operation_done_has_times",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.kind}"
