"""What lies on the shelf, and everything about one part."""

from decimal import Decimal
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from config.audit.actors import who
from config.console.access import actor_of, staff_view
from config.errors import CartwrightError
from production import selectors
from production.forms import AdjustForm, HoldForm
from production.models import Part, ReceiptOutcome, StockLevel, StockMovement
from production.selectors import shelf
from production.services.counting import adjust_stock

PAGE_SIZE = 50
LONGEST_QUERY = 80
MOST_SHOWN = 40


def sought(request: HttpRequest) -> str:
    """What was typed into the search field."""
    return " ".join(request.GET.get("q", "").split())[:LONGEST_QUERY]


@require_safe
@staff_view("production.view_stocklevel")
def stock(request: HttpRequest) -> HttpResponse:
    """Parts with what is on hand, whose it is, where it lies, what it is worth and what comes."""
    shown = request.GET.get("show", "")
    if shown not in shelf.STOCK_FILTERS:
        shown = "held"
    query = sought(request)
    found = shelf.with_bins(shelf.stock_list(shown=shown))
    if query:
        found = found.filter(
            Q(part_number__icontains=query) | Q(name__icontains=query) | Q(mpn__icontains=query)
        )
    titles = {
        "held": _("On the shelf"),
        "coming": _("Coming"),
        "wanted": _("Wanted by jobs"),
        "push": _("Called for by nobody"),
        "set_aside": _("On hold"),
        "all": _("All parts"),
    }
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_row(part) for part in page],
        "figures": _figures(),
        "filters": [
            {
                "title": titles[name],
                "query": urlencode({"show": name, "q": query}),
                "is_current": name == shown,
            }
            for name in shelf.STOCK_FILTERS
        ],
        "shown": shown,
        "query": query,
        "page_query": urlencode({"show": shown, "q": query}),
        "currency": settings.SHOP_CURRENCY,
    }
    return render(request, "ops/stock.html", context)


def _figures() -> dict[str, object]:
    figures = shelf.stock_figures()
    value = figures["value"]
    return {
        "value": int(value),
        "push": int(figures["push"]),
        "push_share": f"{figures['push'] / value:.0%}" if value else "",
        "set_aside": int(figures["set_aside"]),
        "unknown": figures["unknown"],
    }


def _row(part: Part) -> dict[str, object]:
    level = level_of(part)
    cost = cost_of(part)
    return {
        "part": part,
        "level": level,
        "bins": [(one.bin, one.quantity) for one in part.bin_stock.all()],
        "shares": shares(level),
        "value": None if cost is None or not level.on_hand else round(level.on_hand * cost),
    }


def level_of(part: Part) -> StockLevel:
    """The part's level; of a part that never lay on the shelf an empty one."""
    return getattr(part, "stock_level", None) or StockLevel(part=part)


def cost_of(part: Part) -> Decimal | None:
    """What one costs, in minor units: on average so far, or else by standard."""
    average = level_of(part).average_cost_minor
    if average is not None or part.standard_cost_minor is None:
        return average
    return Decimal(part.standard_cost_minor)


def shares(level: StockLevel) -> list[tuple[str, str, int]]:
    """For whom it was bought: tone, word, pieces; what is not there is left out."""
    all_shares = (
        ("go", _("for orders"), level.pegged_on_hand),
        ("held", _("kanban"), level.kanban_on_hand),
        ("wait", _("for the shelf"), level.push_on_hand),
    )
    return [share for share in all_shares if share[2]]


@require_safe
@staff_view("production.view_part")
def part(request: HttpRequest, part_id: int) -> HttpResponse:
    """One part: where it lies, whose it is, who waits, what comes, what moved, where it is used."""
    parts = shelf.with_bins(shelf.stock_list(shown="all"))
    found = get_object_or_404(parts, pk=part_id)
    level = level_of(found)
    cost = cost_of(found)
    context = {
        "part": found,
        "level": level,
        "shares": shares(level),
        "cost": None if cost is None else round(cost),
        "value": None if cost is None else round(level.on_hand * cost),
        "waiting": selectors.open_requirements(found)[:MOST_SHOWN],
        "receipts": selectors.open_receipts(found)[:MOST_SHOWN],
        "outcomes": [_outcome(one) for one in shelf.outcomes_of(found)[:MOST_SHOWN]],
        "movements": [_moved(one) for one in shelf.movements_of(found)[:MOST_SHOWN]],
        "holds": shelf.open_holds().filter(part=found) if level.on_hold else (),
        "used_in": found.used_in.select_related("bill__part").order_by("bill__part__part_number")[
            :MOST_SHOWN
        ],
        "form": AdjustForm(initial={"key": uuid4()}, label_suffix=""),
        "hold_form": HoldForm(
            initial={"key": uuid4(), "part": found.part_number}, label_suffix="", auto_id="hold_%s"
        ),
        "currency": settings.SHOP_CURRENCY,
    }
    return render(request, "ops/part.html", context)


def _moved(movement: StockMovement) -> dict[str, object]:
    cost = movement.unit_cost_minor
    return {
        "it": movement,
        "cost": None if cost is None else round(cost),
        "who": who(movement.actor),
    }


def _outcome(outcome: ReceiptOutcome) -> dict[str, object]:
    """What came, and how many days off the first promise."""
    days = None
    if outcome.first_due_on:
        days = (outcome.received_at.date() - outcome.first_due_on).days
    tone = "" if days is None else "wait" if days > 0 else "go"
    return {"outcome": outcome, "days": days, "late": max(days or 0, 0), "tone": tone}


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
    values = form.cleaned_data
    try:
        adjust_stock(
            part_id=found.pk,
            quantity=values["quantity"],
            reason=values["reason"],
            key=f"adjust:{values['key']}",
            actor=actor_of(request),
            bin_id=values["bin"].pk if values["bin"] else None,
        )
    except CartwrightError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The level is corrected."))
    return redirect("ops:part", part_id=part_id)
