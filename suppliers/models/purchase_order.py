import secrets
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from config.audit.models import Stateful
from production.models import MaterialRequirement, Part
from suppliers.models.supplier import Supplier


def new_purchase_order_token() -> str:
    """The secret in a supplier's link: 144 random bits."""
    return secrets.token_urlsafe(18)


class PurchaseOrder(Stateful):
    """What we order from one supplier, because paid orders need it."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SENT = "sent", "Sent"
        ACKNOWLEDGED = "acknowledged", "Confirmed"
        PARTLY_RECEIVED = "partly_received", "Partly received"
        RECEIVED = "received", "Received"
        CANCELLED = "cancelled", "Cancelled"

    # Of which something may still come.
    OPEN = (Status.SENT, Status.ACKNOWLEDGED, Status.PARTLY_RECEIVED)

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        "draft": frozenset({"sent", "cancelled"}),
        "sent": frozenset({"acknowledged", "partly_received", "received", "cancelled"}),
        "acknowledged": frozenset({"partly_received", "received", "cancelled"}),
        "partly_received": frozenset({"received"}),
    }

    number = models.CharField(max_length=24, unique=True)
    revision = models.PositiveSmallIntegerField(default=1)
    token = models.CharField(
        max_length=40, unique=True, default=new_purchase_order_token, editable=False
    )
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="purchase_orders")
    status = models.CharField(max_length=16, choices=Status, default=Status.DRAFT)
    source_key = models.CharField(
        max_length=120,
        help_text="What called for it and for which time: the same call never buys twice.",
    )
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "source_key"], name="purchase_order_once_per_source"
            ),
            models.CheckConstraint(
                condition=Q(total_minor__gte=0), name="purchase_order_total_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PurchaseOrderLine(models.Model):
    """One part of a purchase order.

    A deferred trigger holds `quantity = sum of its peggings + push_quantity`, with at least one
    pegging: no line exists that no cleared payment called for.
    """

    purchase_order = models.ForeignKey(
        PurchaseOrder, on_delete=models.PROTECT, related_name="lines"
    )
    line_number = models.PositiveSmallIntegerField()
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="purchase_order_lines")
    sku = models.CharField(max_length=60)
    description = models.CharField(max_length=160)
    quantity = models.PositiveIntegerField()
    push_quantity = models.PositiveIntegerField(
        default=0, help_text="Beyond what orders need, to reach a minimum or a full pack."
    )
    push_reason = models.CharField(max_length=120, blank=True)
    received_quantity = models.PositiveIntegerField(default=0)
    price_minor = models.BigIntegerField(help_text="For one.")
    requested_on = models.DateField()
    promised_on = models.DateField(null=True, blank=True, help_text="The supplier's latest word.")
    later_quantity = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Of what is still to come, so many on a later day."
    )
    later_on = models.DateField(null=True, blank=True, help_text="That later day.")

    class Meta:
        ordering = ["purchase_order", "line_number"]
        constraints = [
            models.UniqueConstraint(
                fields=["purchase_order", "line_number"], name="purchase_order_line_number_once"
            ),
            models.UniqueConstraint(
                fields=["purchase_order", "part"], name="purchase_order_line_part_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0)
                & Q(push_quantity__lt=F("quantity"))
                & Q(received_quantity__lte=F("quantity"))
                & Q(price_minor__gte=0),
                name="purchase_order_line_quantities",
            ),
            models.CheckConstraint(
                condition=Q(push_quantity=0) | ~Q(push_reason=""),
                name="purchase_order_line_push_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(later_quantity=0, later_on__isnull=True)
                | Q(
                    later_quantity__gt=0,
                    later_quantity__lt=F("quantity") - F("received_quantity"),
                    later_on__gt=F("promised_on"),
                ),
                name="purchase_order_line_comes_in_two_parts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purchase_order.number}/{self.line_number}"

    @property
    def reference(self) -> str:
        """How production knows this line as a scheduled receipt."""
        return f"{self.purchase_order.number}/{self.line_number}"

    @property
    def later_reference(self) -> str:
        """How production knows the pieces of this line that come on the later day."""
        return f"{self.reference}-2"

    @property
    def references(self) -> list[str]:
        return [self.reference, self.later_reference]

    @property
    def open_quantity(self) -> int:
        """Ordered and not here yet."""
        return self.quantity - self.received_quantity

    @property
    def next_quantity(self) -> int:
        """What is to come on the nearer day."""
        return self.open_quantity - self.later_quantity

    @property
    def due_on(self) -> date:
        """The supplier's latest word, or else what we asked for."""
        return self.promised_on or self.requested_on


class Pegging(models.Model):
    """Which requirement a part of a purchase-order line is for."""

    line = models.ForeignKey(PurchaseOrderLine, on_delete=models.PROTECT, related_name="peggings")
    requirement = models.ForeignKey(
        MaterialRequirement, on_delete=models.PROTECT, related_name="peggings"
    )
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "requirement"], name="pegging_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="pegging_above_zero"),
        ]


class PromiseEvent(models.Model):
    """What a supplier said about a line's date. Append-only."""

    line = models.ForeignKey(
        PurchaseOrderLine, on_delete=models.PROTECT, related_name="promise_events"
    )
    promised_on = models.DateField()
    quantity = models.PositiveIntegerField()
    channel = models.CharField(max_length=20, default="link")
    said_at = models.DateTimeField(db_default=Now(), editable=False)


class GoodsReceipt(models.Model):
    """Parts that came in on a purchase-order line."""

    line = models.ForeignKey(PurchaseOrderLine, on_delete=models.PROTECT, related_name="receipts")
    quantity = models.PositiveIntegerField()
    key = models.CharField(
        max_length=120, unique=True, help_text="One form sent twice counts once."
    )
    received_by = models.CharField(max_length=120)
    received_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="goods_receipt_above_zero")
        ]
