"""An approved alternate takes the place of a part that a job has not picked yet."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config.console.access import actor_of, staff_view
from config.outbox import errands
from production.forms_floor import SwapForm
from production.models import AssemblyJob
from production.selectors.alternates import swappable
from production.services.swapping import SWAP_PART
from production.views.floor_actions import cleaned

ANSWER_WITHIN_S = 2.0  # then the page goes on without what the errand came to


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view("production.change_assemblyjob")
def swap(request: HttpRequest, number: str, requirement_id: int) -> HttpResponse:
    """What may be taken instead. A worker does it: the web may not say what a job needs."""
    job = get_object_or_404(AssemblyJob, number=number)
    need = get_object_or_404(job.requirements.select_related("part"), pk=requirement_id)
    if request.method == "POST":
        try:
            values = cleaned(SwapForm(request.POST))
        except forms.ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("ops:job_swap", number=number, requirement_id=need.pk)
        _ask(request, need.pk, values)
        return redirect("ops:job", number=number)
    found = swappable(requirement_id=need.pk)
    if found is None:
        raise Http404
    return render(request, "ops/job_swap.html", {"job": job, "part": need.part, "found": found})


def _ask(request: HttpRequest, requirement_id: int, values: dict[str, str]) -> None:
    actor = actor_of(request)
    errand_id = errands.ask(
        SWAP_PART, asked_by=actor, requirement_id=requirement_id, actor=actor, **values
    )
    answer = errands.wait_for(errand_id, within_s=ANSWER_WITHIN_S)
    if answer.trouble:
        messages.error(request, answer.trouble)
    else:
        messages.success(request, answer.text or _("It will be swapped in a moment."))
