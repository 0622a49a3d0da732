"""Purchase orders at the console: the list, and one with all about it."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from config.console.access import actor_of, staff_view
from config.console.typed import typed_line
from config.mail.models import MailAttachment, OutgoingMail
from config.mail.services import resend_mail
from suppliers.errors import SupplierError
from suppliers.models import Pegging, PurchaseOrder, PurchaseOrderLine
from suppliers.selectors import counts_by_status, history_of, purchase_orders, tone_of
from suppliers.services.purchase_orders import call_off_purchase_order, confirm_url, mail_key
from suppliers.views.shown import shown_events

PAGE_SIZE = 50
LONGEST_QUERY = 80
LONGEST_REASON = 300

Status = PurchaseOrder.Status


@require_safe
@staff_view("suppliers.view_purchaseorder")
def listing(request: HttpRequest) -> HttpResponse:
    """All purchase orders, newest first; `status` and `q` (number or supplier) narrow it."""
    found = purchase_orders()
    status = request.GET.get("status", "")
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    if status not in Status.values:
        status = ""
    if status:
        found = found.filter(status=status)
    if query:
        found = found.filter(number__icontains=query) | found.filter(
            supplier__name__icontains=query
        )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_listed(it) for it in page],
        "status": status,
        "query": query,
        "filters": _filters(status, query),
        "page_query": urlencode({"status": status, "q": query}),
    }
    return render(request, "ops/purchase_orders.html", context)


def _listed(found: Any) -> dict[str, Any]:
    """A row of the list, of what `selectors.purchase_orders` gave."""
    due = found.next_due_on if found.status in PurchaseOrder.OPEN else None
    is_overdue = due is not None and due < timezone.localdate()
    return {"purchase_order": found, "tone": tone_of(found), "is_overdue": is_overdue}


def _filters(status: str, query: str) -> list[dict[str, Any]]:
    counts = counts_by_status()
    rows = [("", _("All"), sum(counts.values()))] + [
        (value, label, counts.get(value, 0))
        for value, label in Status.choices
        if counts.get(value) or value == status
    ]
    return [
        {
            "title": title,
            "count": count,
            "query": urlencode({"status": value, "q": query}),
            "is_current": value == status,
        }
        for value, title, count in rows
    ]


@require_safe
@staff_view("suppliers.view_purchaseorder")
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One purchase order: its lines with what they are for, its mails, what happened."""
    found = _by_number(number)
    peggings = Pegging.objects.select_related("requirement__job").order_by("requirement__job")
    lines = found.lines.select_related("part").prefetch_related(Prefetch("peggings", peggings))
    is_open = found.status in PurchaseOrder.OPEN
    context = {
        "purchase_order": found,
        "tone": tone_of(found),
        "rows": [_row(line, is_open=is_open) for line in lines],
        "is_open": is_open,
        "confirm_url": confirm_url(found),
        "mails": OutgoingMail.objects.filter(about=number)
        .prefetch_related(Prefetch("attachments", MailAttachment.objects.defer("content")))
        .order_by("pk"),
        "events": shown_events(history_of(found, is_for_staff=True)),
    }
    return render(request, "ops/purchase_order.html", context)


def _by_number(number: str) -> PurchaseOrder:
    return get_object_or_404(PurchaseOrder.objects.select_related("supplier"), number=number)


def _row(line: PurchaseOrderLine, *, is_open: bool) -> dict[str, Any]:
    """A line for the table; `key` makes a double click on "Book in" count once."""
    return {
        "line": line,
        "amount_minor": line.price_minor * line.quantity,
        "is_open": is_open and line.open_quantity > 0,
        "key": uuid.uuid4(),
    }


@require_safe
@staff_view("suppliers.view_purchaseorder")
def attachment(request: HttpRequest, number: str, filename: str) -> HttpResponse:
    """A file as the supplier got it, byte for byte."""
    files = MailAttachment.objects.filter(mail__about=_by_number(number).number).order_by("pk")
    found = next((it for it in files if it.filename == filename), None)
    if found is None:
        raise Http404(f"{number} was mailed without a file of this name")
    return HttpResponse(
        bytes(found.content),
        content_type=found.content_type,
        headers={"Content-Disposition": f'attachment; filename="{found.filename}"'},
    )


@require_POST
@staff_view("suppliers.change_purchaseorder")
def resend(request: HttpRequest, number: str) -> HttpResponse:
    """Send the mail again, unchanged and under the same Message-ID."""
    resend_mail(key=mail_key(_by_number(number)))
    messages.success(request, _("The mail is on its way again."))
    return redirect("ops:purchase_order", number=number)


@require_POST
@staff_view("suppliers.change_purchaseorder")
def call_off(request: HttpRequest, number: str) -> HttpResponse:
    """What has not come will not come; why is told to the supplier."""
    purchase_order = _by_number(number)
    why = typed_line(request, "why", longest=LONGEST_REASON)
    if not why:
        messages.error(request, _("Why: expected a sentence for the supplier, got nothing."))
        return redirect("ops:purchase_order", number=number)
    try:
        call_off_purchase_order(
            purchase_order_id=purchase_order.pk, why=why, actor=actor_of(request)
        )
    except SupplierError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Called off. What it was for is short again."))
    return redirect("ops:purchase_order", number=number)
