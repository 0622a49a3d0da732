from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from shop.models.order import Order, OrderLine


class TrackedPart(models.Model):
    """What the customer sees of one part of one machine. Production writes it down."""

    class State(models.TextChoices):
        NEEDED = "needed"
        ON_ORDER = "on_order"
        RESERVED = "reserved"  # on our shelf, the customer's
        KITTED = "kitted"
        INSTALLED = "installed"

    order_line = models.ForeignKey(
        OrderLine, on_delete=models.CASCADE, related_name="tracked_parts"
    )
    unit = models.PositiveSmallIntegerField(help_text="Which machine of the line, from 1.")
    part_number = models.CharField(max_length=60)
    name = models.CharField(max_length=160)
    quantity = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.NEEDED)
    due_on = models.DateField(null=True, blank=True)
    supplier_name = models.CharField(max_length=80, blank=True)
    serial = models.CharField(max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order_line", "unit", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order_line", "unit", "part_number"], name="tracked_part_once"
            ),
            models.CheckConstraint(condition=Q(unit__gte=1), name="tracked_part_unit_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"


class Shipment(models.Model):
    """The box (or boxes) that left."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="shipment")
    carrier = models.CharField(max_length=60)
    tracking_number = models.CharField(max_length=60, blank=True)
    shipped_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.order.number} by {self.carrier}"
