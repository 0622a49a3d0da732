"""A table seen by classes: for each row, the classes of each group that do not contradict it."""

from dataclasses import dataclass

from configurator.engine.atoms import TableAtom
from configurator.engine.classes import ClassedModel


@dataclass(frozen=True, slots=True)
class Rows:
    """`masks[i]` are the bit masks of row i, one for each of the groups (positions).

    A configuration keeps the table where some row has the class of every group in its mask. Rows
    that no configuration matches are left out.
    """

    groups: tuple[int, ...]
    masks: tuple[tuple[int, ...], ...]


def rows_of(classed: ClassedModel, atom: TableAtom) -> Rows:
    """The rows of a table. An unknown attribute contradicts no row."""
    columns: dict[int, list[int]] = {}
    for column, ref in enumerate(atom.refs):
        columns.setdefault(classed.position[ref.group], []).append(column)
    matching = [_Matching(classed, atom, g, held) for g, held in columns.items()]
    rows = [tuple(group.mask(row) for group in matching) for row in atom.rows]
    rows = list(dict.fromkeys(row for row in rows if all(row)))
    for at in range(len(matching)):
        rows = _joined(rows, at)
    return Rows(tuple(columns), tuple(rows))


def _joined(rows: list[tuple[int, ...]], at: int) -> list[tuple[int, ...]]:
    """Rows that differ only in this group are one row: with either class of it."""
    joined: dict[tuple[int, ...], int] = {}
    for row in rows:
        others = (*row[:at], *row[at + 1 :])
        joined[others] = joined.get(others, 0) | row[at]
    return [(*others[:at], mask, *others[at:]) for others, mask in joined.items()]


class _Matching:
    """The classes of one group that match the cells of its columns."""

    def __init__(self, classed: ClassedModel, atom: TableAtom, g: int, columns: list[int]) -> None:
        self._columns = columns
        self._values = [
            tuple(classed.groups[g].specimen(c).value(atom.refs[at].attribute) for at in columns)
            for c in range(classed.groups[g].size)
        ]
        self._masks: dict[object, int] = {}

    def mask(self, row: tuple[object, ...]) -> int:
        cells = tuple(row[at] for at in self._columns)
        if cells not in self._masks:
            self._masks[cells] = sum(
                1 << c
                for c, values in enumerate(self._values)
                if all(v is None or v == cell for v, cell in zip(values, cells, strict=True))
            )
        return self._masks[cells]
