"""The console's first page, and the field that finds anything by its number."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from config.console.access import staff_view
from config.console.registry import concern_providers, finders


@require_GET
@staff_view()
def today(request: HttpRequest) -> HttpResponse:
    """Everything that needs a person, for what this person may do."""
    concerns = [
        concern
        for permission, provider in concern_providers()
        if request.user.has_perm(permission)
        for concern in provider()
    ]
    return render(request, "ops/today.html", {"concerns": concerns})


@require_GET
@staff_view()
def find(request: HttpRequest) -> HttpResponse:
    """Go to the order, job, purchase order or part whose number was typed or scanned."""
    query = request.GET.get("q", "").strip()
    for permission, finder in finders():
        if query and request.user.has_perm(permission) and (url := finder(query)):
            return redirect(url)
    messages.warning(request, f"Nothing here has the number “{query}”.")
    return redirect(reverse("ops:today"))
