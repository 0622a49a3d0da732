"""What production knows, for itself and for those above it. Reads only."""

from production.selectors.floor import (
    PLANNING,
    count_unsourced,
    jobs_of_order,
    unplanned,
    unsourced,
    with_operations,
)
from production.selectors.material import (
    PartOutlook,
    Shortage,
    material_outlook,
    open_shortages,
)
from production.selectors.plant import OPEN_JOBS, planned_end_on, plant_now
from production.selectors.shelf import (
    STOCK_FILTERS,
    open_receipts,
    open_requirements,
    stock_list,
)

__all__ = [
    "OPEN_JOBS",
    "PLANNING",
    "STOCK_FILTERS",
    "PartOutlook",
    "Shortage",
    "count_unsourced",
    "jobs_of_order",
    "material_outlook",
    "open_receipts",
    "open_requirements",
    "open_shortages",
    "planned_end_on",
    "plant_now",
    "stock_list",
    "unplanned",
    "unsourced",
    "with_operations",
]
