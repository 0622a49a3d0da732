"""A part broke while a machine was made, or the whole machine did."""

import json
from uuid import uuid4

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config.console.access import actor_of, staff_view
from config.outbox import errands
from production.forms import ScrapForm, ScrapMachineForm
from production.models import AssemblyJob
from production.services.scrapping import SCRAP_ISSUED
from production.services.scrapping_machines import (
    SCRAP_MACHINE,
    Outcome,
    default_outcome,
    pieces_in,
)

ANSWER_WITHIN_S = 2.0  # then the page goes on without what the errand came to


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view("production.change_assemblyjob")
def scrap(request: HttpRequest, number: str) -> HttpResponse:
    """What the job has taken, each with a form to write a piece of it off.

    A worker does it: the web process may not say that a job needs more.
    """
    job = get_object_or_404(AssemblyJob, number=number)
    taken = job.requirements.filter(issued_quantity__gt=F("scrapped_quantity"))
    form = ScrapForm(label_suffix="")
    if request.method == "POST":
        form = ScrapForm(request.POST, label_suffix="")
        if form.is_valid():
            requirement = get_object_or_404(taken, pk=form.cleaned_data["requirement"])
            _ask(request, form, requirement.pk)
            return redirect("ops:scrap", number=number)
    context = {
        "job": job,
        "form": form,
        "rows": [
            {
                "requirement": one,
                "part": one.part,
                "left": one.issued_quantity - one.scrapped_quantity,
                "key": uuid4(),
            }
            for one in taken.select_related("part").order_by("part__name")
        ],
    }
    return render(request, "ops/stock/scrap.html", context)


def _ask(request: HttpRequest, form: ScrapForm, requirement_id: int) -> None:
    values = form.cleaned_data
    errand_id = errands.ask(
        SCRAP_ISSUED,
        asked_by=actor_of(request),
        requirement_id=requirement_id,
        quantity=values["quantity"],
        reason=values["reason"],
        key=str(values["key"]),
        actor=actor_of(request),
        serial=values["serial"],
    )
    answer = errands.wait_for(errand_id, within_s=ANSWER_WITHIN_S)
    if answer.trouble:
        messages.error(request, answer.trouble)
    else:
        messages.success(request, answer.text or _("It will be written off in a moment."))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view("production.change_assemblyjob")
def scrap_machine(request: HttpRequest, number: str) -> HttpResponse:
    """Write a whole machine off, saying what becomes of each part; a worker makes it again."""
    job = get_object_or_404(AssemblyJob, number=number)
    form = ScrapMachineForm(label_suffix="")
    if request.method == "POST":
        form = ScrapMachineForm(request.POST, label_suffix="")
        if form.is_valid():
            return _ask_for_machine(request, form, job)
    rows = [
        {
            "requirement": need,
            "part": need.part,
            "pieces": pieces,
            "serials": serials,
            "outcome": form.outcomes.get(need.pk, default_outcome(need)),
        }
        for need, pieces, serials in pieces_in(job)
    ]
    context = {
        "job": job,
        "order": job.order_line.order,
        "form": form,
        # What a person has to look at stands first.
        "rows": sorted(rows, key=lambda row: not row["serials"]),
        "outcomes": Outcome.choices,
        "is_open": job.status == AssemblyJob.Status.IN_PROGRESS,
        "instead": getattr(job, "replaced_by", None),
    }
    return render(request, "ops/stock/scrap_machine.html", context)


def _ask_for_machine(
    request: HttpRequest, form: ScrapMachineForm, job: AssemblyJob
) -> HttpResponse:
    errand_id = errands.ask(
        SCRAP_MACHINE,
        asked_by=actor_of(request),
        job_id=job.pk,
        reason=form.cleaned_data["reason"],
        outcomes=json.dumps(form.outcomes),
        actor=actor_of(request),
    )
    answer = errands.wait_for(errand_id, within_s=ANSWER_WITHIN_S)
    if answer.trouble:
        messages.error(request, answer.trouble)
    else:
        messages.success(request, answer.text or _("It will be scrapped in a moment."))
    instead = AssemblyJob.objects.filter(replaces=job).first()
    return redirect("ops:job", number=(instead or job).number)
