from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from config.audit.models import Stateful
from config.outbox.work_item import WorkItem
from shop.models.order import OrderLine
from shop.models.payment import Payment


class Refund(Stateful):
    """Money on its way back to whoever paid.

    The refunds of a payment that are not failed or withdrawn never sum to more than what the
    payment captured (a trigger, made in a migration): asking for one reserves its amount.
    """

    class Way(models.TextChoices):
        STRIPE = "stripe", "the way it came"
        TRANSFER = "transfer", "by bank transfer"  # made outside Stripe, after Stripe failed

    class Status(models.TextChoices):
        REQUESTED = "requested", "waits for approval"
        APPROVED = "approved", "approved"  # Stripe is being asked: see `RefundCall`
        PENDING = "pending", "on its way"
        REQUIRES_ACTION = "requires_action", "waits for the customer"
        SUCCEEDED = "succeeded", "done"
        FAILED = "failed", "failed"
        WITHDRAWN = "withdrawn", "withdrawn"

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        "requested": frozenset({"approved", "withdrawn"}),
        "approved": frozenset({"pending", "requires_action", "succeeded", "failed"}),
        "pending": frozenset({"requires_action", "succeeded", "failed"}),
        "requires_action": frozenset({"pending", "succeeded", "failed"}),
        "succeeded": frozenset({"failed"}),  # a bank may send the money back days later
    }

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    status = models.CharField(max_length=16, choices=Status, default=Status.REQUESTED)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=300, help_text="The customer reads it.")
    idempotency_key = models.CharField(max_length=120, unique=True)
    stripe_id = models.CharField(max_length=120, unique=True, null=True, blank=True)
    failure = models.CharField(max_length=300, blank=True, help_text="The cashier's last word.")

    requested_by = models.CharField(max_length=120)
    requested_at = models.DateTimeField(db_default=Now(), editable=False)
    needs_second_person = models.BooleanField(default=False)
    approved_by = models.CharField(max_length=120, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    last_synced_at = models.DateTimeField(null=True, blank=True)
    # What a person did about one that failed.
    settled_by = models.CharField(max_length=120, blank=True)
    settlement = models.CharField(max_length=300, blank=True)

    way = models.CharField(max_length=8, choices=Way, default=Way.STRIPE)
    # The refund that failed, in whose place this one is.
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="replacements", null=True, blank=True
    )
    # Of a transfer: when it left our bank, and what the bank statement shows.
    paid_on = models.DateField(null=True, blank=True)
    reference = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["pk"]
        permissions = [("approve_refund", "Can approve a refund that somebody else asked for")]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_above_zero"),
            models.CheckConstraint(
                condition=Q(status__in=["requested", "withdrawn"]) | ~Q(approved_by=""),
                name="refund_goes_out_approved",
            ),
            models.CheckConstraint(
                condition=Q(needs_second_person=False) | ~Q(approved_by=F("requested_by")),
                name="refund_approved_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(way="stripe", paid_on=None, reference="")
                | Q(
                    way="transfer",
                    replaces__isnull=False,
                    paid_on__isnull=False,
                    needs_second_person=True,
                )
                & ~Q(reference=""),
                name="refund_by_transfer_is_evidenced",
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=~Q(status="withdrawn"),
                name="refund_replaced_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment.order.number} refund {self.pk}"


class RefundLine(models.Model):
    """So many machines of an order line that a refund gives back, at the price that was paid."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="refund_lines")
    quantity = models.PositiveSmallIntegerField()
    amount_minor = models.BigIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["refund", "order_line"], name="refund_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, amount_minor__gte=0), name="refund_line_from_one"
            ),
        ]


class RefundCall(WorkItem):
    """Asking Stripe for a refund. Exists once the refund is approved, and only then."""

    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, related_name="call")

    class Meta(WorkItem.Meta):
        pass

    def __str__(self) -> str:
        return f"asking for {self.refund}"
