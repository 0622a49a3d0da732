"""Keeps the configurator's copy of stock, lead times and plant load fresh."""

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from configurator.services.availability import set_option_availability, set_plant_load
from production.models import Part
from production.selectors import plant_queue


@transaction.atomic
def refresh_availability() -> int:
    """Write down, for every part that is bought, what lies free and how long more takes.

    Returns the number of parts. Three statements, however many there are.
    """
    parts = Part.objects.filter(kind=Part.Kind.BUY).values_list(
        "part_number",
        Coalesce(
            F("stock_level__on_hand") - F("stock_level__allocated") - F("stock_level__on_hold"), 0
        ),
        "supply_profile__lead_days",
    )
    rows = list(parts)
    set_option_availability(rows=rows)
    queue = plant_queue()
    set_plant_load(queue_days=queue.days, build_days=queue.build_days)
    return len(rows)
