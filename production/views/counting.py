"""Counting bins: a blind sheet, then what differs with a reason for each.

Works by keyboard and scanner without script: a scanned part's row gets the focus, the count is
typed, and Enter goes back to the scan field with everything kept.
"""

from dataclasses import dataclass
from uuid import uuid4

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from config.console.access import actor_of, staff_view
from config.console.typed import typed_line
from config.errors import CartwrightError
from production.models import Bin, Part
from production.selectors.bins import bin_by_code, bins_with_contents, contents_of, part_by_code
from production.services.counting import Counted, record_count

LONGEST_CODE = 80
LONGEST_REASON = 200
MOST_DIGITS = 6
MOST_BINS = 60
ASKED = ("bin", "zone")


@dataclass(slots=True)
class Row:
    """A part in a bin on the sheet: what the books say, and what was typed."""

    bin: Bin
    part: Part
    book: int
    typed: str = ""
    reason: str = ""
    problem: str = ""
    is_sought: bool = False

    @property
    def name(self) -> str:
        return f"{self.bin.pk}-{self.part.pk}"

    @property
    def counted(self) -> int | None:
        """The number that was typed; None for nothing, or for what is none."""
        is_number = self.typed.isascii() and self.typed.isdigit()
        return int(self.typed) if is_number and len(self.typed) <= MOST_DIGITS else None

    @property
    def difference(self) -> int:
        return 0 if self.counted is None else self.counted - self.book

    @property
    def signed(self) -> str:
        return f"{self.difference:+}"


@require_safe
@staff_view("production.view_stocklevel")
def bins(request: HttpRequest) -> HttpResponse:
    """Every bin along the walk, zone by zone, with when it was last counted."""
    zones: dict[str, list[Bin]] = {}
    for one in bins_with_contents():
        zones.setdefault(one.zone, []).append(one)
    return render(request, "ops/stock/bins.html", {"zones": zones, "quality": Bin.Purpose.QUALITY})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view("production.change_stocklevel")
def count(request: HttpRequest) -> HttpResponse:
    """The counting sheet of a bin or a zone; blind until the counts are compared."""
    places = _places(request)
    if not places:
        messages.error(request, _("No bin to count has that code or zone."))
        return redirect("ops:bins")
    rows = _rows(request, places)
    at = ""
    if request.method == "POST":
        wish = request.POST.get("do", "find")
        if wish == "find":
            at = _seek(request, rows, places)
        elif not _check(rows):
            if wish == "record" or not any(row.difference for row in rows):
                return _record(request, rows, places)
            return _page(request, rows, places, is_review=True)
    return _page(request, rows, places, at=at)


def _places(request: HttpRequest) -> list[Bin]:
    asked = request.GET
    usable = Bin.objects.exclude(purpose=Bin.Purpose.QUALITY)
    if code := asked.get("bin", "")[:LONGEST_CODE]:
        return list(usable.filter(code__iexact=code))
    zone = asked.get("zone", "")[:LONGEST_CODE]
    return list(usable.filter(zone=zone)[:MOST_BINS]) if "zone" in asked else []


def _rows(request: HttpRequest, places: list[Bin]) -> list[Row]:
    """What the books say lies there, and what was found beside it."""
    rows = [Row(one.bin, one.part, one.quantity) for one in contents_of(places)]
    known = {row.name for row in rows}
    by_pk = {str(place.pk): place for place in places}
    wanted = [name for name in request.POST.getlist("found") if name not in known]
    pairs = [name.partition("-")[::2] for name in dict.fromkeys(wanted)]
    part_ids = [int(part) for _bin, part in pairs if part.isascii() and part.isdigit()]
    parts = {str(part.pk): part for part in Part.objects.filter(pk__in=part_ids)} if pairs else {}
    rows += [Row(by_pk[b], parts[p], 0) for b, p in pairs if b in by_pk and p in parts]
    for row in rows:
        row.typed = typed_line(request, f"counted-{row.name}", longest=20)
        row.reason = typed_line(request, f"reason-{row.name}", longest=LONGEST_REASON)
    return rows


def _seek(request: HttpRequest, rows: list[Row], places: list[Bin]) -> str:
    """Give the row of the scanned part the focus; a part that is not on the sheet gets a row.

    Returns the bin that is counted now, by its key: the one that was scanned last.
    """
    code = typed_line(request, "scan", longest=LONGEST_CODE)
    at = typed_line(request, "at", longest=20)
    if not code:
        return at
    place = places[0]
    for one in places:
        if str(one.pk) == at:
            place = one
    if (scanned := bin_by_code(code)) and scanned in places:
        return str(scanned.pk)
    part = part_by_code(code)
    if part is None:
        messages.error(request, _("No part has the number “%(code)s”.") % {"code": code})
        return at
    of_part = [row for row in rows if row.part == part]
    here = [row for row in of_part if row.bin == place] or of_part[: at == ""]
    if not here:
        here = [Row(place, part, 0)]
        rows += here
    here[0].is_sought = True
    return at


def _check(rows: list[Row]) -> bool:
    """Whether something typed is no count; the rows say what was expected."""
    for row in rows:
        if row.typed and row.counted is None:
            row.problem = _("Expected a whole number from 0 to 999999, got “%(typed)s”.") % {
                "typed": row.typed
            }
    return any(row.problem for row in rows)


def _record(request: HttpRequest, rows: list[Row], places: list[Bin]) -> HttpResponse:
    key = typed_line(request, "key", longest=36)
    counted = [row for row in rows if row.counted is not None]
    if not counted or not key:
        messages.error(request, _("Nothing was counted yet."))
        return _page(request, rows, places)
    try:
        with transaction.atomic():
            # By bin in the order of their keys: two sheets never wait for each other.
            for place in sorted(places, key=lambda place: place.pk):
                of_bin = [_as_counted(request, row) for row in counted if row.bin == place]
                if of_bin:
                    record_count(
                        bin_id=place.pk,
                        counts=of_bin,
                        key=f"sheet-{key}-{place.pk}",
                        actor=actor_of(request),
                    )
    except CartwrightError as error:
        messages.error(request, str(error))
        is_review = any(row.difference for row in rows)
        return _page(request, rows, places, is_review=is_review)
    words = ngettext("One count is written down.", "%(n)d counts are written down.", len(counted))
    messages.success(request, words % {"n": len(counted)})
    return redirect("ops:bins")


def _as_counted(request: HttpRequest, row: Row) -> Counted:
    """With what the books said when the difference was shown, so that a movement is noticed."""
    said = request.POST.get(f"book-{row.name}", "")
    is_number = said.isascii() and said.isdigit() and len(said) <= MOST_DIGITS
    return Counted(row.part.pk, row.counted or 0, int(said) if is_number else row.book, row.reason)


def _page(
    request: HttpRequest,
    rows: list[Row],
    places: list[Bin],
    *,
    is_review: bool = False,
    at: str = "",
) -> HttpResponse:
    by_bin: dict[Bin, list[Row]] = {place: [] for place in places}
    for row in rows:
        by_bin[row.bin].append(row)
    context = {
        "places": by_bin,
        "rows": rows,
        "differing": [row for row in rows if row.difference],
        "agreeing": sum(row.counted is not None and not row.difference for row in rows),
        "uncounted": sum(row.counted is None for row in rows),
        "title": places[0].code if len(places) == 1 else places[0].zone or _("Without a zone"),
        "query": urlencode(
            {name: request.GET.get(name, "") for name in ASKED if name in request.GET}
        ),
        "key": typed_line(request, "key", longest=36) or uuid4(),
        "at": at,
        "found": [row.name for row in rows if not row.book],
        "has_focus": any(row.is_sought for row in rows),
    }
    return render(request, f"ops/stock/{'review' if is_review else 'count'}.html", context)
