"""What can be bought: parts with their offers, and those that paid machines lack."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from config.console.access import actor_of, staff_view
from config.console.typed import typed_line
from config.outbox import errands
from production.models import Part
from shop.models import Order
from suppliers.models import Offer
from suppliers.selectors import short_parts
from suppliers.services.offers import active_offers, best_purchase
from suppliers.services.sourcing import SOURCE_AGAIN
from suppliers.views.ops import LONGEST_QUERY, PAGE_SIZE

ANSWER_WITHIN_S = 2.0  # then the page goes on without what the errand came to


@require_safe
@staff_view("suppliers.view_offer")
def offers(request: HttpRequest) -> HttpResponse:
    """Parts that are bought, each with its offers; `q` narrows, `unsold` shows those without."""
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    is_unsold = request.GET.get("unsold") == "1"
    parts = Part.objects.filter(kind=Part.Kind.BUY).order_by("name", "pk")
    if query:
        of_query = Offer.objects.filter(part=OuterRef("pk"), sku__icontains=query)
        parts = parts.filter(
            Q(part_number__icontains=query)
            | Q(name__icontains=query)
            | Q(mpn__icontains=query)
            | Exists(of_query)
        )
    if is_unsold:
        sold = Offer.objects.filter(part=OuterRef("pk"), is_active=True, supplier__is_active=True)
        parts = parts.exclude(Exists(sold))
    page = Paginator(parts, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": _offer_rows(list(page)),
        "query": query,
        "is_unsold": is_unsold,
        "page_query": urlencode({"q": query, **({"unsold": 1} if is_unsold else {})}),
    }
    return render(request, "ops/offers.html", context)


def _offer_rows(parts: list[Part]) -> list[dict[str, Any]]:
    found = active_offers([part.pk for part in parts])
    rows = []
    for part in parts:
        of_part = found.get(part.pk, [])
        best = best_purchase(of_part, 1)
        rows.append(
            {
                "part": part,
                "offers": [
                    {"offer": offer, "is_best": best is not None and offer == best.offer}
                    for offer in of_part
                ],
            }
        )
    return rows


@require_safe
@staff_view("suppliers.view_purchaseorder")
def short(request: HttpRequest) -> HttpResponse:
    """Parts that paid machines lack and that are not on their way."""
    return render(request, "ops/short_parts.html", {"rows": short_parts()})


@require_POST
@staff_view("suppliers.add_purchaseorder")
def buy(request: HttpRequest) -> HttpResponse:
    """Look again for offers of what an order is short of; buy what can be bought."""
    order = get_object_or_404(Order, number=typed_line(request, "order", longest=40))
    errand_id = errands.ask(SOURCE_AGAIN, asked_by=actor_of(request), order_id=order.pk)
    answer = errands.wait_for(errand_id, within_s=ANSWER_WITHIN_S)
    if answer.is_done:
        messages.success(request, f"{order}: {answer.text}")
    elif answer.trouble:
        messages.error(request, f"{order}: {answer.trouble}")
    else:
        messages.success(request, _("Offers for %(order)s are looked for.") % {"order": order})
    return redirect("ops:short_parts")
