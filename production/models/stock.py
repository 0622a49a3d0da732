from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from production.models.part import Part


class Bin(models.Model):
    """A place on a shelf. People walk the bins in the order of `sequence`."""

    code = models.CharField(max_length=20, unique=True)
    zone = models.CharField(max_length=40, blank=True)
    sequence = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["sequence", "code"]

    def __str__(self) -> str:
        return self.code


class StockLevel(models.Model):
    """What lies on the shelf, and how much is promised. Changed by conditional UPDATE only."""

    part = models.OneToOneField(
        Part, on_delete=models.PROTECT, primary_key=True, related_name="stock_level"
    )
    on_hand = models.PositiveIntegerField(default=0)
    allocated = models.PositiveIntegerField(default=0)
    on_hold = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Held back by quality."
    )
    home_bin = models.ForeignKey(
        Bin, null=True, blank=True, on_delete=models.PROTECT, related_name="home_of"
    )
    average_cost_minor = models.DecimalField(
        max_digits=18,
        decimal_places=4,
        null=True,
        blank=True,
        help_text="Moving average of what one piece cost; empty: unknown.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(on_hand__gte=F("allocated") + F("on_hold")),
                name="stock_allocated_and_held_within_on_hand",
            )
        ]

    def __str__(self) -> str:
        return f"{self.part_id}: {self.on_hand}"

    @property
    def free(self) -> int:
        """Nobody's, and fit for use."""
        return self.on_hand - self.allocated - self.on_hold


class BinStock(models.Model):
    """How much of a part lies in one bin. Over its bins it is the part's `on_hand`."""

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="bin_stock")
    bin = models.ForeignKey(Bin, on_delete=models.PROTECT, related_name="contents")
    quantity = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "bin"], name="bin_stock_once"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.part_id} in {self.bin_id}"


class QualityHold(models.Model):
    """Pieces that nobody may use until someone has looked at them."""

    class Outcome(models.TextChoices):
        RELEASED = "released"  # fit for use
        SCRAPPED = "scrapped"
        RETURNED = "returned"  # to the supplier

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="quality_holds")
    quantity = models.PositiveIntegerField()
    reason = models.CharField(max_length=200)
    opened_by = models.CharField(max_length=120)
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    closed_by = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="quality_hold_above_zero"),
            models.CheckConstraint(
                condition=Q(outcome="", closed_at__isnull=True)
                | (~Q(outcome="") & Q(closed_at__isnull=False)),
                name="quality_hold_closed_with_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.part_id}: {self.reason}"


class StockMovement(models.Model):
    """One change of the shelf. Append-only; the level is the sum of them."""

    class Origin(models.TextChoices):
        PEGGED = "pegged"  # bought or used for a paid order
        KANBAN = "kanban"  # an approved loop
        PUSH = "push"  # rounding up to a pack, an orphan of a cancellation, by hand

    class Kind(models.TextChoices):
        OPENING = "opening"
        RECEIPT = "receipt"
        ISSUE = "issue"
        ADJUSTMENT = "adjustment"
        SCRAP = "scrap"
        TRANSFER = "transfer"  # between bins: a pair that sums to zero
        ORIGIN = "origin"  # what it was bought for is gone: a pair that sums to zero

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=12, choices=Kind)
    origin = models.CharField(max_length=8, choices=Origin)
    quantity = models.IntegerField(help_text="Above zero in, below zero out.")
    key = models.CharField(max_length=120, unique=True, help_text="What makes it happen once.")
    reference = models.CharField(max_length=120, blank=True)
    bin = models.ForeignKey(Bin, null=True, blank=True, on_delete=models.PROTECT)
    unit_cost_minor = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, blank=True, help_text="Empty: unknown."
    )
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    actor = models.CharField(max_length=120, blank=True, default="", db_default="")
    moved_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=0), name="stock_movement_not_zero")
        ]

    def __str__(self) -> str:
        return f"{self.quantity:+} × {self.part_id}"
