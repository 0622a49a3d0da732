"""Which bin pieces leave: the one that the picker scanned before, as long as they lie there."""

from collections.abc import Sequence

from django.db.models import F

from production.models import Bin, MaterialRequirement, ScanEvent
from production.selectors.picking import COUNTING
from production.services.scan_verdicts import Scan

Kind = ScanEvent.Kind
Outcome = ScanEvent.Outcome
# Who scans bins does it before each handful of parts; further back they stood elsewhere.
LOOKED_BACK = 40


def bin_at_hand(one: Scan, part_id: int) -> Bin | None:
    """The last bin that this person scanned on this walk, if the part lies there; else None.

    A walk ends with an operation that is started or finished.
    """
    events = (
        ScanEvent.objects.filter(actor=one.actor, station=one.station, outcome=Outcome.ACCEPTED)
        .order_by("-id")
        .values_list("kind", "bin_id")[:LOOKED_BACK]
    )
    for kind, bin_id in events:
        if kind == Kind.ACTION:
            return None
        if kind == Kind.BIN:
            here = Bin.objects.filter(
                pk=bin_id, contents__part=part_id, contents__quantity__gt=0
            ).exclude(purpose=Bin.Purpose.QUALITY)
            return here.first()
    return None


def bins_picked_from(
    requirements: Sequence[MaterialRequirement],
) -> dict[int, list[tuple[int, int]]]:
    """Requirement → (bin, pieces) as they were picked, of what has not left the shelf yet.

    One statement. Pieces that were picked from no bin that anybody scanned are not in it.
    """
    issued = {one.pk: one.issued_quantity for one in requirements}
    events = (
        ScanEvent.objects.filter(
            requirement__in=issued,
            # A swap leaves the picks of the part that was put back behind.
            part=F("requirement__part"),
            outcome=Outcome.ACCEPTED,
            kind__in=COUNTING,
        )
        .order_by("id")
        .values_list("requirement_id", "bin_id", "quantity")
    )
    found: dict[int, list[tuple[int, int]]] = {}
    for requirement_id, bin_id, pieces in events:
        if requirement_id is None:
            continue
        gone = min(issued[requirement_id], pieces)
        issued[requirement_id] -= gone
        if bin_id is not None and pieces > gone:
            found.setdefault(requirement_id, []).append((bin_id, pieces - gone))
    return found
