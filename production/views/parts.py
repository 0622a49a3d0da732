"""What lies on the shelf, and everything about one part."""

from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from config.console.access import actor_of, staff_view
from config.errors import CartwrightError
from production import selectors
from production.forms import AdjustForm
from production.models import Part
from production.services.counting import adjust_stock

PAGE_SIZE = 50
LONGEST_QUERY = 80
MOST_SHOWN = 40


@require_safe
@staff_view("production.view_stocklevel")
def stock(request: HttpRequest) -> HttpResponse:
    """Bought parts with what is on hand, promised, free and coming."""
    shown = request.GET.get("show", "")
    if shown not in selectors.STOCK_FILTERS:
        shown = "held"
    query = " ".join(request.GET.get("q", "").split())[:LONGEST_QUERY]
    found = selectors.stock_list(shown=shown)
    if query:
        found = found.filter(
            Q(part_number__icontains=query) | Q(name__icontains=query) | Q(mpn__icontains=query)
        )
    titles = {
        "held": _("On the shelf"),
        "coming": _("Coming"),
        "wanted": _("Wanted by jobs"),
        "all": _("All parts"),
    }
    context = {
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "filters": [
            {
                "title": titles[name],
                "query": urlencode({"show": name, "q": query}),
                "is_current": name == shown,
            }
            for name in selectors.STOCK_FILTERS
        ],
        "shown": shown,
        "query": query,
        "page_query": urlencode({"show": shown, "q": query}),
    }
    return render(request, "ops/stock.html", context)


@require_safe
@staff_view("production.view_part")
def part(request: HttpRequest, part_id: int) -> HttpResponse:
    """One part: its level, who waits for it, what is coming, what moved, where it is used."""
    found = get_object_or_404(selectors.stock_list(shown="all"), pk=part_id)
    context = {
        "part": found,
        "waiting": selectors.open_requirements(found)[:MOST_SHOWN],
        "receipts": selectors.open_receipts(found)[:MOST_SHOWN],
        "movements": found.movements.order_by("-pk")[:MOST_SHOWN],
        "used_in": found.used_in.select_related("bill__part").order_by("bill__part__part_number")[
            :MOST_SHOWN
        ],
        "form": AdjustForm(initial={"key": uuid4()}),
    }
    return render(request, "ops/part.html", context)


@require_POST
@staff_view("production.change_stocklevel")
def adjust(request: HttpRequest, part_id: int) -> HttpResponse:
    """Correct the level by what was counted more or less."""
    found = get_object_or_404(Part, pk=part_id)
    form = AdjustForm(request.POST)
    if not form.is_valid():
        messages.error(
            request, " ".join(str(error) for errors in form.errors.values() for error in errors)
        )
        return redirect("ops:part", part_id=part_id)
    try:
        adjust_stock(
            part_id=found.pk,
            quantity=form.cleaned_data["quantity"],
            reason=form.cleaned_data["reason"],
            key=f"adjust:{form.cleaned_data['key']}",
            actor=actor_of(request),
        )
    except CartwrightError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The level is corrected."))
    return redirect("ops:part", part_id=part_id)
