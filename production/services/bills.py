"""From stored bills and a frozen configuration to the as-ordered bill."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import date
from threading import Lock

from django.db import connection

from configurator.models import Configuration, ModelVersion
from configurator.selectors import model_by_sha256, option_details
from production.bom import (
    BillError,
    Choice,
    Snapshot,
    as_json,
    explode,
    instruct,
    snapshot,
    snapshot_from_json,
)
from production.errors import BillIncomplete
from production.services.reached_bills import STAMP, Reached, reached_bills

KEPT_SNAPSHOTS = 512  # the newest of each configuration; one takes some tens of kilobytes

# The present stamp, and what stands there of these configurations; what this process has in
# memory already is not sent again.
STORED = f"""
WITH stamp AS MATERIALIZED (SELECT ({STAMP}) AS value)
SELECT stamp.value, stored.configuration_sha256, stored.sha256,
       CASE WHEN stored.sha256 <> ALL(%(known)s) THEN
           jsonb_build_array(stored.lines, stored.steps, stored.checks) END
FROM stamp
LEFT JOIN production_bomsnapshot AS stored
  ON stored.bills_stamp = stamp.value AND stored.configuration_sha256 = ANY(%(wanted)s)
"""  # noqa: S608 - a constant

WRITE = """
INSERT INTO production_bomsnapshot
    (sha256, configuration_sha256, bills_stamp, lines, steps, checks)
SELECT sha256, configuration_sha256, %s, body -> 0, body -> 1, body -> 2
FROM unnest(%s::text[], %s::text[], %s::jsonb[]) AS row (sha256, configuration_sha256, body)
ON CONFLICT DO NOTHING
"""


def snapshots(hashes: Iterable[str], *, on: date) -> dict[str, Snapshot]:
    """The as-ordered bill of each configuration, by its hash; written down at first sight.

    By the released bills as they are, and are effective, on that day: a configuration has a
    snapshot for each state of the bills in which it was ordered, and whoever keeps one's
    `sha256` keeps that state. One statement for any number of known configurations.
    Raises `BillIncomplete`.
    """
    wanted = set(hashes)
    stamp, stored = _stored(wanted, on)
    fresh = wanted - stored.keys()
    if not fresh:
        return stored
    configurations = Configuration.objects.select_related("version__product_model")
    stamp, made = _exploded(configurations.filter(sha256__in=fresh), on)
    if _write_down(stamp, made) < len(made):
        # Where somebody else came first, what stands there counts.
        made |= _stored(made, on)[1]
    _keep(made)
    return stored | made


def peek(configurations: Iterable[Configuration], *, on: date) -> dict[str, Snapshot]:
    """As `snapshots`, but nothing is written down: for a promise before an order exists.

    The configurations' version and product model should be joined.
    """
    wanted = {configuration.sha256: configuration for configuration in configurations}
    stamp, found = _stored(wanted, on)
    for sha256, kept in _kept_of(wanted).items():
        if kept.sha256 == key_of(sha256, stamp):
            found[sha256] = kept
    fresh = [one for sha256, one in wanted.items() if sha256 not in found]
    if fresh:
        _, made = _exploded(fresh, on)
        _keep(made)
        found |= made
    return found


def key_of(configuration_sha256: str, stamp: str) -> str:
    """The key of the snapshot of a configuration at one state of the bills."""
    return hashlib.sha256(f"{configuration_sha256}:{stamp}".encode()).hexdigest()


_kept: OrderedDict[str, Snapshot] = OrderedDict()  # configuration hash → its newest snapshot
_lock = Lock()


def _kept_of(hashes: Iterable[str]) -> dict[str, Snapshot]:
    with _lock:
        return {sha256: _kept[sha256] for sha256 in hashes if sha256 in _kept}


def _keep(found: Mapping[str, Snapshot]) -> None:
    with _lock:
        _kept.update(found)
        for sha256 in found:
            _kept.move_to_end(sha256)
        while len(_kept) > KEPT_SNAPSHOTS:
            _kept.popitem(last=False)


def _stored(hashes: Iterable[str], on: date) -> tuple[str, dict[str, Snapshot]]:
    """The present stamp, and the snapshots that stand there, by configuration."""
    wanted = list(hashes)
    kept = _kept_of(wanted)
    known = [one.sha256 for one in kept.values()]
    with connection.cursor() as cursor:
        cursor.execute(STORED, {"on": on, "wanted": wanted, "known": known})
        rows = cursor.fetchall()
    found = {
        configuration: snapshot_from_json(sha256, *json.loads(body))
        if body
        else kept[configuration]
        for _, configuration, sha256, body in rows
        if sha256 is not None
    }
    _keep(found)
    return rows[0][0], found


def _write_down(stamp: str, made: Mapping[str, Snapshot]) -> int:
    configurations = sorted(made)
    rows = [made[sha256] for sha256 in configurations]
    bodies = [
        json.dumps([as_json(row.lines), as_json(row.steps), as_json(row.checks)]) for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [stamp, [row.sha256 for row in rows], configurations, bodies])
        return int(cursor.rowcount)


def _exploded(configurations: Iterable[Configuration], on: date) -> tuple[str, dict[str, Snapshot]]:
    """Explode by the bills as they are now, and the stamp at which they were read."""
    found = list(configurations)
    chosen = {one.sha256: _choices(one) for one in found}
    reached = reached_bills(
        slugs={one.version.product_model.slug for one in found},
        part_numbers={
            choice.part_number for choices in chosen.values() for choice in choices.values()
        },
        on=on,
    )
    return reached.stamp, {
        one.sha256: _as_ordered(one, reached, chosen[one.sha256], on) for one in found
    }


def _as_ordered(
    configuration: Configuration, reached: Reached, choices: Mapping[str, Choice], on: date
) -> Snapshot:
    slug = configuration.version.product_model.slug
    if slug not in reached.tops:
        raise BillIncomplete(f"The product {slug} has no released bill of material.")
    top, bills = reached.tops[slug], reached.bills
    try:
        lines = explode(top, bills=bills, parts=reached.parts, choices=choices, on=on)
        steps, checks = instruct(top, lines, bills=bills, choices=choices)
    except BillError as error:
        raise BillIncomplete(f"Configuration {configuration.share_code}: {error}") from error
    return snapshot(key_of(configuration.sha256, reached.stamp), lines, steps, checks)


def _choices(configuration: Configuration) -> dict[str, Choice]:
    return choices_of(configuration.version, configuration.choices)


def choices_of(version: ModelVersion, choices: Mapping[str, str]) -> dict[str, Choice]:
    """What was chosen, by group, as bills ask for it."""
    details = option_details(version)
    options = model_by_sha256(version.ir_sha256).options_by_code
    return {
        group: Choice(
            code,
            details[group, code].part_number,
            options[group][code].attributes,
            options[group][code].name,
        )
        for group, code in choices.items()
    }
