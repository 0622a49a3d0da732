from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from configurator.models.price_list import PriceList
from configurator.models.product_model import ModelVersion


class Configuration(models.Model):
    """A complete, valid, priced set of choices. Never changed, never deleted (a trigger)."""

    sha256 = models.CharField(max_length=64, unique=True)
    share_code = models.CharField(max_length=12, unique=True, help_text="Its short address.")
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT)
    price_list = models.ForeignKey(PriceList, on_delete=models.PROTECT)
    choices = models.JSONField(help_text="Group code → option code, for every group.")
    total_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(total_minor__gte=0), name="configuration_total_not_negative"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.share_code}"
