"""How parts can be bought, as suppliers calls it down."""

from collections.abc import Iterable

from django.db import transaction

from configurator.services.availability import set_option_availability
from production.models import Part, SupplyProfile

type SupplyRow = tuple[int, int | None, str] | tuple[int, int | None, str, int | None]


@transaction.atomic
def update_supply_profile(*, rows: Iterable[SupplyRow]) -> None:
    """How parts can be bought: (part id, lead days or None, supplier, price?) each, set-based.

    The price is for one, in the house's currency and minor units. The configurator's copy is
    brought up to date with it.
    """
    profiles = {row[0]: row for row in rows}
    SupplyProfile.objects.bulk_create(
        [
            SupplyProfile(
                part_id=part_id,
                lead_days=row[1],
                supplier_name=row[2],
                price_minor=row[3] if len(row) == 4 else None,
            )
            for part_id, row in sorted(profiles.items())
        ],
        update_conflicts=True,
        unique_fields=["part"],
        update_fields=["lead_days", "supplier_name", "price_minor", "updated_at"],
    )
    parts = Part.objects.filter(pk__in=profiles).select_related("stock_level")
    set_option_availability(
        rows=[(part.part_number, part.free_quantity, profiles[part.pk][1]) for part in parts]
    )
