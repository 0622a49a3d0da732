"""Where every part of an order is, and its serials, as its customer may know them.

Production writes it down by call, in its own transaction, under the order's lock. What is written
for many machines takes one statement.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db import connection, transaction

from shop.models import TrackedPart


@dataclass(frozen=True, slots=True)
class TrackedPartFacts:
    """One part of one machine, as the customer may know it. `state`: see `TrackedPart.State`."""

    part_number: str
    name: str
    quantity: int
    state: str
    due_on: date | None = None
    supplier_name: str = ""
    serial: str = ""
    position: int = 0


type Machine = tuple[int, int]  # order line, and which machine of it, from 1


@transaction.atomic
def record_tracked_parts(
    *, order_line_id: int, unit: int, parts: Iterable[TrackedPartFacts]
) -> None:
    """`record_parts_of` one machine."""
    record_parts_of(machines={(order_line_id, unit): list(parts)})


# A serial that is known stays until another one is said; an empty list of parts is one as well.
WRITE_PARTS = """
INSERT INTO shop_trackedpart AS part
    (order_line_id, unit, part_number, name, quantity, state, due_on, supplier_name, serial,
     position)
SELECT order_line_id, unit, part_number, name, quantity, state, due_on, supplier_name, serial,
       position
FROM json_populate_recordset(NULL::shop_trackedpart, %(parts)s)
ON CONFLICT (order_line_id, unit, part_number) DO UPDATE
SET name = excluded.name, quantity = excluded.quantity, state = excluded.state,
    due_on = excluded.due_on, supplier_name = excluded.supplier_name,
    position = excluded.position,
    serial = CASE excluded.serial WHEN '' THEN part.serial ELSE excluded.serial END
WHERE (part.name, part.quantity, part.state, part.due_on, part.supplier_name, part.position)
    IS DISTINCT FROM (excluded.name, excluded.quantity, excluded.state, excluded.due_on,
                      excluded.supplier_name, excluded.position)
    OR excluded.serial NOT IN ('', part.serial)
"""
FORGET_PARTS = """
WITH gone AS (
    DELETE FROM shop_trackedpart AS part
    USING unnest(%(lines)s::bigint[], %(units)s::int[]) AS machine (order_line_id, unit)
    WHERE part.order_line_id = machine.order_line_id AND part.unit = machine.unit
      AND NOT EXISTS (
          SELECT FROM json_populate_recordset(NULL::shop_trackedpart, %(parts)s) AS kept
          WHERE kept.order_line_id = part.order_line_id AND kept.unit = part.unit
            AND kept.part_number = part.part_number
      )
)
"""


@transaction.atomic(savepoint=False)
def record_parts_of(*, machines: Mapping[Machine, Sequence[TrackedPartFacts]]) -> None:
    """Write down where all parts of these machines are: one statement. Others are forgotten."""
    if not machines:
        return
    lines, units = zip(*machines, strict=True)
    values: dict[str, Any] = {"lines": list(lines), "units": list(units)}
    values["parts"] = as_json(machines)
    with connection.cursor() as cursor:
        cursor.execute(FORGET_PARTS + WRITE_PARTS, values)


def as_json(machines: Mapping[Machine, Sequence[TrackedPartFacts]]) -> str:
    """What `WRITE_PARTS` takes."""
    names = [field.name for field in fields(TrackedPartFacts)]
    rows = [
        {"order_line_id": line, "unit": unit, **{name: getattr(part, name) for name in names}}
        for (line, unit), parts in sorted(machines.items())
        for part in parts
    ]
    return json.dumps(rows, default=str)


def record_serials(
    *, order_line_id: int, unit: int, part_number: str, serials: Sequence[str]
) -> None:
    """The serial numbers of one part of machine `unit`; as many of them as fit are shown."""
    longest = TrackedPart._meta.get_field("serial").max_length or 0
    told = ", ".join(serials)
    if len(told) > longest:
        told = f"{told[: longest - 1]}…"
    TrackedPart.objects.filter(order_line=order_line_id, unit=unit, part_number=part_number).update(
        serial=told
    )
