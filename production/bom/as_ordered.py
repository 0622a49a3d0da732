"""The as-ordered bill: what a configuration leaves of the 150% bill, and what a job takes of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

BUY = "buy"
# In which order a job takes its parts: the earliest operation that needs a part fetches it.
OPERATIONS = ("kitting", "build", "test", "box")
SCRAP_SCALE = 10_000  # a scrap factor of 0.02 is 200

# How many of a stocked sub-assembly lie there for the job: (part number, wanted) → taken.
type Take = Callable[[str, int], int]


@dataclass(frozen=True, slots=True)
class Alternate:
    """A part that may be taken instead, and how many of it; the lowest priority is the best."""

    part_number: str
    quantity: int
    priority: int


@dataclass(frozen=True, slots=True)
class ExplodedLine:
    """One line of an exploded bill; lines stand in the order of the bills, parents first.

    `path` is the part numbers from the top down to this one, `level` 1 right below the top;
    `kind` is "buy", "make" or "phantom"; `parent` is the part number that the line belongs to,
    and `line` its place in that bill, from 1.

    `quantity` is for one unit of the top: what is lost in making, and the `setup` pieces that
    are lost once a job, included. `per_parent` and `scrap` (in ten-thousandths) tell how many
    another number of the parent would take: `pieces`.
    """

    path: str
    level: int
    part_number: str
    quantity: int
    kind: str
    operation: str
    parent: str
    line: int = 0
    is_stocked: bool = False
    is_serial_tracked: bool = False
    per_parent: int = 1
    scrap: int = 0
    setup: int = 0
    alternates: tuple[Alternate, ...] = ()

    def pieces(self, parents: int) -> int:
        """How many pieces so many of the parent take: rounded up once."""
        return pieces(parents, self.per_parent, self.scrap, self.setup)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do in an operation, for this configuration; `part_number`: whose bill it is."""

    operation: str
    text: str
    part_number: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to be tested: yes or no, or with a `unit` a value within limits (decimals)."""

    code: str
    text: str
    part_number: str
    unit: str = ""
    at_least: str | None = None
    at_most: str | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """So much of one part for one unit, and the first operation that takes it."""

    part_number: str
    quantity: int
    operation: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The as-ordered bill of one configuration, as it is stored. `needs` is of `lines`.

    `sha256` is the key of its row; `has_stocked` says that a made part in it may come from the
    shelf, so that what a job takes is `net_needs(lines, …)` and not simply `needs`.
    """

    sha256: str
    lines: tuple[ExplodedLine, ...]
    steps: tuple[Step, ...] = ()
    checks: tuple[Check, ...] = ()
    needs: tuple[Need, ...] = ()
    has_stocked: bool = False


def pieces(parents: int, per_parent: int, scrap: int, setup: int) -> int:
    """ceil(parents × per_parent × (1 + scrap)) + setup; nothing where nothing is made."""
    if parents <= 0 or per_parent <= 0:
        return 0
    return -(-parents * per_parent * (SCRAP_SCALE + scrap) // SCRAP_SCALE) + setup


def needs(lines: Iterable[ExplodedLine]) -> tuple[Need, ...]:
    """What one unit takes when every sub-assembly is made: an entry a bought part."""
    return _summed((line, line.quantity) for line in lines if line.kind == BUY)


def net_needs(lines: Iterable[ExplodedLine], take: Take) -> tuple[Need, ...]:
    """What one unit takes when stocked sub-assemblies come from the shelf as far as they lie there.

    Asks `take` once for every line of a stocked part, from the top down; what it gives becomes
    a need of its own, and only what is still to be made is exploded further.
    """
    return _summed(_net(lines, take))


def _net(lines: Iterable[ExplodedLine], take: Take) -> Iterator[tuple[ExplodedLine, int]]:
    made = [1]  # by level: how many of the line above are to be made
    for line in lines:
        del made[line.level :]
        wanted = line.pieces(made[-1])
        if line.kind == BUY:
            made.append(0)
            yield line, wanted
            continue
        taken = max(0, min(wanted, take(line.part_number, wanted))) if line.is_stocked else 0
        made.append(wanted - taken)
        yield line, taken


def _summed(wanted: Iterable[tuple[ExplodedLine, int]]) -> tuple[Need, ...]:
    quantities: dict[str, int] = {}
    operations: dict[str, int] = {}
    for line, quantity in wanted:
        if quantity:
            part, rank = line.part_number, OPERATIONS.index(line.operation)
            quantities[part] = quantities.get(part, 0) + quantity
            operations[part] = min(operations.get(part, rank), rank)
    return tuple(
        Need(part, quantity, OPERATIONS[operations[part]]) for part, quantity in quantities.items()
    )


def snapshot(
    sha256: str,
    lines: Iterable[ExplodedLine],
    steps: Iterable[Step] = (),
    checks: Iterable[Check] = (),
) -> Snapshot:
    """A snapshot with what follows from its lines."""
    of_it = tuple(lines)
    return Snapshot(
        sha256=sha256,
        lines=of_it,
        steps=tuple(steps),
        checks=tuple(checks),
        needs=needs(of_it),
        has_stocked=any(line.is_stocked for line in of_it),
    )


def snapshot_from_json(
    sha256: str,
    lines: Sequence[Mapping[str, Any]],
    steps: Sequence[Mapping[str, Any]],
    checks: Sequence[Mapping[str, Any]],
) -> Snapshot:
    """A snapshot as the database holds it: the inverse of `as_json` on each of its parts."""
    return snapshot(
        sha256,
        (_line(row) for row in lines),
        (Step(**row) for row in steps),
        (Check(**row) for row in checks),
    )


def as_json(rows: Iterable[ExplodedLine | Step | Check]) -> list[dict[str, Any]]:
    """Lines, steps or checks as plain JSON values."""
    return [asdict(row) for row in rows]


def _line(row: Mapping[str, Any]) -> ExplodedLine:
    alternates = tuple(Alternate(**one) for one in row.get("alternates", ()))
    return ExplodedLine(**{**row, "alternates": alternates})
