"""What nobody has of a part: pieces on the shelf, and pieces on their way."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from production.bom.netting import Supply
from production.models import Part

# Receipts are locked before levels, each in key order, as goods that come in do; `shelf` looks at
# `coming` for that reason only. What stands in a locked row is what is true now. Who holds levels
# already waits for no receipt that was written down since: its holder may wait for them.
FREE_SUPPLY = """
WITH wanted AS MATERIALIZED (
    SELECT part.id, part.part_number, part.name, part.category, part.is_tracked,
           profile.lead_days, coalesce(profile.supplier_name, '') AS supplier_name
    FROM production_part AS part
    LEFT JOIN production_supplyprofile AS profile ON profile.part_id = part.id
    WHERE part.part_number = ANY (%(numbers)s::text[]) OR part.id = ANY (%(ids)s::bigint[])
), coming AS MATERIALIZED (
    SELECT part_id, id, quantity - received_quantity - pegged_quantity AS free, due_on,
           supplier_name
    FROM production_scheduledreceipt
    WHERE part_id = ANY (ARRAY(SELECT id FROM wanted))
      AND quantity > received_quantity + CASE WHEN %(tied_too)s THEN 0 ELSE pegged_quantity END
    ORDER BY id FOR UPDATE {of_held}
), shelf AS MATERIALIZED (
    SELECT part_id, on_hand - allocated - on_hold AS free
    FROM production_stocklevel
    WHERE part_id = ANY (ARRAY(SELECT id FROM wanted)) AND (SELECT count(*) FROM coming) >= 0
    ORDER BY part_id FOR UPDATE
)
SELECT wanted.*, coalesce(shelf.free, 0), receipts.ids, receipts.free, receipts.due,
       receipts.suppliers
FROM wanted
LEFT JOIN shelf ON shelf.part_id = wanted.id
LEFT JOIN (
    SELECT part_id, array_agg(id ORDER BY due_on, id) AS ids,
           array_agg(free ORDER BY due_on, id) AS free,
           array_agg(due_on ORDER BY due_on, id) AS due,
           array_agg(supplier_name ORDER BY due_on, id) AS suppliers
    FROM coming GROUP BY part_id
) AS receipts ON receipts.part_id = wanted.id
"""


@dataclass(slots=True)
class PartSupply(Supply):
    """A part as planning sees it, and what is free of it. `due`: receipt → day and supplier."""

    part_id: int = 0
    part_number: str = ""
    name: str = ""
    category: str = ""
    is_tracked: bool = True
    lead_days: int | None = None  # working days, if it were ordered now; None: unknown
    supplier_name: str = ""
    due: dict[int, tuple[date | None, str]] = field(default_factory=dict)

    @property
    def part(self) -> Part:
        """The part, to be spoken of."""
        return Part(
            pk=self.part_id,
            part_number=self.part_number,
            name=self.name,
            category=self.category,
            is_tracked=self.is_tracked,
        )


def lock_free_supply(
    *,
    part_numbers: Collection[str] = (),
    part_ids: Collection[int] = (),
    is_tied_too: bool = False,
    is_again: bool = False,
) -> list[PartSupply]:
    """Lock the receipts and levels of these parts and say what is free of each: one statement.

    Receipts with an unknown day come last. `is_tied_too`: also receipts of which nothing is free,
    for whoever unties them. `is_again`: their levels are locked already; receipts that came since
    and that somebody else holds are left to him. Parts that do not exist are left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            FREE_SUPPLY.format(of_held="SKIP LOCKED" if is_again else ""),
            {"numbers": list(part_numbers), "ids": list(part_ids), "tied_too": is_tied_too},
        )
        rows = cursor.fetchall()
    found = []
    for *part, shelf, ids, free, due, suppliers in rows:
        supply = PartSupply(max(0, shelf), [], *part)
        if ids:
            supply.coming = list(zip(ids, free, strict=True))
            supply.due = dict(zip(ids, zip(due, suppliers, strict=True), strict=True))
        found.append(supply)
    return found
