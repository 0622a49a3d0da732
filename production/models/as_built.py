from django.db import models
from django.db.models import Q
from django.db.models.functions import Now, Upper

from production.models.assembly_job import AssemblyJob
from production.models.material import MaterialRequirement
from production.models.part import Part


class SerialUnit(models.Model):
    """One piece with a serial number, and the machine that it sits in."""

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="serial_units")
    serial = models.CharField(max_length=80)
    requirement = models.ForeignKey(
        MaterialRequirement,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="serial_units",
        help_text="What it was built in for; empty: taken out again.",
    )
    receipt_reference = models.CharField(max_length=60, blank=True)
    is_scrapped = models.BooleanField(default=False)
    captured_by = models.CharField(max_length=120)
    captured_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            # Case is what differs between two readers of one label, not between two pieces.
            models.UniqueConstraint("part", Upper("serial"), name="serial_once_per_part"),
            models.CheckConstraint(condition=~Q(serial=""), name="serial_not_empty"),
            models.CheckConstraint(
                condition=Q(is_scrapped=False) | Q(requirement__isnull=True),
                name="serial_scrapped_is_in_no_machine",
            ),
        ]
        # Who traces a number does not know yet whose it is.
        indexes = [models.Index(Upper("serial"), name="serial_by_number")]

    def __str__(self) -> str:
        return f"{self.part_id} {self.serial}"


class PieceSource(models.Model):
    """Which delivery the pieces came with that a job took. Append-only.

    Pieces without a serial cannot be told apart: the oldest on the shelf leave first.
    """

    requirement = models.ForeignKey(
        MaterialRequirement, on_delete=models.PROTECT, related_name="sources"
    )
    reference = models.CharField(
        max_length=120, blank=True, db_index=True, help_text="Of the receipt; empty: unknown."
    )
    quantity = models.PositiveIntegerField()
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="piece_source_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} from {self.reference or 'unknown'}"


class CheckResult(models.Model):
    """What a test of a job said. Append-only: a repeated test is another row."""

    job = models.ForeignKey(AssemblyJob, on_delete=models.PROTECT, related_name="check_results")
    code = models.SlugField(max_length=40, help_text="Of the check, in the job's snapshot.")
    is_passed = models.BooleanField()
    value = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=120)
    client_id = models.UUIDField(unique=True, help_text="One form sent twice counts once.")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["job", "code", "id"], name="check_result_latest")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.code}: {'passed' if self.is_passed else 'failed'}"
