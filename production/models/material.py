from django.db import models
from django.db.models import F, Q

from production.models.assembly_job import AssemblyJob
from production.models.part import Part
from shop.models import PaymentClearance


class MaterialRequirement(models.Model):
    """So much of a part that one job needs: from the shelf, on its way to it, or still short.

    `quantity` zero: not needed any more, because the configuration changed or another part took
    its place; the row stays for what was once bought for it.
    """

    # A foreign key over (job, clearance), made in a migration, holds both.
    clearance = models.ForeignKey(
        PaymentClearance,
        on_delete=models.PROTECT,
        related_name="material_requirements",
        db_constraint=False,
    )
    job = models.ForeignKey(
        AssemblyJob,
        on_delete=models.PROTECT,
        related_name="requirements",
        db_constraint=False,
        db_index=False,  # the key over (job, part) begins with it
    )
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="requirements")
    operation = models.CharField(max_length=8)
    quantity = models.PositiveIntegerField()
    allocated_quantity = models.PositiveIntegerField(default=0)  # = sum of allocations (a trigger)
    issued_quantity = models.PositiveIntegerField(default=0)
    scrapped_quantity = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Broken in making; `quantity` includes what replaces it."
    )
    replaces = models.ForeignKey(
        Part,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="The part that the bill asked for, where an alternate is used.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "part"], name="requirement_once_per_job_part"),
            models.CheckConstraint(
                condition=Q(scrapped_quantity__lte=F("issued_quantity")),
                name="requirement_scrapped_within_issued",
            ),
            models.CheckConstraint(
                condition=Q(allocated_quantity__lte=F("quantity"))
                & Q(issued_quantity__lte=F("allocated_quantity")),
                name="requirement_issued_within_allocated_within_needed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.part_id} for {self.job_id}"

    @property
    def short_quantity(self) -> int:
        return self.quantity - self.allocated_quantity


class ScheduledReceipt(models.Model):
    """What is on its way to us, as suppliers writes it down: planning reads only this."""

    reference = models.CharField(max_length=60, unique=True, help_text="e.g. PO-2041-S3/2")
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="scheduled_receipts")
    quantity = models.PositiveIntegerField()
    received_quantity = models.PositiveIntegerField(default=0)
    pegged_quantity = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="Tied to requirements: the sum of its allocations, kept by the database.",
    )
    due_on = models.DateField(null=True, blank=True)
    first_due_on = models.DateField(null=True, blank=True, help_text="As first said; kept.")
    ordered_on = models.DateField(null=True, blank=True)
    is_confirmed = models.BooleanField(default=False)
    supplier_name = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=F("received_quantity") + F("pegged_quantity")),
                name="scheduled_receipt_promised_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["part"],
                condition=Q(quantity__gt=F("received_quantity") + F("pegged_quantity")),
                name="scheduled_receipt_free",
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def free(self) -> int:
        """On its way, and nobody's."""
        return self.quantity - self.received_quantity - self.pegged_quantity


class ReceiptOutcome(models.Model):
    """What was promised of a delivery and what came of it. Append-only; one a receipt.

    The record that lead times and suppliers are later judged by: against the first promise.
    """

    key = models.CharField(max_length=120, unique=True)
    reference = models.CharField(max_length=60, db_index=True)
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="receipt_outcomes")
    supplier_name = models.CharField(max_length=80, blank=True)
    quantity = models.PositiveIntegerField()
    ordered_on = models.DateField(null=True, blank=True)
    first_due_on = models.DateField(null=True, blank=True, help_text="As first promised.")
    last_due_on = models.DateField(null=True, blank=True)
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.reference}: {self.quantity}"


class Allocation(models.Model):
    """Supply tied to a requirement: from the shelf, or from what is on its way.

    Triggers hold what a requirement says against these rows, and count what of a receipt is tied.
    """

    requirement = models.ForeignKey(
        MaterialRequirement,
        on_delete=models.PROTECT,
        related_name="allocations",
        db_index=False,  # the key over (requirement, scheduled receipt) begins with it
    )
    # Empty: from the shelf.
    scheduled_receipt = models.ForeignKey(
        ScheduledReceipt,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="allocations",
        db_index=False,  # most rows have none: see the index
    )
    quantity = models.PositiveIntegerField()

    class Meta:
        indexes = [
            models.Index(
                fields=["scheduled_receipt"],
                condition=Q(scheduled_receipt__isnull=False),
                name="allocation_by_receipt",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["requirement", "scheduled_receipt"],
                nulls_distinct=False,
                name="allocation_once_per_supply",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="allocation_above_zero"),
        ]
