"""A plant that is large enough for what will be ordered."""

import math

from django.db import transaction

from production.models import JobOperation, WorkCenter

WORKING_DAYS = 255
MACHINES_AN_ORDER = 1.14
BUSIEST = 2.0  # so many times the average on the busiest days
SHIFT_MINUTES = 480
SCRAPS = 0.07  # the share of the machines of which a piece breaks
WAITS_FOR_ANOTHER = 8  # working days
# A rack works through the night, and is emptied in the morning.
RACK_MINUTES = 720


@transaction.atomic
def fit_out(*, orders: int) -> None:
    """Give every work center the stations that so many orders a year need; never fewer.

    As many as there are stations may be under way, and those that wait for another piece instead
    of a broken one, whatever limit was set for a smaller plant.
    """
    a_day = orders * MACHINES_AN_ORDER * BUSIEST / WORKING_DAYS
    centers = list(WorkCenter.objects.select_for_update().order_by("pk"))
    for center in centers:
        needed = math.ceil(a_day * center.standard_minutes / _usable_minutes(center.operation))
        center.stations = max(center.stations, needed)
        if center.wip_limit is not None:
            waiting = math.ceil(a_day * SCRAPS * WAITS_FOR_ANOTHER)
            center.wip_limit = max(center.wip_limit, center.stations + waiting)
    WorkCenter.objects.bulk_update(centers, ["stations", "wip_limit"])


def _usable_minutes(operation: str) -> int:
    """What one station does on a working day."""
    return RACK_MINUTES if operation == JobOperation.Kind.TEST else SHIFT_MINUTES
