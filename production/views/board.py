"""The job board, and the one button a card has."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from config.console.access import actor_of, staff_view
from config.console.typed import typed_line
from config.errors import CartwrightError
from production import selectors
from production.models import AssemblyJob, WorkCenter
from production.services import shop_floor
from production.views import cards

LONGEST_TRACKING_NUMBER = 60
LONGEST_REASON = 200
MOVES = {"start": shop_floor.start_operation, "finish": shop_floor.finish_operation}


@require_safe
@staff_view("production.view_assemblyjob")
def board(request: HttpRequest) -> HttpResponse:
    """Every open job at its station; only the board when htmx asks again."""
    today = timezone.localdate()
    jobs = selectors.board_jobs(today)
    waiting = [job.pk for job in jobs if job.status == AssemblyJob.Status.WAITING_FOR_PARTS]
    outlooks = selectors.material_outlook(today=today, job_ids=waiting, is_only_short=True)
    minutes = dict(WorkCenter.objects.values_list("operation", "standard_minutes"))
    build_days = max(1, -(-sum(minutes.values()) // 480))
    columns = cards.columns(
        jobs,
        cards.binding_waits(outlooks),
        cards.Pace(build_days, minutes),
        today,
        is_movable=request.user.has_perm("production.change_assemblyjob"),
    )
    context = {
        "columns": columns,
        "job_count": sum(job.status in selectors.OPEN_JOBS for job in jobs),
        "late_count": sum(card.tone == "late" for column in columns for card in column.cards),
    }
    is_part = bool(getattr(request, "htmx", False))
    return render(request, "ops/board.html#board" if is_part else "ops/board.html", context)


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
    return redirect(f"{reverse('ops:board')}#{number}")
