"""Where machines are made, and what is known of each that is being made."""

from dataclasses import dataclass, field
from random import Random

from production.models import WorkCenter

KINDS = ("kitting", "build", "test", "box")


@dataclass(slots=True)
class Work:
    """One job on its way over the floor."""

    pk: int
    number: str
    rank: tuple[str, int]
    rng: Random
    is_scrapping: bool = False
    is_failing: bool = False
    is_held: bool = False


@dataclass(slots=True)
class Place:
    """A work center: so many jobs at once, the most urgent first."""

    minutes: float
    stations: int
    runs_overnight: bool = False
    at_work: int = 0
    queue: list[Work] = field(default_factory=list)


def places() -> dict[str, Place]:
    found = {}
    for center in WorkCenter.objects.filter(operation__in=KINDS):
        stations = center.stations
        if center.wip_limit is not None:
            stations = min(stations, center.wip_limit)
        # A rack runs by itself.
        is_rack = center.operation == "test"
        found[center.operation] = Place(center.standard_minutes, stations, runs_overnight=is_rack)
    return found
