"""Where a part is used: every bill that may take it, and the ways up to the products."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from configurator.models import ProductModel
from production.models import Part
from production.selectors.bills_costs import BRINGS, on_sale

MOST_WAYS = 200  # up to products that are told; a screw may have thousands

# Every line of a released bill or a draft with each part that it may bring, then upwards from the
# part. UNION ends a cycle.
USED = """
WITH RECURSIVE brings AS MATERIALIZED ({brings}),
numbered AS (
    SELECT line.*, row_number() OVER (
        PARTITION BY line.bill_id ORDER BY line.position, line.id) AS number
    FROM production_bomline AS line
    JOIN production_billofmaterial AS bill ON bill.id = line.bill_id
    WHERE bill.status IN ('released', 'draft')
), edge AS MATERIALIZED (
    SELECT id, bill_id, component_id AS below FROM numbered WHERE component_id IS NOT NULL
    UNION ALL
    SELECT numbered.id, numbered.bill_id, brings.part_id
    FROM numbered JOIN brings ON brings.group_code = numbered.component_group
), reached (part_id) AS (
    SELECT %s::bigint
    UNION
    SELECT bill.part_id
    FROM reached
    JOIN edge ON edge.below = reached.part_id
    JOIN production_billofmaterial AS bill ON bill.id = edge.bill_id
)
SELECT edge.below, bill.id, bill.part_id, part.part_number, part.name, bill.revision, bill.status,
       bill.product_slug, numbered.number, numbered.component_group, numbered.quantity_per,
       numbered.condition, numbered.operation
FROM reached
JOIN edge ON edge.below = reached.part_id
JOIN numbered ON numbered.id = edge.id
JOIN production_billofmaterial AS bill ON bill.id = edge.bill_id
JOIN production_part AS part ON part.id = bill.part_id
ORDER BY part.part_number, bill.revision, numbered.number
"""


class Use(NamedTuple):
    """One line that may take a part. `group` is set where a choice brings it."""

    below: int
    bill_id: int
    part_id: int
    part_number: str
    name: str
    revision: int
    status: str
    product_slug: str
    line: int
    group: str
    quantity: str
    condition: str
    operation: str

    @property
    def is_draft(self) -> bool:
        return self.status == "draft"


@dataclass(frozen=True, slots=True)
class Way:
    """From the bill that takes the part up to one that nobody takes. `product` may be empty."""

    uses: tuple[Use, ...]
    product: str

    @property
    def has_draft(self) -> bool:
        return any(use.is_draft for use in self.uses)


@dataclass(frozen=True, slots=True)
class WhereUsed:
    """`direct` are the lines that take the part itself."""

    part: Part
    direct: tuple[Use, ...]
    ways: tuple[Way, ...]
    is_cut: bool


def where_used(part_id: int) -> WhereUsed:
    """Every use of a part, released or draft: three statements. Raises Part.DoesNotExist."""
    part = Part.objects.get(pk=part_id)
    sql, params = on_sale()
    with connection.cursor() as cursor:
        cursor.execute(USED.format(brings=BRINGS.format(on_sale=sql)), [*params, part_id])
        uses = [Use(*row) for row in cursor.fetchall()]
    names = dict(ProductModel.objects.values_list("slug", "name")) if uses else {}
    by_part: dict[int, list[Use]] = {}
    for use in uses:
        by_part.setdefault(use.below, []).append(use)
    ways, is_cut = _ways(part_id, by_part, names)
    return WhereUsed(part, tuple(by_part.get(part_id, ())), tuple(ways), is_cut)


def _ways(
    part_id: int, by_part: dict[int, list[Use]], names: dict[str, str]
) -> tuple[list[Way], bool]:
    found: list[Way] = []
    waiting: list[tuple[Use, ...]] = [(use,) for use in reversed(by_part.get(part_id, ()))]
    while waiting:
        if len(found) >= MOST_WAYS:
            return found, True
        way = waiting.pop()
        here = way[-1]
        passed = {part_id, *(use.part_id for use in way)}
        above = [use for use in by_part.get(here.part_id, ()) if use.part_id not in passed]
        # A draft may lead nowhere yet; and a product may itself be taken into another.
        if here.product_slug or not above:
            found.append(Way(way, names.get(here.product_slug, here.product_slug)))
        waiting += [(*way, use) for use in reversed(_once(above))]
    return found, False


def _once(uses: Sequence[Use]) -> list[Use]:
    """One line of each bill is enough to tell the way."""
    return list({use.bill_id: use for use in reversed(uses)}.values())[::-1]
