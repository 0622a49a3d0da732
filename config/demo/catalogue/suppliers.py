"""Six suppliers, what they ask for each part, and how long they take. All of them invented.

Prices, pack sizes and lead times follow from the part number, so every load gives the same.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from config.demo.catalogue.consumables import CONSUMABLES
from config.demo.catalogue.house_options import LICENCES
from config.demo.catalogue.machines import CURRENCY, machines
from config.demo.catalogue.options import CataloguePart, bought_parts


@dataclass(frozen=True, slots=True)
class DemoSupplier:
    """Somebody who sells us parts. `lead_days` are working days to our door, from and to."""

    code: str
    name: str
    email: str
    address: str
    categories: tuple[str, ...]
    lead_days: tuple[int, int]
    price_percent: tuple[int, int]
    acknowledgement_hours: int = 24
    currency: str = CURRENCY


@dataclass(frozen=True, slots=True)
class DemoOffer:
    """What one supplier asks for one part, in cents."""

    supplier: str
    part_number: str
    sku: str
    price_minor: int
    lead_days: int
    moq: int = 1
    pack_quantity: int = 1
    currency: str = CURRENCY


SUPPLIERS: tuple[DemoSupplier, ...] = (
    DemoSupplier(
        code="northgate",
        name="Northgate Components",
        email="orders@northgate-components.example",
        address="Northgate Components\n14 Harbour Road\nBaltimore, MD 21230",
        categories=("cpu", "motherboard", "graphics", "licence"),
        lead_days=(1, 4),
        price_percent=(78, 86),
    ),
    DemoSupplier(
        code="tessel",
        name="Tessel Memory & Storage",
        email="orders@tessel.example",
        address="Tessel Memory & Storage\n220 Foundry Street\nAustin, TX 78702",
        categories=("memory", "drive"),
        lead_days=(1, 3),
        price_percent=(72, 84),
    ),
    DemoSupplier(
        code="brightwater",
        name="Brightwater Supply",
        email="sales@brightwater-supply.example",
        address="Brightwater Supply\n8 Mill Lane\nPortland, OR 97209",
        categories=("case", "power_supply", "cooler", "fans"),
        lead_days=(2, 6),
        price_percent=(68, 80),
    ),
    DemoSupplier(
        code="lumen",
        name="Lumen Display Trade",
        email="trade@lumen-display.example",
        address="Lumen Display Trade\n75 Signal Avenue\nSan Jose, CA 95112",
        categories=("monitor",),
        lead_days=(4, 9),
        price_percent=(76, 84),
        acknowledgement_hours=48,
    ),
    DemoSupplier(
        code="kestrel",
        name="Kestrel Industrial",
        email="orders@kestrel-industrial.example",
        address="Kestrel Industrial\n3 Quarry Park\nPittsburgh, PA 15222",
        categories=("cpu", "motherboard", "memory", "graphics", "drive", "power_supply"),
        lead_days=(5, 9),
        price_percent=(70, 79),
        acknowledgement_hours=48,
    ),
    DemoSupplier(
        code="foldwell",
        name="Foldwell Packaging & Print",
        email="orders@foldwell.example",
        address="Foldwell Packaging & Print\n41 Paper Street\nDayton, OH 45402",
        categories=("packaging", "label", "cable", "consumable"),
        lead_days=(2, 3),
        price_percent=(95, 100),
    ),
)
PACK_OF_CATEGORY: Mapping[str, int] = MappingProxyType(
    {"packaging": 25, "label": 100, "cable": 50, "consumable": 50}
)
SECOND_SOURCE_PERCENT = 22  # of the parts that Kestrel could sell, those that it does
# Old parts that nobody offers any more. They stay on the bench: a machine with one of them has an
# unknown date, and says so.
UNSUPPLIED_MAKERS = frozenset({"Maxtor", "IBM", "OCZ", "EVGA"})
STOCKED_GROUPS = frozenset({"memory", "drive", "second_drive", "power_supply", "cooler", "fans"})
SHELF_SHARE = 0.35  # of the other parts of Compact, those that lie on the shelf
FREE_OF_MINIMUM_MINOR = 4000  # cheap parts come in small packs


def share(part_number: str, purpose: str) -> float:
    """Return a number in [0, 1) that depends on nothing but the two texts."""
    digest = hashlib.sha256(f"{purpose}:{part_number}".encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32


def all_parts() -> tuple[CataloguePart, ...]:
    """Return everything that is bought."""
    return (*bought_parts(), *LICENCES, *CONSUMABLES)


def offers() -> tuple[DemoOffer, ...]:
    """Return every offer, in the order of the parts."""
    return tuple(offer for part in all_parts() for offer in _offers_of(part))


def _offers_of(part: CataloguePart) -> Iterator[DemoOffer]:
    if is_unsupplied(part):
        return
    first, *others = [s for s in SUPPLIERS if part.category in s.categories]
    yield _offer(first, part)
    for supplier in others:
        if share(part.number, f"second {supplier.code}") * 100 < SECOND_SOURCE_PERCENT:
            yield _offer(supplier, part)


def is_unsupplied(part: CataloguePart) -> bool:
    """Tell the parts that no supplier offers: of given-up makers, and in no chosen selection."""
    return part.maker in UNSUPPLIED_MAKERS and part.number not in _selected_numbers()


def _selected_numbers() -> frozenset[str]:
    return frozenset(
        option.part_number
        for product in machines()
        if product.slug != "bench"
        for group in product.groups
        for option in group.options
        if option.part_number
    )


def _offer(supplier: DemoSupplier, part: CataloguePart) -> DemoOffer:
    lowest, highest = supplier.price_percent
    percent = lowest + (highest - lowest) * share(part.number, f"price {supplier.code}")
    soonest, latest = supplier.lead_days
    spread = share(part.number, f"lead {supplier.code}")
    pack = PACK_OF_CATEGORY.get(part.category, 1)
    if part.category == "fans" and part.list_price_minor < FREE_OF_MINIMUM_MINOR:
        pack = 2
    return DemoOffer(
        supplier=supplier.code,
        part_number=part.number,
        sku=f"{supplier.code[:2].upper()}-{part.number}"[:60],
        price_minor=max(1, round(part.list_price_minor * percent / 100)),
        lead_days=soonest + int((latest - soonest + 1) * spread),
        moq=pack,
        pack_quantity=pack,
        currency=supplier.currency,
    )


def opening_stock() -> dict[str, int]:
    """Return part number -> pieces on the shelf on the first day.

    Only what is common and cheap lies there: processors, boards, cards, cases and monitors are
    bought when somebody has paid for them.
    """
    stock = {part.number: 200 for part in CONSUMABLES} | {part.number: 25 for part in LICENCES}
    for product in machines():
        for group in product.groups:
            if group.code not in STOCKED_GROUPS:
                continue
            for option in group.options:
                number = option.part_number
                if not number or number in stock:
                    continue
                if option.code == group.default:
                    stock[number] = 6
                elif product.slug == "compact" and share(number, "stock") < SHELF_SHARE:
                    stock[number] = 1 + int(4 * share(number, "pieces"))
    return stock
