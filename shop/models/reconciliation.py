from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from shop.models.payment import Payment


class BalanceRecord(models.Model):
    """One movement of our balance as Stripe tells it (a balance transaction). Append-only."""

    stripe_id = models.CharField(max_length=120, unique=True)
    category = models.CharField(max_length=60, help_text="Stripe's reporting category.")
    source_id = models.CharField(max_length=120, blank=True)
    # Which payment it is about may become known later than the movement itself.
    intent_id = models.CharField(max_length=120, blank=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, blank=True)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    happened_at = models.DateTimeField(help_text="When it moved at Stripe.")
    read_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["happened_at"], name="balance_record_happened"),
            models.Index(fields=["intent_id"], name="balance_record_intent"),
            models.Index(fields=["source_id"], name="balance_record_source"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.stripe_id}"


class BalanceReading(models.Model):
    """A stretch of Stripe's balance that was read and compared with the books. Append-only.

    One begins where the one before ended: the latest `ends_at` is the cut-off, and a run that
    breaks off goes on from there.
    """

    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(unique=True)
    movement_count = models.PositiveIntegerField()
    difference_count = models.PositiveIntegerField(help_text="Found in this stretch.")
    read_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-ends_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(begins_at__lt=models.F("ends_at")), name="balance_reading_has_a_length"
            )
        ]

    def __str__(self) -> str:
        return f"balance to {self.ends_at:%Y-%m-%d %H:%M}"


class BalanceDifference(models.Model):
    """Where Stripe's balance and our books disagree. Open until the two agree or staff say why."""

    key = models.CharField(max_length=140, unique=True, help_text="What makes it one difference.")
    record = models.ForeignKey(BalanceRecord, on_delete=models.PROTECT, null=True, blank=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, blank=True)
    what = models.CharField(max_length=200)
    at_stripe_minor = models.BigIntegerField()
    in_books_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True) | (~Q(resolved_by="") & ~Q(reason="")),
                name="difference_resolved_with_a_reason",
            )
        ]

    def __str__(self) -> str:
        return self.what
