from django.db import models
from django.db.models import Q

from production.models import Part
from suppliers.models.supplier import Supplier


class Offer(models.Model):
    """What a supplier asks for a part. `(supplier, sku)` is the key; an MPN never is."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="offers")
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="offers")
    sku = models.CharField(max_length=60, help_text="The supplier's own number, kept as text.")
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    moq = models.PositiveIntegerField(default=1, help_text="Minimum order quantity.")
    pack_quantity = models.PositiveIntegerField(default=1, help_text="Sold in multiples of this.")
    lead_days = models.PositiveSmallIntegerField(help_text="Working days to our door.")
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "sku"], name="offer_sku_once"),
            models.CheckConstraint(
                condition=Q(price_minor__gte=0, moq__gte=1, pack_quantity__gte=1),
                name="offer_quantities_from_1",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier.code} {self.sku}"
