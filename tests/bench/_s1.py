"""Scenario S1: twenty configurable machines on five levels, made through the models.

About 33 made nodes and 107 bought lines an order: ten parts and five sub-assemblies under each
top, and so on down, over 2,000 parts that one would buy and 280 sub-assemblies that are shared.
On top of the scenario's skeleton: eight lines of each top take what was chosen, lines with
conditions come in pairs of which one applies, quantities come from the configuration, some lines
lose pieces in making, every tenth bill is in its second revision, and three sub-assemblies lie on
the shelf. Random, but always the same.
"""

from dataclasses import dataclass
from datetime import time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from configurator.models import Configuration, ModelVersion
from production.models import BillOfMaterial, BomLine, Part, Shift, WorkCenter
from production.services.opening import record_opening
from production.services.supply_profiles import update_supply_profile
from shop.models import Order, OrderLine, Payment, PaymentClearance, ShippingMethod
from suppliers.models import Offer
from tests.factories.configurator import GROUPS, frozen_configuration, publish_small_model
from tests.factories.shop import ShippingMethodFactory
from tests.factories.suppliers import SupplierFactory

TOPS = 20
BOUGHT = 2_000
SUBS = {1: 60, 2: 80, 3: 80, 4: 60}  # by level
STOCKED = 3  # of the lowest sub-assemblies
SUPPLIERS = 40
CHOICES = (
    {},
    {"graphics": "card", "power_supply": "w850"},
    {"memory": "kit64", "memory_quantity": "two", "case": "tower"},
)
GROUP_LINES = (
    ("@case", "1"),
    ("@power_supply", "1"),
    ("@cpu", "1"),
    ("@memory", "memory_quantity.count"),
    ("@graphics", "1"),
)
CARD, NO_CARD = 'graphics != "none"', 'graphics == "none"'


@dataclass(slots=True)
class Scenario:
    """What orders are made of: configurations of every machine, to be drawn from at random."""

    configurations: list[Configuration]
    random: Random
    method: ShippingMethod
    made: int = 0


def build() -> Scenario:
    """Machines, parts, bills, stock, suppliers; nothing ordered yet."""
    random = Random(7)  # noqa: S311 - a scenario, not a secret
    parts = _parts(random)
    versions = [publish_small_model() for _ in range(TOPS)]
    _bills(random, parts, versions)
    _stock(random)
    centers = WorkCenter.objects.bulk_create(
        WorkCenter(code=kind, name=kind.title(), operation=kind, stations=4)
        for kind in ("kitting", "build", "test", "box")
    )
    Shift.objects.bulk_create(
        Shift(work_center=center, weekday=day, starts_at=time(6), ends_at=time(22))
        for center in centers
        for day in range(5)
    )
    configurations = [
        frozen_configuration(version=version, **choices)
        for version in versions
        for choices in CHOICES
    ]
    return Scenario(configurations, random, ShippingMethodFactory.create())


def _parts(random: Random) -> dict[str, Part]:
    chosen = [
        Part(part_number=number, name=name, is_tracked=True)
        for _, options in GROUPS.values()
        for _, name, number, _, _ in options
        if number
    ]
    bought = [
        Part(part_number=f"C{n:04d}", name=f"Component {n}", is_tracked=n % 10 == 0)
        for n in range(BOUGHT)
    ]
    made = [
        Part(
            part_number=f"S{level}-{n:03d}",
            name=f"Sub-assembly {level}-{n}",
            kind=Part.Kind.MAKE,
            is_tracked=False,
            is_stocked=level == 4 and n < STOCKED,
        )
        for level, count in SUBS.items()
        for n in range(count)
    ]
    tops = [
        Part(part_number=f"T{n:02d}", name=f"Machine {n}", kind=Part.Kind.MAKE) for n in range(TOPS)
    ]
    return {one.part_number: one for one in Part.objects.bulk_create(chosen + bought + made + tops)}


def _bills(random: Random, parts: dict[str, Part], versions: list[ModelVersion]) -> None:
    bills: list[tuple[str, list[BomLine], str]] = []
    for level in (4, 3, 2, 1):
        for n in range(SUBS[level]):
            children = {4: 0, 3: random.random() < 0.7, 2: 1, 1: 2}[level]
            lines = _leaves(random, parts, {4: 3, 3: 2, 2: 3, 1: 5}[level])
            below = random.sample(range(SUBS.get(level + 1, 0) or 1), int(children))
            lines += [_line(parts[f"S{level + 1}-{child:03d}"]) for child in below]
            bills.append((f"S{level}-{n:03d}", lines, ""))
    for n, version in enumerate(versions):
        lines = [
            BomLine(component_group=what[1:], quantity_per=quantity)
            for what, quantity in GROUP_LINES
        ]
        lines += _leaves(random, parts, 5)
        lines += [_line(parts[f"S1-{child:03d}"]) for child in random.sample(range(SUBS[1]), 5)]
        bills.append((f"T{n:02d}", lines, version.product_model.slug))
    for number, (owner, lines, slug) in enumerate(bills):
        for revision in range(1, 3 if number % 10 == 0 else 2):
            _release(parts[owner], revision, lines, slug)


def _leaves(random: Random, parts: dict[str, Part], count: int) -> list[BomLine]:
    """Bought lines, of which as many apply in every configuration."""
    found = []
    for n in random.sample(range(BOUGHT), count):
        extra: dict[str, Any] = {"quantity_per": str(random.randint(1, 4))}
        if random.random() < 0.1:
            extra["scrap_factor"] = "0.0200"
        if random.random() < 0.1:
            extra["quantity_per"] = f"memory_quantity.count * {random.randint(1, 2)}"
        if random.random() < 0.1:
            other = parts[f"C{(n + BOUGHT // 2) % BOUGHT:04d}"]
            found.append(_line(other, condition=NO_CARD, quantity_per="2"))
            extra["condition"] = CARD
        found.append(_line(parts[f"C{n:04d}"], **extra))
    return found


def _line(component: Part, **fields: Any) -> BomLine:
    return BomLine(component=component, **fields)


def _release(owner: Part, revision: int, lines: list[BomLine], slug: str) -> None:
    """Write a revision and put it in force, over the one before."""
    status = BillOfMaterial.Status
    bill = BillOfMaterial.objects.create(part=owner, revision=revision, product_slug=slug)
    for position, line in enumerate(lines):
        line.pk, line.bill, line.position = None, bill, position
    BomLine.objects.bulk_create(lines)
    owner.bills.filter(status=status.RELEASED).update(status=status.SUPERSEDED)
    BillOfMaterial.objects.filter(pk=bill.pk).update(status=status.RELEASED)


def _stock(random: Random) -> None:
    """Up to 300 of every bought part and a few sub-assemblies; lead times; offers with minimums."""
    bought = list(Part.objects.filter(kind=Part.Kind.BUY).order_by("pk"))
    stocked = Part.objects.filter(is_stocked=True)
    record_opening(
        rows=[(one.pk, random.randint(0, 300), f"A-{n % 200:03d}") for n, one in enumerate(bought)]
        + [(one.pk, 100, "S-001") for one in stocked]
    )
    sellers = [SupplierFactory.create(code=f"seller-{n}") for n in range(SUPPLIERS)]
    offers = [
        Offer(
            supplier=random.choice(sellers),
            part=one,
            sku=f"SKU-{one.part_number}",
            price_minor=random.randint(50, 20_000),
            currency="USD",
            moq=random.choice((1, 10, 50, 100)),
            pack_quantity=random.choice((1, 5, 10)),
            lead_days=random.randint(1, 30),
        )
        for one in bought
    ]
    Offer.objects.bulk_create(offers)
    update_supply_profile(rows=[(it.part_id, it.lead_days, it.supplier.name) for it in offers])


@transaction.atomic
def paid_orders(scenario: Scenario, count: int) -> list[int]:
    """The ids of so many released orders of one machine each, promised in 160 to 200 days."""
    today = timezone.localdate()
    random, method = scenario.random, scenario.method
    first = scenario.made
    scenario.made += count
    picked = [random.choice(scenario.configurations) for _ in range(count)]
    orders = Order.objects.bulk_create(
        Order(
            number=f"S{first + n:06d}",
            status=Order.Status.RELEASED,
            email="ada@example.com",
            name="Ada Lovelace",
            line1="12 Mill Lane",
            city="San Francisco",
            postal_code="94107",
            country="US",
            shipping_method=method,
            currency="USD",
            items_minor=one.total_minor,
            shipping_minor=method.price_minor,
            total_minor=one.total_minor + method.price_minor,
            promised_ships_on=today + timedelta(days=random.randint(160, 200)),
            checkout_key=UUID(int=first + n),
        )
        for n, one in enumerate(picked)
    )
    _pay(orders, picked)
    return [order.pk for order in orders]


def _pay(orders: list[Order], picked: list[Configuration]) -> None:
    """Lines and cleared payments, as the shop's services leave them."""
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            configuration=one,
            name="Machine",
            quantity=1,
            unit_minor=one.total_minor,
            amount_minor=one.total_minor,
        )
        for order, one in zip(orders, picked, strict=True)
    )
    payments = Payment.objects.bulk_create(
        Payment(
            order=order,
            attempt=1,
            status=Payment.Status.CLEARED,
            amount_minor=order.total_minor,
            currency="USD",
            idempotency_key=f"bench-{order.pk}",
            captured_minor=order.total_minor,
        )
        for order in orders
    )
    PaymentClearance.objects.bulk_create(
        PaymentClearance(
            order=payment.order,
            payment=payment,
            amount_minor=payment.amount_minor,
            currency="USD",
        )
        for payment in payments
    )
