from production.models import Part
from suppliers.models import Offer, Supplier


def supply_everything() -> Supplier:
    """One supplier who offers every part there is."""
    supplier = Supplier.objects.create(
        code="nordkomp", name="Nordkomp", email="orders@nordkomp.example", currency="USD"
    )
    Offer.objects.bulk_create(
        Offer(
            supplier=supplier,
            part=part,
            sku=f"NK-{part.part_number}",
            price_minor=1_000,
            currency="USD",
            lead_days=3,
        )
        for part in Part.objects.filter(kind=Part.Kind.BUY)
    )
    return supplier
