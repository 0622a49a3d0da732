"""Seeded bugs: a shop that is wrong in one place, to show that the storm would notice."""

from collections.abc import Mapping

from tests.storm.bugs import asking, making, paying, records, telling
from tests.storm.bugs.bug import Bug

__all__ = ["BUGS", "Bug"]

BUGS: Mapping[str, Bug] = {
    bug.name: bug
    for bug in (*telling.BUGS, *asking.BUGS, *paying.BUGS, *making.BUGS, *records.BUGS)
}
