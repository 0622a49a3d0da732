"""From stored bills and a frozen configuration to the as-ordered bill."""

import json
from collections.abc import Iterable, Mapping
from datetime import date

from django.db import connection

from configurator.models import Configuration, Option
from production.bom import (
    Bill,
    BillError,
    Choice,
    Line,
    Snapshot,
    as_json,
    explode,
    line_from_json,
    snapshot,
    snapshot_from_json,
)
from production.errors import BillIncomplete
from production.models import BomSnapshot

# Every released bill that the products or the chosen parts reach, and the kind of every part on
# the way: one statement however deep the bills are. UNION (not ALL) ends a cycle; `explode` then
# names it.
REACHED_BILLS = """
WITH RECURSIVE reached (part_id) AS (
    (
        SELECT part_id FROM production_billofmaterial
        WHERE status = 'released' AND product_slug = ANY(%s)
        UNION
        SELECT id FROM production_part WHERE part_number = ANY(%s)
    )
    UNION
    SELECT line.component_id
    FROM reached
    JOIN production_billofmaterial AS bill
      ON bill.part_id = reached.part_id AND bill.status = 'released'
    JOIN production_bomline AS line ON line.bill_id = bill.id AND line.component_id IS NOT NULL
)
SELECT part.part_number, part.kind, bill.id, bill.product_slug, component.part_number,
       line.component_group, line.quantity_per, line.condition, line.operation
FROM reached
JOIN production_part AS part ON part.id = reached.part_id
LEFT JOIN production_billofmaterial AS bill
  ON bill.part_id = part.id AND bill.status = 'released'
LEFT JOIN production_bomline AS line ON line.bill_id = bill.id
LEFT JOIN production_part AS component ON component.id = line.component_id
ORDER BY part.part_number, line.position, line.id
"""

WRITE_SNAPSHOTS = """
INSERT INTO production_bomsnapshot
    (sha256, configuration_sha256, bills_stamp, lines, steps, checks)
SELECT sha256, sha256, '', body::jsonb, '[]', '[]'
FROM unnest(%s::text[], %s::text[]) AS row (sha256, body)
ON CONFLICT (sha256) DO NOTHING
"""


def snapshots(configurations: Iterable[Configuration], *, on: date) -> dict[str, Snapshot]:
    """The as-ordered bill of each configuration, by its hash; written down at first sight.

    By the released bills as they are, and are effective, on that day. A bill that is written
    down is never looked up again: later edits do not reach a paid order. Raises `BillIncomplete`.
    The configurations' version and product model should be joined.
    """
    wanted = {configuration.sha256: configuration for configuration in configurations}
    stored = _stored(wanted)
    fresh = exploded([one for sha256, one in wanted.items() if sha256 not in stored])
    if not fresh:
        return stored
    written = _write_down(fresh)
    # Where somebody else came first, what stands there counts.
    return stored | fresh if written == len(fresh) else stored | fresh | _stored(fresh)


def _write_down(fresh: Mapping[str, Snapshot]) -> int:
    hashes = sorted(fresh)
    bodies = [json.dumps(as_json(fresh[sha256].lines)) for sha256 in hashes]
    with connection.cursor() as cursor:
        cursor.execute(WRITE_SNAPSHOTS, [hashes, bodies])
        return int(cursor.rowcount)


def peek(configurations: Iterable[Configuration], *, on: date) -> dict[str, Snapshot]:
    """As `snapshots`, but nothing is written down: for a promise before an order exists."""
    wanted = {configuration.sha256: configuration for configuration in configurations}
    stored = _stored(wanted)
    return stored | exploded([one for sha256, one in wanted.items() if sha256 not in stored])


def _stored(hashes: Iterable[str]) -> dict[str, Snapshot]:
    rows = BomSnapshot.objects.filter(pk__in=list(hashes))
    return {row.pk: snapshot_from_json(row.pk, row.lines, row.steps, row.checks) for row in rows}


def exploded(configurations: Iterable[Configuration]) -> dict[str, Snapshot]:
    """Explode by the bills as they are now: two statements for any number of configurations."""
    found = list(configurations)
    if not found:
        return {}
    choices = _choices(found)
    bills, kinds, tops = bills_of(
        slugs={one.version.product_model.slug for one in found},
        part_numbers={
            choice.part_number for chosen in choices.values() for choice in chosen.values()
        },
    )
    return {
        one.sha256: _explode(one, tops, bills=bills, kinds=kinds, choices=choices[one.sha256])
        for one in found
    }


def _explode(
    configuration: Configuration,
    tops: Mapping[str, str],
    *,
    bills: Mapping[str, Bill],
    kinds: Mapping[str, str],
    choices: Mapping[str, Choice],
) -> Snapshot:
    slug = configuration.version.product_model.slug
    if slug not in tops:
        raise BillIncomplete(f"The product {slug} has no released bill of material.")
    try:
        lines = explode(tops[slug], bills=bills, kinds=kinds, choices=choices)
    except BillError as error:
        raise BillIncomplete(f"Configuration {configuration.share_code}: {error}") from error
    return snapshot(configuration.sha256, lines)


def _choices(configurations: list[Configuration]) -> dict[str, dict[str, Choice]]:
    """What was chosen: configuration hash → group code → choice."""
    options = Option.objects.filter(
        group__version__in={one.version_id for one in configurations},
        code__in={code for one in configurations for code in one.choices.values()},
    ).values_list("group__version_id", "group__code", "code", "part_number", "attributes")
    known = {
        (version, group, code): Choice(code, part_number, _frozen(attributes))
        for version, group, code, part_number, attributes in options
    }
    return {
        one.sha256: {
            group: known.get((one.version_id, group, code), Choice(code))
            for group, code in one.choices.items()
        }
        for one in configurations
    }


def _frozen(
    attributes: Mapping[str, object],
) -> dict[str, str | int | bool | tuple[str, ...] | None]:
    return {
        name: tuple(value) if isinstance(value, list) else value  # type: ignore[misc]
        for name, value in attributes.items()
    }


def bills_of(
    *, slugs: set[str], part_numbers: set[str]
) -> tuple[dict[str, Bill], dict[str, str], dict[str, str]]:
    """Released bills and kinds by part number, and the top part number of each product.

    Of everything that the products' bills and these parts reach. Raises BillFormatError.
    """
    lines: dict[str, list[Line]] = {}
    kinds: dict[str, str] = {}
    tops: dict[str, str] = {}
    with connection.cursor() as cursor:
        cursor.execute(REACHED_BILLS, [list(slugs), list(part_numbers - {""})])
        rows = cursor.fetchall()
    for part, kind, bill, slug, component, group, quantity_per, condition, operation in rows:
        kinds[part] = kind
        if bill is None:
            continue
        if slug:
            tops[slug] = part
        of_part = lines.setdefault(part, [])
        if operation is not None:
            of_part.append(
                line_from_json(
                    component=component or "",
                    group=group,
                    quantity_per=json.loads(quantity_per),
                    condition=json.loads(condition),
                    operation=operation,
                    where=f"{part}, line {len(of_part) + 1}",
                )
            )
    return {part: Bill(part, tuple(of_part)) for part, of_part in lines.items()}, kinds, tops
