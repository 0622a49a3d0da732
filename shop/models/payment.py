from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from config.audit.models import Stateful
from shop.models.order import Order


class Payment(Stateful):
    """One attempt to pay an order: a Stripe Checkout Session and its PaymentIntent."""

    class Status(models.TextChoices):
        PENDING = "pending"
        PROCESSING = "processing"  # e.g. a bank debit on its way: not cleared
        CLEARED = "cleared"  # never undone; refunds and disputes are facts of their own
        FAILED = "failed"

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        "pending": frozenset({"processing", "cleared", "failed"}),
        "processing": frozenset({"cleared", "failed"}),
        "failed": frozenset({"processing", "cleared"}),  # the cashier lets one try again
    }

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    attempt = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=12, choices=Status, default=Status.PENDING)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    idempotency_key = models.CharField(max_length=120, unique=True)
    session_id = models.CharField(max_length=120, unique=True, null=True, blank=True)
    payment_intent_id = models.CharField(max_length=120, unique=True, null=True, blank=True)
    checkout_url = models.URLField(max_length=2000, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    method = models.CharField(max_length=40, blank=True, help_text='"card", "sepa_debit", …')
    failure = models.CharField(max_length=200, blank=True, help_text="The cashier's last word.")
    # What really came, once it has cleared: refunds are given out of this.
    captured_minor = models.BigIntegerField(default=0)
    # Owed back and not asked for yet: of an order cancelled after it was paid. Staff decide.
    refund_due_minor = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_synced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["order", "attempt"]
        constraints = [
            models.UniqueConstraint(fields=["order", "attempt"], name="payment_attempt_once"),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, refund_due_minor__gte=0, captured_minor__gte=0),
                name="payment_amounts_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order.number} payment {self.attempt}"


class PaymentHold(models.Model):
    """A reason to keep an order here: before release it stops that, afterwards the box.

    Open until somebody closes it, or until what it stands for has passed. While one is open the
    order does not ship (a trigger, made in a migration).
    """

    class Reason(models.TextChoices):
        AMOUNT_MISMATCH = "amount_mismatch"
        REVIEW = "review"
        EARLY_FRAUD_WARNING = "early_fraud_warning"
        DISPUTE = "dispute"
        REFUNDED = "refunded"
        SEASONING = "seasoning", "a debit that may still be called back"
        STAFF = "staff", "asked for by staff"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=24, choices=Reason)
    detail = models.CharField(max_length=300, blank=True)
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    ends_at = models.DateTimeField(null=True, blank=True, help_text="When time alone ends it.")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "reason"],
                condition=Q(closed_at__isnull=True),
                name="payment_hold_open_once_per_reason",
            ),
            models.CheckConstraint(
                condition=~Q(reason="seasoning")
                | Q(closed_at__isnull=False)
                | Q(ends_at__isnull=False),
                name="payment_hold_rest_has_an_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ends_at"],
                condition=Q(closed_at__isnull=True),
                name="payment_hold_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.order.number}: {self.reason}"
