"""Labels to print: for what stands in the address, as a page or on a roll."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from config.console.access import staff_view
from production.papers.answer import pdf_answer
from production.papers.labels import labels_pdf
from production.selectors.labels import MOST_LABELS, WantedLabels, labels

MOST_COPIES = 50
MOST_ASKED = 500


@require_safe
@staff_view("production.view_part")
def show(request: HttpRequest) -> HttpResponse:
    """The labels as they will be printed, and how many of each."""
    wanted = _wanted(request.GET)
    asked = request.GET.copy()
    asked.pop("copies", None)
    context = {
        "labels": labels(wanted),
        "copies": wanted.copies,
        "most_copies": MOST_COPIES,
        "most_labels": MOST_LABELS,
        "asked": [(name, one) for name, several in asked.lists() for one in several],
        "paper": f"{reverse('ops:labels_paper')}?{request.GET.urlencode()}",
    }
    return render(request, "ops/labels.html", context)


@require_safe
@staff_view("production.view_part")
def paper(request: HttpRequest) -> HttpResponse:
    return pdf_answer(labels_pdf(labels(_wanted(request.GET)), "Labels"), "labels")


def _wanted(asked: QueryDict) -> WantedLabels:
    """What the address asks for; what makes no sense asks for nothing."""
    copies = asked.get("copies", "1")
    return WantedLabels(
        jobs=_upper(asked, "job"),
        boxes=_upper(asked, "box"),
        parts=[int(one) for one in asked.getlist("part") if one.isdecimal() and len(one) < 10],
        bins=asked.getlist("bin")[:MOST_ASKED],
        zones=asked.getlist("zone")[:MOST_ASKED],
        copies=min(max(int(copies), 1), MOST_COPIES)
        if copies.isdecimal() and len(copies) < 4
        else 1,
    )


def _upper(asked: QueryDict, name: str) -> list[str]:
    return list(dict.fromkeys(one.strip().upper() for one in asked.getlist(name)[:MOST_ASKED]))
