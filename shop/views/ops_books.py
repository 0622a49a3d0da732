"""The console's pages for whoever keeps the books: trial balance, journal, reconciliation."""

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from config.console.access import actor_of, staff_view
from config.console.typed import typed_line
from config.errors import CartwrightError
from shop import books
from shop.models import BalanceDifference, BalanceReading
from shop.services.asking import ask_to_reconcile
from shop.services.reconciliation import resolve_difference
from shop.views.see_other import see_other

PAGE_SIZE = 50
LONGEST_REASON = 300
MOST_READINGS = 14


def _range(request: HttpRequest) -> tuple[date | None, date | None]:
    """The days asked for; what is no date counts as not given."""

    def day(name: str) -> date | None:
        try:
            return parse_date(request.GET.get(name, ""))
        except ValueError:
            return None

    return day("first"), day("last")


@require_safe
@staff_view("shop.view_ledgerentry")
def trial_balance(request: HttpRequest) -> HttpResponse:
    """Every account with its debits and credits over a range of days."""
    first, last = _range(request)
    balances = books.trial_balance(first, last)
    asked = {"first": first, "last": last}
    context = {
        "balances": balances,
        "totals": books.totals(balances),
        "first": first,
        "last": last,
        "query": urlencode({name: it.isoformat() for name, it in asked.items() if it}),
    }
    return render(request, "ops/books.html", context)


@require_safe
@staff_view("shop.view_ledgerentry")
def journal(request: HttpRequest) -> StreamingHttpResponse:
    """The journal as a file."""
    first, last = _range(request)
    name = "-".join(["journal", *(it.isoformat() for it in (first, last) if it)])
    return StreamingHttpResponse(
        books.journal_csv(first, last),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


@require_safe
@staff_view("shop.view_balancedifference")
def reconciliation(request: HttpRequest) -> HttpResponse:
    """Where Stripe's balance and our books disagree; open ones first."""
    show = "resolved" if request.GET.get("show") == "resolved" else "open"
    found = BalanceDifference.objects.filter(resolved_at__isnull=show == "open")
    found = found.select_related("payment__order", "record").order_by("-pk")
    context = {
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "show": show,
        "page_query": urlencode({"show": show}),
        "readings": BalanceReading.objects.all()[:MOST_READINGS],
        **BalanceReading.objects.aggregate(
            compared_until=Max("ends_at"), movement_count=Sum("movement_count", default=0)
        ),
        "open_count": BalanceDifference.objects.filter(resolved_at=None).count(),
    }
    return render(request, "ops/reconciliation.html", context)


@require_POST
@staff_view("shop.change_balancedifference")
def compare_now(request: HttpRequest) -> HttpResponse:
    """Read Stripe's balance now instead of at the next turn of the clock."""
    answer = ask_to_reconcile(asked_by=actor_of(request))
    if answer.is_done:
        messages.success(request, f"Compared: {answer.text}.")
    elif answer.trouble:
        messages.error(request, f"{answer.trouble} It is tried again until Stripe answers.")
    else:
        messages.success(request, "Being compared; look again in a moment.")
    return see_other(reverse("ops:reconciliation"))


@require_POST
@staff_view("shop.change_balancedifference")
def resolve(request: HttpRequest, difference_id: int) -> HttpResponse:
    """Say why two sides differ."""
    reason = typed_line(request, "reason", longest=LONGEST_REASON)
    if not BalanceDifference.objects.filter(pk=difference_id).exists():
        messages.error(request, "This difference does not exist.")
    else:
        try:
            resolve_difference(difference_id=difference_id, actor=actor_of(request), reason=reason)
            messages.success(request, "Noted.")
        except CartwrightError as error:
            messages.error(request, str(error))
    return see_other(reverse("ops:reconciliation"))
