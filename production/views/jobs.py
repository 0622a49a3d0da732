"""One job: what to do next, where each part is, what happened."""

from collections.abc import Container, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config.audit.actors import who
from config.audit.models import StateChange
from config.console.access import staff_view
from production import selectors
from production.models import AssemblyJob, JobHold, JobOperation
from production.selectors import PartOutlook
from production.views import bench as benches
from production.views import cards
from shop.models import Order, PaymentHold
from shop.services.holds import hold_words

# Of these operations the parts are in the machine once it is built; the carton never is.
BUILT_IN = {JobOperation.Kind.KITTING, JobOperation.Kind.BUILD}


@require_safe
@staff_view("production.view_assemblyjob")
def job(request: HttpRequest, number: str) -> HttpResponse:
    jobs = selectors.with_operations(AssemblyJob.objects.filter(number=number))
    found = get_object_or_404(_with_holds(jobs).select_related("order_line__order", "snapshot"))
    outlooks = selectors.material_outlook(
        today=timezone.localdate(),
        job_ids=[found.pk],
        is_with_bins=True,
        is_with_picks=benches.has_begun(found),
    )
    hold = found.holds.filter(lifted_at=None).first() if found.is_held else None
    bench = benches.bench_of(found, [one.requirement for one in outlooks], hold)
    is_mover = request.user.has_perm("production.change_assemblyjob")
    may_swap = is_mover and bench.hold is None and found.status in selectors.OPEN_JOBS
    swappable = benches.swappable_parts(found) if may_swap else set()
    context = {
        "job": found,
        "order": found.order_line.order,
        "state": cards.state_name(found),
        "tone": cards.TONES[found.status],
        "steps": _steps(found),
        "planned_end": _planned_end(found),
        "is_mover": is_mover,
        "parts": [_part(outlook, swappable) for outlook in outlooks],
        "waiting": sum(not outlook.is_complete for outlook in outlooks),
        "history": _history(found),
        "held": _words_of_holds(found.order_line.order) if found.is_order_held else [],
        **_work(bench),
    }
    return render(request, "ops/job.html", context)


def _with_holds(jobs: QuerySet[AssemblyJob]) -> QuerySet[Any, Any]:
    """With `is_held` and `is_order_held`: most are not, and then nobody asks why."""
    order_holds = PaymentHold.objects.filter(order=OuterRef("order_line__order"), closed_at=None)
    return jobs.annotate(
        is_held=Exists(JobHold.objects.filter(job=OuterRef("pk"), lifted_at=None)),
        is_order_held=Exists(order_holds),
    )


def _words_of_holds(order: Order) -> list[str]:
    return [hold_words(hold) for hold in order.holds.filter(closed_at=None)]


def _work(bench: benches.Bench) -> dict[str, object]:
    """What the next step is, what stops it, and all that can be done meanwhile."""
    step = cards.next_step(bench.job)
    stops = benches.stops(bench, step)
    return {
        "bench": bench,
        "next_step": None if stops else step,
        "stops": stops,
        "is_last_step": cards.station_of(bench.job) == JobOperation.Kind.BOX,
        "client_id": uuid4(),
        "picks": benches.pick_rows(bench) if bench.is_under_way else [],
        "pieces_left": sum(line.left for line in bench.to_pick),
        "serials": benches.serial_rows(bench),
        "serials_missing": sum(line.serials_missing for line in bench.lines),
        "checks": benches.check_rows(bench),
        "instructions": benches.steps_of(bench),
        "ways_back": benches.ways_back(bench),
        "has_taken_parts": benches.has_taken_parts(bench),
        "causes": JobHold.Cause.choices,
        "can_be_held": bench.hold is None and bench.job.status in selectors.OPEN_JOBS,
    }


def _planned_end(found: AssemblyJob) -> datetime | None:
    """When its last operation is planned to be over, while it is open."""
    if found.status not in selectors.OPEN_JOBS:
        return None
    return list(found.operations.all())[-1].planned_end_at


def _steps(found: AssemblyJob) -> list[dict[str, object]]:
    states = {"pending": ("", _("not started")), "in_progress": ("now", _("under way"))}
    rows = []
    for operation in found.operations.all():
        tone, word = states.get(operation.status, ("go", _("done")))
        rows.append(
            {
                "name": cards.operation_name(operation.kind),
                "tone": tone,
                "word": word,
                "operation": operation,
                "who": who(operation.done_by),
            }
        )
    return rows


def _part(outlook: PartOutlook, swappable: Container[str]) -> dict[str, object]:
    """One row: where the pieces are, in words, and whether another part may take its place."""
    requirement = outlook.requirement
    if requirement.issued_quantity:
        is_in = outlook.is_built and requirement.operation in BUILT_IN
        tone, where = "go", _("installed") if is_in else _("in the kit")
    elif outlook.is_complete:
        tone, where = "held", _("on the shelf, kept for this job")
    elif outlook.is_on_order:
        tone, where = "wait", _on_order(outlook)
    else:
        short = requirement.short_quantity - outlook.coming
        tone, where = "stop", _("%(n)d short, not on order") % {"n": short}
    is_approved = outlook.part.part_number in swappable or requirement.replaces_id is not None
    return {
        "requirement": requirement,
        "part": outlook.part,
        "tone": tone,
        "where": where,
        "is_swappable": is_approved
        and bool(swappable)
        and requirement.issued_quantity < requirement.quantity,
    }


def _on_order(outlook: PartOutlook) -> str:
    if outlook.expected_on is None:
        return _("on order from %(supplier)s, no day yet") % {"supplier": outlook.supplier_name}
    facts = {
        "supplier": outlook.supplier_name,
        "day": cards.short_day(outlook.expected_on),
        "sure": _("confirmed") if outlook.is_confirmed else _("unconfirmed"),
    }
    if outlook.expected_on < timezone.localdate():
        return _("from %(supplier)s, overdue since %(day)s, %(sure)s") % facts
    return _("from %(supplier)s, %(day)s, %(sure)s") % facts


def _history(found: AssemblyJob) -> list[dict[str, object]]:
    kinds = {operation.pk: operation.kind for operation in found.operations.all()}
    changes = StateChange.objects.filter(
        Q(subject_type="production.assemblyjob", subject_id=found.pk)
        | Q(subject_type="production.joboperation", subject_id__in=kinds)
    ).order_by("-pk")
    return [
        {
            "at": change.at,
            "text": _sentence(change, kinds),
            "who": who(change.actor),
        }
        for change in changes
    ]


def _sentence(change: StateChange, kinds: Mapping[int, str]) -> str:
    if change.subject_type == "production.joboperation":
        name = cards.operation_name(kinds[change.subject_id])
        if change.to_state == "pending":
            return f"{name}: {change.why}"
        verb = _("started") if change.to_state == "in_progress" else _("done")
        return f"{name} {verb}"
    if change.from_state == change.to_state:
        return change.why[:1].upper() + change.why[1:]
    state = change.to_state.replace("_", " ")
    return f"{state.capitalize()}: {change.why}"
