"""Suppliers, their offers, and what production is told about them."""

from collections import defaultdict

from config.demo.catalogue.suppliers import SUPPLIERS, offers
from config.demo.loading.making import PartIds
from production.services.availability import refresh_availability
from production.services.supply_profiles import update_supply_profile
from suppliers.models import Offer, Supplier
from suppliers.services.offers import best_purchase


def load_suppliers() -> int:
    """Six of them, known by their code."""
    Supplier.objects.bulk_create(
        [
            Supplier(
                code=supplier.code,
                name=supplier.name,
                email=supplier.email,
                currency=supplier.currency,
                address=supplier.address,
                acknowledgement_hours=supplier.acknowledgement_hours,
            )
            for supplier in SUPPLIERS
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "email", "currency", "address", "acknowledgement_hours"],
    )
    return len(SUPPLIERS)


def load_offers(parts: PartIds) -> int:
    """What they ask, known by supplier and SKU."""
    supplier_ids = dict(Supplier.objects.values_list("code", "pk"))
    rows = [
        Offer(
            supplier_id=supplier_ids[offer.supplier],
            part_id=parts[offer.part_number],
            sku=offer.sku,
            price_minor=offer.price_minor,
            currency=offer.currency,
            moq=offer.moq,
            pack_quantity=offer.pack_quantity,
            lead_days=offer.lead_days,
        )
        for offer in offers()
    ]
    Offer.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["supplier", "sku"],
        update_fields=["part", "price_minor", "currency", "moq", "pack_quantity", "lead_days"],
    )
    return len(rows)


def write_down_supply(parts: PartIds) -> None:
    """Tell production lead time and price of the offer that would be taken for one piece."""
    by_part: dict[int, list[Offer]] = defaultdict(list)
    for offer in Offer.objects.filter(
        part_id__in=parts.values(), is_active=True, supplier__is_active=True
    ).select_related("supplier"):
        by_part[offer.part_id].append(offer)
    update_supply_profile(
        rows=[
            (
                part_id,
                purchase.offer.lead_days,
                purchase.offer.supplier.name,
                purchase.offer.price_minor,
            )
            for part_id, found in by_part.items()
            if (purchase := best_purchase(found, 1))
        ]
    )
    refresh_availability()
