"""Purchasing at the console: what is on its way, and goods in."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from config.audit.models import StateChange
from config.console.access import actor_of, staff_view
from config.mail.models import OutgoingMail
from config.mail.services import resend_mail
from suppliers.errors import SupplierError
from suppliers.forms import ReceiveForm
from suppliers.models import PurchaseOrder
from suppliers.selectors import purchase_orders
from suppliers.services.purchase_orders import mail_key
from suppliers.services.receipts import receive_goods

PAGE_SIZE = 50


@require_GET
@staff_view("suppliers.view_purchaseorder")
def listing(request: HttpRequest) -> HttpResponse:
    """All purchase orders, newest first; `status` and `q` (number or supplier) narrow it."""
    found = purchase_orders()
    status, query = request.GET.get("status", ""), request.GET.get("q", "").strip()
    if status in PurchaseOrder.Status.values:
        found = found.filter(status=status)
    if query:
        found = found.filter(number__icontains=query) | found.filter(
            supplier__name__icontains=query
        )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "status": status,
        "query": query,
        "statuses": PurchaseOrder.Status.choices,
    }
    return render(request, "ops/purchase_orders.html", context)


@require_GET
@staff_view("suppliers.view_purchaseorder")
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One purchase order: its lines with what they are for, its mails, what happened."""
    purchase_order = get_object_or_404(
        PurchaseOrder.objects.select_related("supplier"), number=number
    )
    lines = purchase_order.lines.select_related("part").prefetch_related(
        "peggings__requirement__job"
    )
    context = {
        "purchase_order": purchase_order,
        "rows": [{"line": line, "key": uuid.uuid4()} for line in lines],
        "mails": OutgoingMail.objects.filter(about=number)
        .prefetch_related("attachments")
        .order_by("pk"),
        "changes": StateChange.objects.filter(
            subject_type="suppliers.purchaseorder", subject_id=purchase_order.pk
        ).order_by("pk"),
    }
    return render(request, "ops/purchase_order.html", context)


@require_POST
@staff_view("suppliers.add_goodsreceipt")
def receive(request: HttpRequest, number: str) -> HttpResponse:
    """Book what came in on one line."""
    form = ReceiveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Expected how many came in, as a whole number from 1."))
    else:
        values = form.cleaned_data
        try:
            receipt = receive_goods(
                line_id=values["line_id"],
                quantity=values["quantity"],
                key=f"form-{values['key']}",
                received_by=actor_of(request),
            )
        except SupplierError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, _("%(count)d booked into stock.") % {"count": receipt.quantity}
            )
    return redirect("ops:purchase_order", number=number)


@require_POST
@staff_view("suppliers.add_goodsreceipt")
def receive_all(request: HttpRequest, number: str) -> HttpResponse:
    """Book everything that is still open: the whole delivery is here."""
    purchase_order = get_object_or_404(PurchaseOrder, number=number)
    count = 0
    try:
        for line in purchase_order.lines.all():
            open_quantity = line.quantity - line.received_quantity
            if open_quantity:
                # Keyed by what was there before: a second click finds nothing open.
                receive_goods(
                    line_id=line.pk,
                    quantity=open_quantity,
                    key=f"all-{line.pk}-{line.received_quantity}",
                    received_by=actor_of(request),
                )
                count += open_quantity
    except SupplierError as error:
        messages.error(request, str(error))
    if count:
        messages.success(request, _("%(count)d parts booked into stock.") % {"count": count})
    return redirect("ops:purchase_order", number=number)


@require_POST
@staff_view("suppliers.change_purchaseorder")
def resend(request: HttpRequest, number: str) -> HttpResponse:
    """Send the mail again, unchanged and under the same Message-ID."""
    purchase_order = get_object_or_404(PurchaseOrder, number=number)
    resend_mail(key=mail_key(purchase_order))
    messages.success(request, _("The mail is on its way again."))
    return redirect("ops:purchase_order", number=number)
