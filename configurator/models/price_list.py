from django.db import models
from django.db.models import Q

from configurator.models.option import Option
from configurator.models.product_model import ModelVersion


class PriceList(models.Model):
    """The prices of a model version from a moment on. A frozen configuration names its list."""

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="price_lists")
    number = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    valid_from = models.DateTimeField()

    class Meta:
        ordering = ["-valid_from", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "currency", "number"], name="price_list_numbered_once"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="price_list_currency_is_iso"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.currency} #{self.number}"


class ModelPrice(models.Model):
    """What the machine costs before any option: frame, cables, packaging, work."""

    price_list = models.OneToOneField(
        PriceList, on_delete=models.CASCADE, primary_key=True, related_name="base"
    )
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0), name="model_price_not_negative"
            )
        ]


class OptionPrice(models.Model):
    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="prices")
    option = models.ForeignKey(Option, on_delete=models.CASCADE, related_name="prices")
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["price_list", "option"], name="option_priced_once"),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0), name="option_price_not_negative"
            ),
        ]
