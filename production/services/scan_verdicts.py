"""What is decided about one scan, before it is written down."""

from dataclasses import dataclass
from uuid import UUID

from production.models import Bin, MaterialRequirement, Part, ScanEvent, Station
from production.services.scan_codes import Code

Kind = ScanEvent.Kind


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan as it came. `quantity`: so many pieces of the part at once."""

    client_id: UUID
    code: Code
    actor: str
    station: Station | None
    quantity: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """`expected` None: what comes next is looked up."""

    outcome: str
    message: str
    kind: str = Kind.UNKNOWN
    requirement: MaterialRequirement | None = None
    part: Part | None = None
    serial: str = ""
    expected: str | None = None
    place: Bin | None = None

    @property
    def is_accepted(self) -> bool:
        return self.outcome == ScanEvent.Outcome.ACCEPTED


def accepted(
    message: str,
    kind: str,
    *,
    requirement: MaterialRequirement | None = None,
    serial: str = "",
    place: Bin | None = None,
) -> Verdict:
    return Verdict(
        outcome=ScanEvent.Outcome.ACCEPTED,
        message=message,
        kind=kind,
        requirement=requirement,
        part=requirement.part if requirement else None,
        serial=serial,
        place=place,
    )


def refused(
    message: str,
    kind: str = Kind.UNKNOWN,
    *,
    requirement: MaterialRequirement | None = None,
    part: Part | None = None,
    serial: str = "",
) -> Verdict:
    return Verdict(
        outcome=ScanEvent.Outcome.REFUSED,
        message=message,
        kind=kind,
        requirement=requirement,
        part=part or (requirement.part if requirement else None),
        serial=serial,
    )
