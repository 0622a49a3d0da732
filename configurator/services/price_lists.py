"""Prices change by a new list, never by editing one that is valid; those of a draft are free."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from config.locks import lock_rows
from config.money import exponent
from configurator.errors import MissingPrice, UnknownOption
from configurator.models import ModelPrice, ModelVersion, Option, OptionPrice, PriceList
from configurator.selectors.drafts import newest_price_list

AMOUNT = re.compile(r"[0-9]{1,12}([.,][0-9]{1,3})?")


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


def read_amount(text: str, currency: str) -> int:
    """An amount as a person writes it, in minor units. Raises ValueError saying what is expected.

    Without separators of thousands, because 1,299 is two amounts to two people.
    """
    minor = Decimal(0)
    if is_amount := bool(AMOUNT.fullmatch(text)):
        minor = Decimal(text.replace(",", ".")).scaleb(exponent(currency))
    if not is_amount or minor != int(minor):
        raise ValueError(f"an amount such as {'1299' if exponent(currency) == 0 else '1299.00'}")
    return int(minor)


@transaction.atomic
def price_option(*, option: Option, amount_minor: int | None) -> None:
    """Write an option's price into its version's newest list; None takes it out.

    The caller has made sure that the version is a draft; of others the database refuses it.
    Raises MissingPrice when there is no list yet.
    """
    price_list = newest_price_list(option.group.version)
    if price_list is None:
        if amount_minor is None:
            return
        raise MissingPrice(f"{option.group.version} has no price list yet")
    if amount_minor is None:
        OptionPrice.objects.filter(price_list=price_list, option=option).delete()
    else:
        OptionPrice.objects.update_or_create(
            price_list=price_list, option=option, defaults={"amount_minor": amount_minor}
        )


def _check_names(wanted: set[tuple[str, str]], named: set[tuple[str, str]]) -> None:
    if unknown := sorted(named - wanted):
        raise UnknownOption(f"No such option to price: {unknown[0][0]}.{unknown[0][1]}")
    if missing := sorted(wanted - named):
        raise MissingPrice(
            f"{len(missing)} options have no price, first {missing[0][0]}.{missing[0][1]}"
        )
