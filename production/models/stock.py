from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from production.models.part import Part


class Bin(models.Model):
    """A place on a shelf. People walk the bins in the order of `sequence`."""

    class Purpose(models.TextChoices):
        SHELF = "shelf"
        GOODS_IN = "goods_in"  # where a delivery lies until it is put away; one of them
        QUALITY = "quality"  # what nobody may use until someone has looked at it; one of them

    code = models.CharField(max_length=20, unique=True)
    zone = models.CharField(max_length=40, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    purpose = models.CharField(
        max_length=8, choices=Purpose, default=Purpose.SHELF, db_default=Purpose.SHELF
    )

    class Meta:
        ordering = ["sequence", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose"], condition=~Q(purpose="shelf"), name="bin_one_of_a_purpose"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class StockLevel(models.Model):
    """What lies on the shelf, and how much is promised. Changed by conditional UPDATE only.

    Deferred triggers hold `on_hand`, the shares by origin and the bins' contents to what the
    movements say (by the differences that a transaction makes, production_stockdifference), and
    `on_hold` to the open quality holds.
    """

    part = models.OneToOneField(
        Part, on_delete=models.PROTECT, primary_key=True, related_name="stock_level"
    )
    on_hand = models.PositiveIntegerField(default=0)
    allocated = models.PositiveIntegerField(default=0)
    on_hold = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Held back by quality."
    )
    pegged_on_hand = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Of on hand: bought for a paid order."
    )
    kanban_on_hand = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Of on hand: bought for an approved loop."
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
            ),
            models.CheckConstraint(
                condition=Q(on_hand__gte=F("pegged_on_hand") + F("kanban_on_hand")),
                name="stock_origins_within_on_hand",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id}: {self.on_hand}"

    @property
    def free(self) -> int:
        """Nobody's, and fit for use."""
        return self.on_hand - self.allocated - self.on_hold

    @property
    def push_on_hand(self) -> int:
        """Nobody had called for it: rounding up to a pack, an orphan, by hand."""
        return self.on_hand - self.pegged_on_hand - self.kanban_on_hand


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
    note = models.CharField(max_length=200, blank=True, default="", db_default="")
    key = models.CharField(max_length=120, unique=True, help_text="What makes it happen once.")

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
        RETURN = "return"  # to the supplier
        TRANSFER = "transfer"  # between bins: a pair that sums to zero
        ORIGIN = "origin"  # what it was bought for is gone: a pair that sums to zero

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=12, choices=Kind)
    origin = models.CharField(max_length=8, choices=Origin)
    quantity = models.IntegerField(help_text="Above zero in, below zero out.")
    key = models.CharField(max_length=120, unique=True, help_text="What makes it happen once.")
    reference = models.CharField(max_length=120, blank=True)
    bin = models.ForeignKey(Bin, on_delete=models.PROTECT, related_name="movements")
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
        indexes = [
            # From the newest back: which delivery the pieces came with that a job takes.
            models.Index(
                fields=["part", "id"],
                condition=Q(quantity__gt=0, kind__in=["opening", "receipt", "adjustment"]),
                name="stock_movement_came_in",
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity:+} × {self.part_id}"


class BinCount(models.Model):
    """What somebody counted of a part in a bin, and what the books said. Append-only.

    A count without a difference leaves a row as well: it says when the bin was last right.
    """

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="counts")
    bin = models.ForeignKey(Bin, on_delete=models.PROTECT, related_name="counts")
    expected = models.PositiveIntegerField(help_text="What the books said.")
    counted = models.PositiveIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=120)
    key = models.CharField(max_length=120, unique=True, help_text="What makes it count once.")
    counted_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(counted=F("expected")) | ~Q(reason=""),
                name="bin_count_difference_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.counted} × {self.part_id} in {self.bin_id}"
