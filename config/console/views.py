"""The console's first page, and the field that finds anything by its number."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from config.console.access import staff_view
from config.console.registry import concern_providers, finders

LONGEST_SHOWN = 80


@require_safe
@staff_view()
def today(request: HttpRequest) -> HttpResponse:
    """Everything that needs a person, for what this person may do."""
    return render(request, "ops/today.html", _needs_a_person(request))


def _needs_a_person(request: HttpRequest) -> dict[str, Any]:
    """What needs a person, as far as this person may see it, and how much that is."""
    concerns = [
        concern
        for permission, provider in concern_providers()
        if request.user.has_perm(permission)
        for concern in provider()
    ]
    return {"concerns": concerns, "concern_count": sum(one.count for one in concerns)}


@require_safe
@staff_view()
def find(request: HttpRequest) -> HttpResponse:
    """Go to the order, job, purchase order or part whose number was typed or scanned."""
    query = request.GET.get("q", "").strip()
    for permission, finder in finders():
        if query and request.user.has_perm(permission) and (url := finder(query)):
            return redirect(url)
    if query:
        messages.warning(
            request, f"Nothing that you may see has the number “{query[:LONGEST_SHOWN]}”."
        )
    return render(request, "ops/today.html", {**_needs_a_person(request), "sought": query})
