"""One job: what to do next, where each part is, what happened."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config.audit.models import StateChange
from config.console.access import staff_view
from production import selectors
from production.models import AssemblyJob, JobOperation
from production.selectors import PartOutlook
from production.views import cards
from shop.services.holds import hold_words

# Of these operations the parts are in the machine once it is built; the carton never is.
BUILT_IN = {JobOperation.Kind.KITTING, JobOperation.Kind.BUILD}


@require_safe
@staff_view("production.view_assemblyjob")
def job(request: HttpRequest, number: str) -> HttpResponse:
    jobs = selectors.with_operations(AssemblyJob.objects.filter(number=number))
    found = get_object_or_404(jobs.select_related("order_line__order"))
    outlooks = selectors.material_outlook(
        today=timezone.localdate(), job_ids=[found.pk], is_with_bins=True
    )
    context = {
        "job": found,
        "order": found.order_line.order,
        "state": cards.state_name(found),
        "tone": cards.TONES[found.status],
        "steps": _steps(found),
        "next_step": cards.next_step(found),
        "is_last_step": cards.station_of(found) == JobOperation.Kind.BOX,
        "parts": [_part(outlook) for outlook in outlooks],
        "waiting": sum(not outlook.is_complete for outlook in outlooks),
        "history": _history(found),
        "held": [hold_words(hold) for hold in found.order_line.order.holds.filter(closed_at=None)],
    }
    return render(request, "ops/job.html", context)


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
                "who": operation.done_by.removeprefix("staff:"),
            }
        )
    return rows


def _part(outlook: PartOutlook) -> dict[str, object]:
    """One row: where the pieces are, in words."""
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
    return {"requirement": requirement, "part": outlook.part, "tone": tone, "where": where}


def _on_order(outlook: PartOutlook) -> str:
    if outlook.expected_on is None:
        return _("on order from %(supplier)s, no day yet") % {"supplier": outlook.supplier_name}
    facts = {
        "supplier": outlook.supplier_name,
        "day": cards.short_day(outlook.expected_on),
        "sure": _("confirmed") if outlook.is_confirmed else _("unconfirmed"),
    }
    return _("from %(supplier)s, %(day)s, %(sure)s") % facts


def _history(found: AssemblyJob) -> list[dict[str, object]]:
    operations = [operation.pk for operation in found.operations.all()]
    changes = StateChange.objects.filter(
        Q(subject_type="production.assemblyjob", subject_id=found.pk)
        | Q(subject_type="production.joboperation", subject_id__in=operations)
    ).order_by("-pk")
    return [
        {
            "at": change.at,
            "text": _sentence(change),
            "who": change.actor.removeprefix("staff:"),
        }
        for change in changes
    ]


def _sentence(change: StateChange) -> str:
    state = change.to_state.replace("_", " ")
    if change.subject_type == "production.joboperation":
        verb = _("started") if change.to_state == "in_progress" else _("done")
        return f"{cards.operation_name(change.why)} {verb}"
    return f"{state.capitalize()}: {change.why}"
