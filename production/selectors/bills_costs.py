"""What parts and bills cost, and which parts a choice may bring: shared by the pages of bills."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from configurator.models import ModelVersion

# Of one piece, in minor units: the moving average of what came in, else the standard, else what
# the supplier asks now. NULL is unknown.
COST = "coalesce(level.average_cost_minor, part.standard_cost_minor, profile.price_minor)"
COST_JOINS = """
LEFT JOIN production_stocklevel AS level ON level.part_id = part.id
LEFT JOIN production_supplyprofile AS profile ON profile.part_id = part.id
"""
# Which parts the options of a group may bring, over the versions on sale.
BRINGS = """
SELECT DISTINCT grp.code AS group_code, part.id AS part_id
FROM configurator_optiongroup AS grp
JOIN configurator_option AS option ON option.group_id = grp.id
JOIN production_part AS part ON part.part_number = option.part_number
WHERE grp.version_id IN ({on_sale})
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What something costs, in minor units, as far as that can be said.

    `minor` is the sum of what is always taken and whose cost is known. `unknown` counts the lines
    that are always taken at a cost nobody knows, `open` those that depend on the configuration.
    """

    minor: Decimal = Decimal(0)
    unknown: int = 0
    open: int = 0

    @property
    def is_exact(self) -> bool:
        return not (self.unknown or self.open)

    @property
    def is_from(self) -> bool:
        """At least that much, and more by what is chosen."""
        return bool(self.open and not self.unknown)

    @property
    def rounded(self) -> int:
        return round(self.minor)


def total(costs: Iterable[Cost]) -> Cost:
    """The sum, which is as unsure as its parts."""
    found = list(costs)
    return Cost(
        sum((one.minor for one in found), Decimal(0)),
        sum(one.unknown for one in found),
        sum(one.open for one in found),
    )


def on_sale(product_slug: str = "") -> tuple[str, tuple[Any, ...]]:
    """The versions on sale, of one product or of all, as a subselect with its parameters."""
    versions = ModelVersion.objects.published().order_by().values("pk")
    if product_slug:
        versions = versions.filter(product_model__slug=product_slug)
    sql, params = versions.query.sql_with_params()
    return sql, tuple(params)
