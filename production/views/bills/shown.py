"""How the pages of bills tell lines, numbers and costs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.money import Money
from production.models import BillOfMaterial
from production.selectors.bills_costs import Cost
from production.selectors.bills_tree import TreeRow

TONES = {"draft": "now", "released": "go", "superseded": "stop"}
DEEPEST_INDENT = 8  # deeper lines stand below each other; their level is told beside them


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the tree in words. `indent` is a class's number."""

    row: TreeRow
    indent: int
    takes: str
    pieces: str
    lost: str
    in_use: str
    each: str
    cost: str
    is_made: bool
    is_muted: bool
    is_plain: bool  # what it takes says no more than how many pieces that are
    tag: str = ""

    @property
    def is_if_taken(self) -> bool:
        """It costs that where it is taken, and is in no sum."""
        return bool(self.cost and self.row.is_open and self.row.pieces is not None)

    @property
    def kind_word(self) -> str:
        part = self.row.part
        return _("phantom") if part is not None and part.kind == "phantom" else ""


@lru_cache(maxsize=4096)
def money(minor: int) -> str:
    """An amount in the house's currency. Kept: a bill says the same amounts over and over."""
    return Money(minor, settings.SHOP_CURRENCY).format(keeps_cents=True)


def cost_words(cost: Cost) -> str:
    """What something costs, or why that cannot be said; never a nought for what is unknown."""
    if cost.unknown:
        return _("unknown")
    if cost.open and not cost.minor:
        return _("by the choice")
    if cost.open:
        return _("from %(cost)s") % {"cost": money(cost.rounded)}
    return money(cost.rounded)


def shown_rows(rows: Iterable[TreeRow]) -> list[ShownRow]:
    return [_shown(row) for row in rows]


def _shown(row: TreeRow) -> ShownRow:
    line = row.line
    is_brought = row.number == 0
    return ShownRow(
        row=row,
        indent=min(row.level, DEEPEST_INDENT),
        takes="" if is_brought else line.quantity,
        is_plain=line.quantity == str(row.pieces),
        pieces="" if row.pieces is None or is_brought else str(row.pieces),
        lost="" if is_brought else lost_words(line.scrap, line.setup),
        in_use="" if is_brought else in_use_words(line.effective_from, line.effective_until),
        each=_each(row),
        cost="" if row.part is None else _cost(row),
        is_made=row.part is not None and row.part.kind != "buy",
        is_muted=not row.is_effective or row.is_instead,
        tag=_tag(row),
    )


def _each(row: TreeRow) -> str:
    if row.part is None:
        return _range(row)
    if row.each_minor is not None:
        return money(round(row.each_minor))
    return _("unknown") if row.part.kind == "buy" else ""


def _range(row: TreeRow) -> str:
    if row.range_minor is None:
        return _("unknown") if row.parts else ""
    low, high = row.range_minor
    return money(low) if low == high else f"{money(low)} – {money(high)}"


def _cost(row: TreeRow) -> str:
    if row.pieces is None and row.number:
        return _("by the choice")
    return cost_words(row.cost)


def _tag(row: TreeRow) -> str:
    """The one word that says why a line may not count."""
    if row.number == 0:
        return _("if chosen")
    if not row.is_effective:
        return _("not in use today")
    if row.is_instead:
        return _("alternate")
    return ""


def lost_words(scrap: Decimal, setup: int) -> str:
    """Scrap and setup, where there are any: "2 % + 1"."""
    share = f"{(scrap * 100).normalize():f} %" if scrap else ""
    once = ngettext("%(n)d a job", "%(n)d a job", setup) % {"n": setup} if setup else ""
    return " + ".join(filter(None, (share, once)))


def in_use_words(since: date | None, until: date | None) -> str:
    """The days on which a line counts; nothing for always."""
    if since and until:
        return f"{_day(since)} – {_day(until)}"
    if since:
        return _("from %(day)s") % {"day": _day(since)}
    return _("until %(day)s") % {"day": _day(until)} if until else ""


def _day(day: date) -> str:
    return date_format(day, "j M Y")


def tone_of(bill: BillOfMaterial) -> str:
    return TONES[bill.status]
