"""Goods in: what came on a purchase order is booked into stock."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from config.console.access import actor_of, staff_view
from suppliers.errors import CartwrightError
from suppliers.forms import ReceiveForm
from suppliers.models import PurchaseOrder
from suppliers.services.receipts import receive_everything, receive_goods


@require_POST
@staff_view("suppliers.add_goodsreceipt")
def receive(request: HttpRequest, number: str) -> HttpResponse:
    """Book what came in on one line."""
    purchase_order = get_object_or_404(PurchaseOrder, number=number)
    form = ReceiveForm(request.POST)
    if not form.is_valid():
        typed = request.POST.get("quantity", "")[:20]
        messages.error(
            request,
            _("How many came in: expected a whole number from 1, got “%(typed)s”.")
            % {"typed": typed},
        )
        return redirect("ops:purchase_order", number=number)
    values = form.cleaned_data
    line = get_object_or_404(purchase_order.lines, pk=values["line_id"])
    try:
        receipt = receive_goods(
            line_id=line.pk,
            quantity=values["quantity"],
            key=f"form-{values['key']}",
            received_by=actor_of(request),
        )
    except CartwrightError as error:
        messages.error(request, str(error))
    else:
        _say_booked(request, receipt.quantity)
    return redirect("ops:purchase_order", number=number)


@require_POST
@staff_view("suppliers.add_goodsreceipt")
def receive_all(request: HttpRequest, number: str) -> HttpResponse:
    """Book everything that is still to come: the whole delivery is here."""
    purchase_order = get_object_or_404(PurchaseOrder, number=number)
    try:
        pieces = receive_everything(
            purchase_order_id=purchase_order.pk, received_by=actor_of(request)
        )
    except CartwrightError as error:
        messages.error(request, str(error))
    else:
        _say_booked(request, pieces)
    return redirect("ops:purchase_order", number=number)


def _say_booked(request: HttpRequest, pieces: int) -> None:
    if not pieces:
        messages.info(request, _("Nothing was left to book in."))
        return
    words = ngettext("One piece is in stock now.", "%(pieces)d pieces are in stock now.", pieces)
    messages.success(request, words % {"pieces": pieces})
