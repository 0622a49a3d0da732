"""Bins, and the first stock in them."""

from collections.abc import Mapping
from decimal import Decimal

from config.demo.catalogue.machines import CURRENCY
from config.demo.catalogue.suppliers import offers, opening_stock
from config.demo.loading.making import PartIds
from production.models import Bin
from production.services.moving import place_for
from production.services.opening import BinFacts, record_bins, record_opening
from production.services.putaway import move_between_bins

BINS_PER_SHELF = 12
RESERVE_FROM = 200  # so many pieces do not fit into one bin
RESERVE_SHARE = 3  # of five: what lies in the reserve
RESERVE_STARTS_AT = 1000  # the walk comes there last


def load_bins() -> int:
    """Shelves along the walk, the rack with what does not fit, and the two places beside them."""
    stock = opening_stock()
    shelves = [_bin(place) for place in range(len(stock))]
    reserve = [
        BinFacts(f"R-{place:02}", "Reserve", RESERVE_STARTS_AT + place)
        for place, _ in enumerate(_large(stock), start=1)
    ]
    for purpose in (Bin.Purpose.GOODS_IN, Bin.Purpose.QUALITY):
        place_for(purpose)
    return record_bins(bins=[*shelves, *reserve]) + 2


def _bin(place: int) -> BinFacts:
    """One walks up one shelf and down the next."""
    shelf, slot = divmod(place, BINS_PER_SHELF)
    letter = chr(ord("A") + shelf)
    step = BINS_PER_SHELF - slot if shelf % 2 else slot + 1
    return BinFacts(f"{letter}-{slot + 1:02}", f"Shelf {letter}", shelf * 100 + step)


def _large(stock: Mapping[str, int]) -> list[str]:
    return sorted(number for number, pieces in stock.items() if pieces >= RESERVE_FROM)


def open_stock(parts: PartIds) -> int:
    """Put what is common on the shelf, once, at what it costs; what is much lies in two bins."""
    stock = opening_stock()
    costs = _costs()
    record_opening(
        rows=[
            (parts[number], pieces, _bin(place).code)
            for place, (number, pieces) in enumerate(sorted(stock.items()))
        ],
        costs={parts[number]: costs[number] for number in stock if number in costs},
    )
    bins = dict(Bin.objects.values_list("code", "pk"))
    homes = {number: _bin(place).code for place, number in enumerate(sorted(stock))}
    for place, number in enumerate(_large(stock), start=1):
        move_between_bins(
            part_id=parts[number],
            from_bin_id=bins[homes[number]],
            to_bin_id=bins[f"R-{place:02}"],
            quantity=stock[number] * RESERVE_SHARE // 5,
            key=f"opening:{parts[number]}:reserve",
            actor="system",
        )
    return len(stock)


def _costs() -> dict[str, Decimal]:
    """What the cheapest offer asks for one of each part."""
    found: dict[str, Decimal] = {}
    for offer in offers():
        if offer.currency == CURRENCY:
            price = Decimal(offer.price_minor)
            found[offer.part_number] = min(price, found.get(offer.part_number, price))
    return found
