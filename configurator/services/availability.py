"""How soon parts can be had, as production writes it down. Facts come down by call."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from configurator.models import OptionAvailability, PlantLoad


@transaction.atomic
def set_option_availability(*, rows: Iterable[tuple[str, int, int | None]]) -> None:
    """Upsert (part number, pieces free now, working days from order to our door) in one statement.

    `None` days means unknown: nobody has promised the part. Of a part named twice the last row
    counts.
    """
    now = timezone.now()
    latest = {number: (in_stock, lead_days) for number, in_stock, lead_days in rows}
    # One order for everybody, so that two writers of the same parts never wait in a circle.
    OptionAvailability.objects.bulk_create(
        [
            OptionAvailability(
                part_number=number, in_stock=in_stock, lead_days=lead_days, updated_at=now
            )
            for number, (in_stock, lead_days) in sorted(latest.items())
        ],
        update_conflicts=True,
        unique_fields=["part_number"],
        update_fields=["in_stock", "lead_days", "updated_at"],
    )


@transaction.atomic
def set_plant_load(*, queue_days: int, build_days: int | None) -> None:
    """Write down how many working days of jobs wait, and how many one machine takes.

    None: nobody works, so that nothing has a date.
    """
    PlantLoad.objects.bulk_create(
        [PlantLoad(pk=1, queue_days=queue_days, build_days=build_days, updated_at=timezone.now())],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["queue_days", "build_days", "updated_at"],
    )
