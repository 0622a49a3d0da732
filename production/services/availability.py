"""Keeps the configurator's copy of stock, lead times and plant load fresh."""

from datetime import date

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from config.calendar import add_working_days, working_days_between
from configurator.services.availability import set_option_availability, set_plant_load
from production.models import Part
from production.scheduling import NoWorkingTime
from production.selectors.plant import plant_now


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
    _write_plant_load(timezone.localdate())
    return len(rows)


def _write_plant_load(today: date) -> None:
    """In working days as the configurator counts them: Monday to Friday, from today."""
    plant = plant_now().plant
    first = add_working_days(today, 0)
    try:
        begin = plant.morning_after(today)
        alone_on = plant.day_of(plant.alone(begin))
        over_on = plant.day_of(plant.let_in(begin).end)
    except NoWorkingTime:
        set_plant_load(queue_days=0, build_days=None)
        return
    build_days = max(1, working_days_between(first, alone_on))
    queue_days = max(0, working_days_between(first, over_on) - build_days)
    set_plant_load(queue_days=queue_days, build_days=build_days)
