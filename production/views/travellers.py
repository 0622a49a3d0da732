"""The sheet that goes with a machine through the floor: as a page, and on paper."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config.console.access import staff_view
from production.papers.answer import pdf_answer
from production.papers.traveller import traveller_pdf
from production.selectors.checks import limits_in_words
from production.selectors.travellers import Traveller, traveller
from production.services.scan_codes import Action, action_label, job_label
from production.views import cards


@require_safe
@staff_view("production.view_assemblyjob")
def sheet(request: HttpRequest, number: str) -> HttpResponse:
    """The traveller of a job, to print."""
    found = _found(number)
    context = {
        "sheet": found,
        "job": found.job,
        "job_code": job_label(found.job.number),
        "start_code": action_label(Action.START),
        "finish_code": action_label(Action.FINISH),
        "operations": [
            {"one": one, "name": cards.operation_name(one.kind), "has_checks": one.kind == "test"}
            for one in found.operations
        ],
        "checks": [{"check": one, "limits": limits_in_words(one)} for one in found.checks],
    }
    return render(request, "ops/traveller.html", context)


@require_safe
@staff_view("production.view_assemblyjob")
def paper(request: HttpRequest, number: str) -> HttpResponse:
    found = _found(number)
    return pdf_answer(traveller_pdf(found), f"traveller-{found.job.number}")


def _found(number: str) -> Traveller:
    found = traveller(number)
    if found is None:
        raise Http404(_("There is no job %(number)s.") % {"number": number})
    return found
