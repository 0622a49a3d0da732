"""What the desk reads of versions that are not on sale yet."""

from django.conf import settings

from configurator.models import ModelVersion, PriceList


def newest_price_list(version: ModelVersion, currency: str | None = None) -> PriceList | None:
    """The list that the version would go on sale with: the last one, valid already or not."""
    wanted = currency or settings.SHOP_CURRENCY
    return PriceList.objects.filter(version=version, currency=wanted).first()
