from django.db import models
from django.db.models import Q


class Supplier(models.Model):
    """Somebody we buy parts from. Needs an e-mail address, never a login."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    email = models.EmailField(max_length=254)
    currency = models.CharField(max_length=3)
    address = models.TextField(blank=True)
    acknowledgement_hours = models.PositiveSmallIntegerField(default=24)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="supplier_currency_is_iso"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address_lines(self) -> list[str]:
        """Street and place: most addresses are kept with the name above them."""
        lines = self.address.splitlines()
        return lines[1:] if lines[:1] == [self.name] else lines
