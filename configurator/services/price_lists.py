"""Prices change by a new list, never by editing one that is valid."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from config.locks import lock_rows
from configurator.errors import MissingPrice, UnknownOption
from configurator.models import ModelPrice, ModelVersion, Option, OptionPrice, PriceList


@transaction.atomic
def create_price_list(
    *,
    version: ModelVersion,
    currency: str,
    base_minor: int,
    option_minor: Mapping[tuple[str, str], int],
    valid_from: datetime | None = None,
) -> PriceList:
    """Write a complete list: base price, and (group, option) → minor units for every option.

    Options of quantity groups have no price of their own. Raises MissingPrice when an option is
    left out, UnknownOption when one is named that the version does not have.
    """
    lock_rows(ModelVersion, [version.pk])  # numbers the lists one after the other
    options = {
        (option.group.code, option.code): option
        for option in Option.objects.filter(
            group__version=version, group__quantity_for=None
        ).select_related("group")
    }
    _check_names(set(options), set(option_minor))
    lists = PriceList.objects.filter(version=version, currency=currency)
    number = (lists.aggregate(last=Max("number"))["last"] or 0) + 1
    price_list = PriceList.objects.create(
        version=version,
        currency=currency,
        number=number,
        valid_from=valid_from or timezone.now(),
    )
    ModelPrice.objects.create(price_list=price_list, amount_minor=base_minor)
    OptionPrice.objects.bulk_create(
        OptionPrice(price_list=price_list, option=options[key], amount_minor=amount)
        for key, amount in option_minor.items()
    )
    return price_list


def _check_names(wanted: set[tuple[str, str]], named: set[tuple[str, str]]) -> None:
    if unknown := sorted(named - wanted):
        raise UnknownOption(f"No such option to price: {unknown[0][0]}.{unknown[0][1]}")
    if missing := sorted(wanted - named):
        raise MissingPrice(
            f"{len(missing)} options have no price, first {missing[0][0]}.{missing[0][1]}"
        )
