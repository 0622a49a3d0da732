"""The job board, and the one button a card has."""

from dataclasses import asdict, replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from config.console.access import actor_of, staff_view
from config.console.typed import typed_line
from config.errors import CartwrightError
from production.models import AssemblyJob
from production.selectors.board import SHOWN, BoardFilter, Tally
from production.selectors.board import board as floor_of
from production.services import shop_floor
from production.views.columns import columns
from production.views.picking import address as pick_address

LONGEST_MACHINE = 120
LONGEST_TRACKING_NUMBER = 60
LONGEST_REASON = 200
MOVES = {"start": shop_floor.start_operation, "finish": shop_floor.finish_operation}


@require_safe
@staff_view("production.view_assemblyjob")
def board(request: HttpRequest) -> HttpResponse:
    """Every open job at its station; only the board when htmx asks again.

    What narrows it stands in the address; so do the jobs that are ticked for a pick list.
    """
    today = timezone.localdate()
    wanted = _wanted(request)
    floor = floor_of(today=today, wanted=wanted)
    is_movable = request.user.has_perm("production.change_assemblyjob")
    chosen = set(request.GET.getlist("job"))
    context = {
        "columns": columns(floor, today, is_movable=is_movable, chosen=chosen),
        "tally": floor.tally,
        "filters": _filters(wanted, floor.tally),
        "wanted": wanted,
        "address": _address(wanted),
        "is_narrowed": wanted != BoardFilter(),
        "is_movable": is_movable,
    }
    is_part = bool(getattr(request, "htmx", False))
    return render(request, "ops/board.html#board" if is_part else "ops/board.html", context)


def _wanted(request: HttpRequest) -> BoardFilter:
    """What the address asks for; what makes no sense asks for nothing."""
    show = request.GET.get("show", "all")
    return BoardFilter(
        show=show if show in SHOWN else "all",
        machine=request.GET.get("machine", "")[:LONGEST_MACHINE],
        number="".join(request.GET.get("number", "").upper().split())[:24],
    )


def _filters(wanted: BoardFilter, tally: Tally) -> list[dict[str, object]]:
    words = {"all": _("All"), "late": _("Late or without a date"), "held": _("On hold")}
    counts = {"all": tally.jobs, "late": tally.late, "held": tally.held}
    return [
        {
            "title": words[show],
            "count": counts[show],
            "url": _address(replace(wanted, show=show)),
            "is_current": wanted.show == show,
        }
        for show in SHOWN
    ]


def _address(wanted: BoardFilter) -> str:
    """The board narrowed so, without what says nothing."""
    asked = {key: value for key, value in asdict(wanted).items() if value and value != "all"}
    board_url = reverse("ops:board")
    return f"{board_url}?{urlencode(asked)}" if asked else board_url


@require_POST
@staff_view("production.change_assemblyjob")
def operation(request: HttpRequest, number: str, kind: str, verb: str) -> HttpResponse:
    """Start or finish an operation; back to the page it was asked from."""
    job = get_object_or_404(AssemblyJob, number=number)
    extra = {}
    tracking_number = typed_line(request, "tracking_number", longest=LONGEST_TRACKING_NUMBER)
    if verb == "finish" and tracking_number:
        extra["tracking_number"] = tracking_number
    by_hand = typed_line(request, "by_hand", longest=LONGEST_REASON)
    if verb == "finish" and by_hand:
        extra["by_hand"] = by_hand
    try:
        MOVES[verb](job_id=job.pk, kind=kind, actor=actor_of(request), **extra)
    except CartwrightError as error:
        messages.error(request, str(error))
    if request.POST.get("back") == "job":
        return redirect("ops:job", number=number)
    if request.POST.get("back") == "pick":
        return redirect(pick_address(request.POST.getlist("job")))
    return redirect(f"{reverse('ops:board')}#{number}")
