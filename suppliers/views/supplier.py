"""The supplier's page: a purchase order behind a secret link, to be confirmed without a login."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from suppliers.errors import BadPromise, NotFound
from suppliers.forms import ConfirmForm
from suppliers.models import PurchaseOrder, PurchaseOrderLine
from suppliers.services.purchase_orders import OPEN, confirm_purchase_order


@never_cache
@require_http_methods(["GET", "POST"])
def purchase_order(request: HttpRequest, token: str) -> HttpResponse:
    """GET only shows: mail scanners open links. POST confirms the days."""
    found = PurchaseOrder.objects.filter(token=token).select_related("supplier").first()
    if found is None:
        raise NotFound(_("This link names no purchase order. Please use the one in our mail."))
    lines = list(found.lines.select_related("part"))
    form = ConfirmForm(lines, request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                confirm_purchase_order(token=token, promises=form.promises())
            except BadPromise as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Thank you. We plan with your days from now on."))
                return redirect("suppliers:purchase_order", token=token)
        status = 422
    context = {
        "purchase_order": found,
        "form": form,
        "rows": rows_of(lines, form),
        "is_open": found.status in OPEN,
    }
    return render(request, "suppliers/purchase_order.html", context, status=status)


def rows_of(lines: list[PurchaseOrderLine], form: ConfirmForm) -> list[dict[str, Any]]:
    """Each line with the field that answers it."""
    return [{"line": line, "field": form[f"line_{line.line_number}"]} for line in lines]
