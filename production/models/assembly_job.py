from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from config.audit.models import Stateful
from production.models.bom import BomSnapshot
from shop.models import OrderLine, PaymentClearance


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
    waits_for = models.CharField(
        max_length=120,
        blank=True,
        default="",
        db_default="",
        help_text="What decides its planned end, in plain words.",
    )
    replaces = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replaced_by",
        help_text="The job whose machine was scrapped; this one is made instead.",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            # A machine that was scrapped is made again, by another job.
            models.UniqueConstraint(
                fields=["order_line", "unit"],
                condition=~Q(status="scrapped"),
                name="job_once_per_unit",
            ),
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
        "in_progress": frozenset({"done", "pending"}),  # back: rework
        "done": frozenset({"pending"}),  # rework
    }

    job = models.ForeignKey(AssemblyJob, on_delete=models.CASCADE, related_name="operations")
    kind = models.CharField(max_length=8, choices=Kind)
    sequence = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=12, choices=Status, default=Status.PENDING)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=120, blank=True)
    rework_count = models.PositiveSmallIntegerField(default=0, db_default=0)
    need_by = models.DateTimeField(
        null=True, blank=True, help_text="When it must be over to keep the first promise."
    )
    planned_start_at = models.DateTimeField(null=True, blank=True)
    planned_end_at = models.DateTimeField(null=True, blank=True)

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
            models.CheckConstraint(
                condition=Q(planned_start_at__isnull=True, planned_end_at__isnull=True)
                | Q(planned_end_at__gte=F("planned_start_at")),
                name="operation_planned_end_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.kind}"


class OperationAttempt(models.Model):
    """An operation as it went before it was sent back: planned and actual times. Append-only.

    The last attempt stands on the operation itself.
    """

    operation = models.ForeignKey(JobOperation, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField(help_text="Which attempt it was, from 1.")
    need_by = models.DateTimeField(null=True, blank=True)
    planned_start_at = models.DateTimeField(null=True, blank=True)
    planned_end_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty: it was sent back before it was done."
    )
    done_by = models.CharField(max_length=120, blank=True)
    why = models.CharField(max_length=500)
    sent_back_at = models.DateTimeField()

    class Meta:
        ordering = ["operation", "number"]
        constraints = [models.UniqueConstraint(fields=["operation", "number"], name="attempt_once")]

    def __str__(self) -> str:
        return f"{self.operation_id}, attempt {self.number}"


class JobHold(models.Model):
    """Nobody works on the job until it is lifted. At most one open at a time."""

    class Cause(models.TextChoices):
        QUALITY = "quality"
        SHORTAGE = "shortage"
        CUSTOMER = "customer"
        OTHER = "other"

    job = models.ForeignKey(AssemblyJob, on_delete=models.PROTECT, related_name="holds")
    cause = models.CharField(max_length=10, choices=Cause)
    reason = models.CharField(max_length=200)
    opened_by = models.CharField(max_length=120)
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    lifted_by = models.CharField(max_length=120, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["job"], condition=Q(lifted_at__isnull=True), name="job_one_open_hold"
            )
        ]

    def __str__(self) -> str:
        return f"{self.job_id}: {self.reason}"
