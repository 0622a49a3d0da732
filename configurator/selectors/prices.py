"""Price lists as the engine reads them, and what an evaluation says with them."""

from collections.abc import Mapping
from functools import lru_cache

from django.conf import settings
from django.utils import timezone

from configurator.engine.evaluate import Evaluation, evaluate
from configurator.engine.price import PriceBook
from configurator.errors import MissingPrice
from configurator.models import ModelPrice, ModelVersion, OptionPrice, PriceList
from configurator.selectors.versions import KEPT_VERSIONS, engine_model, model_by_sha256

KEPT_EVALUATIONS = 64  # of 1,300 options each at worst


def current_price_list(version: ModelVersion, currency: str | None = None) -> PriceList:
    """The newest list that is valid now. Raises MissingPrice."""
    wanted = currency or settings.SHOP_CURRENCY
    found = PriceList.objects.filter(
        version=version, currency=wanted, valid_from__lte=timezone.now()
    ).first()
    if found is None:
        raise MissingPrice(f"{version} has no price list in {wanted}")
    return found


def price_book(price_list: PriceList) -> PriceBook:
    """The list as the engine reads it."""
    return _price_book_by_pk(price_list.pk)


@lru_cache(maxsize=KEPT_VERSIONS)
def _price_book_by_pk(pk: int) -> PriceBook:
    """Once a list is valid and its version checked, the database refuses to change it."""
    return read_price_book(PriceList.objects.get(pk=pk))


def read_price_book(price_list: PriceList) -> PriceBook:
    """The list straight from its rows: for lists that may still change."""
    base = ModelPrice.objects.filter(price_list=price_list).values_list("amount_minor", flat=True)
    prices = OptionPrice.objects.filter(price_list=price_list).values_list(
        "option__group__code", "option__code", "amount_minor"
    )
    return PriceBook(
        currency=price_list.currency,
        base_minor=base.first() or 0,
        option_minor={(group, option): amount for group, option, amount in prices},
    )


@lru_cache(maxsize=KEPT_EVALUATIONS)
def _evaluation(
    sha256: str, price_list_pk: int, choices: tuple[tuple[str, str], ...], groups: frozenset[str]
) -> Evaluation:
    return evaluate(
        model_by_sha256(sha256),
        dict(choices),
        book=_price_book_by_pk(price_list_pk),
        groups=groups,
    )


def evaluation(
    version: ModelVersion,
    price_list: PriceList,
    choices: Mapping[str, str],
    *,
    groups: frozenset[str] | None = None,
) -> Evaluation:
    """`engine.evaluate` with a memory: all that it depends on is immutable.

    `groups` limits for which groups the options' states are worked out; None means all.
    """
    if groups is None:
        groups = frozenset(group.code for group in engine_model(version).groups)
    return _evaluation(version.ir_sha256, price_list.pk, tuple(choices.items()), groups)
