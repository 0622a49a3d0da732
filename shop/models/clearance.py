from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from shop.models.order import Order
from shop.models.payment import Payment


class PaymentClearance(models.Model):
    """The fact that an order's money has cleared: the card that pulls everything.

    One an order, append-only, made by `clear_payment` alone. Everything that is built or bought
    hangs from it by a foreign key that cannot be null. Foreign keys over
    `(order, amount, currency)` and `(payment, order, amount, currency)`, made in a migration,
    let it exist only with the amount of its order, paid by a payment of that order.
    """

    order = models.OneToOneField(
        Order, on_delete=models.PROTECT, primary_key=True, related_name="clearance"
    )
    # None only where the total is zero and nothing was charged.
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, null=True, blank=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    cleared_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(payment__isnull=False, amount_minor__gt=0)
                | Q(payment__isnull=True, amount_minor=0),
                name="clearance_has_payment_unless_zero",
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id} cleared"
