from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from production.models.part import Part


class StockLevel(models.Model):
    """What lies on the shelf, and how much is promised. Changed by conditional UPDATE only."""

    part = models.OneToOneField(
        Part, on_delete=models.PROTECT, primary_key=True, related_name="stock_level"
    )
    on_hand = models.PositiveIntegerField(default=0)
    allocated = models.PositiveIntegerField(default=0)
    bin = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(allocated__lte=F("on_hand")), name="stock_allocated_within_on_hand"
            )
        ]

    def __str__(self) -> str:
        return f"{self.part_id}: {self.on_hand}"


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

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=12, choices=Kind)
    origin = models.CharField(max_length=8, choices=Origin)
    quantity = models.IntegerField(help_text="Above zero in, below zero out.")
    key = models.CharField(max_length=120, unique=True, help_text="What makes it happen once.")
    reference = models.CharField(max_length=120, blank=True)
    moved_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=0), name="stock_movement_not_zero")
        ]

    def __str__(self) -> str:
        return f"{self.quantity:+} × {self.part_id}"
