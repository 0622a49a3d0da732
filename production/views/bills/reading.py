"""The list of bills, one bill over all its levels, and where a part is used."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config.audit.actors import who
from config.console.access import staff_view
from production.bom.as_ordered import OPERATIONS
from production.models import BillOfMaterial, Part
from production.selectors.bills import BILL_FILTERS, bill_list
from production.selectors.bills_tree import BillTree, bill_tree
from production.selectors.bills_used import where_used
from production.views.bills.shown import cost_words, money, shown_rows, tone_of

PAGE_SIZE = 100
LONGEST_QUERY = 80
VIEW, CHANGE = "production.view_billofmaterial", "production.change_billofmaterial"


@require_safe
@staff_view(VIEW)
def bills(request: HttpRequest) -> HttpResponse:
    """Every bill by part, with who released it when."""
    shown = request.GET.get("show", "")
    if shown not in BILL_FILTERS:
        shown = BILL_FILTERS[0]
    query = " ".join(request.GET.get("q", "").replace("\0", "").split())[:LONGEST_QUERY]
    titles = {
        "current": _("In force and drafts"),
        "draft": _("Drafts"),
        "released": _("Released"),
        "machines": _("Of machines"),
        "superseded": _("Superseded"),
        "all": _("All revisions"),
    }
    page = Paginator(bill_list(shown=shown, query=query), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "rows": [
            {"bill": bill, "tone": tone_of(bill), "who": who(bill.released_by)} for bill in page
        ],
        "filters": [
            {
                "title": titles[name],
                "query": urlencode({"show": name, "q": query}),
                "is_current": name == shown,
            }
            for name in BILL_FILTERS
        ],
        "shown": shown,
        "query": query,
        "page_query": urlencode({"show": shown, "q": query}),
    }
    return render(request, "ops/bills/bills.html", context)


@require_safe
@staff_view(VIEW)
def bill(request: HttpRequest, pk: int) -> HttpResponse:
    """One bill: every level with its costs, the steps and checks, and what became of it."""
    try:
        tree = bill_tree(pk)
    except BillOfMaterial.DoesNotExist as error:
        raise Http404(str(error)) from error
    found = tree.bill
    context = {
        "bill": found,
        "tone": tone_of(found),
        "who": who(found.released_by),
        "tab": "bill",
        "tree": tree,
        "rows": (rows := shown_rows(tree.rows)),
        "has": {
            "lost": any(row.lost for row in rows),
            "in_use": any(row.in_use for row in rows),
            "alternates": any(row.row.line.alternates for row in rows),
        },
        "figures": _figures(tree),
        "steps": sorted(tree.steps, key=lambda step: OPERATIONS.index(step.operation)),
        "others": [
            {"bill": one, "tone": tone_of(one), "who": who(one.released_by)}
            for one in tree.revisions
        ],
        "released": next((one for one in tree.revisions if one.status == "released"), None),
        "drafts": [one for one in tree.revisions if one.status == "draft" and one != found],
    }
    return render(request, "ops/bills/bill.html", context)


def _figures(tree: BillTree) -> dict[str, object]:
    return {
        "cost": cost_words(tree.cost),
        "known": money(tree.cost.rounded) if tree.cost.unknown else "",
        "lines": len(tree.rows),
        "levels": tree.depth,
        "open": tree.cost.open,
        "unknown": tree.cost.unknown,
        "problems": [row for row in tree.rows if row.problem],
    }


@require_safe
@staff_view(VIEW)
def used(request: HttpRequest, part_id: int) -> HttpResponse:
    """Every bill that may take a part, and the ways up to the machines."""
    try:
        found = where_used(part_id)
    except Part.DoesNotExist as error:
        raise Http404(str(error)) from error
    machines = {way.product for way in found.ways if way.product}
    context = {"found": found, "part": found.part, "machines": sorted(machines)}
    return render(request, "ops/bills/used.html", context)
