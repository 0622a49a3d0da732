import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from configurator.models import Configuration


class Cart(models.Model):
    """What a visitor means to order; known by a token in a signed cookie."""

    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return str(self.token)


class CartLine(models.Model):
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    configuration = models.ForeignKey(Configuration, on_delete=models.PROTECT)
    quantity = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "configuration"], name="cart_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__range=(1, 99)), name="cart_line_quantity_1_to_99"
            ),
        ]
