"""The supplier's page: a purchase order behind a secret link, to be confirmed without a login."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from suppliers.errors import SupplierError
from suppliers.forms import ConfirmForm
from suppliers.models import PurchaseOrder, PurchaseOrderLine
from suppliers.selectors import by_token, history_of
from suppliers.services.purchase_orders import confirm_purchase_order
from suppliers.views.shown import shown_events


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def purchase_order(request: HttpRequest, token: str) -> HttpResponse:
    """GET only shows: mail scanners open links. POST confirms the days."""
    found = by_token(token)
    lines = list(found.lines.select_related("part"))
    form = ConfirmForm(lines, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if _is_taken(request, form, token):
            return redirect("suppliers:purchase_order", token=token)
        status = 422
    context = {
        "purchase_order": found,
        "form": form,
        "rows": [_row(line, form) for line in lines],
        "is_open": found.status in PurchaseOrder.OPEN,
        "events": shown_events(history_of(found, is_for_staff=False)),
    }
    response = render(request, "suppliers/purchase_order.html", context, status=status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"  # the link is the key
    return response


def _is_taken(request: HttpRequest, form: ConfirmForm, token: str) -> bool:
    """Confirm what the form says; where it cannot be, the form tells why."""
    if not form.is_valid():
        return False
    try:
        confirm_purchase_order(token=token, promises=form.promises(), later=form.later())
    except SupplierError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Thank you. We plan with your days from now on."))
    return True


def _row(line: PurchaseOrderLine, form: ConfirmForm) -> dict[str, Any]:
    """A line with the fields that answer it, if it is still to come."""
    number = line.line_number
    name, later = f"line_{number}", (f"later_quantity_{number}", f"later_on_{number}")
    return {
        "line": line,
        "field": form[name] if name in form.fields else None,
        "later": [form[it] for it in later if it in form.fields],
        "is_later_shown": bool(line.later_quantity or set(later) & set(form.errors)),
    }
