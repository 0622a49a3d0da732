"""Pieces that wait for a decision: fit for use, scrapped, or back to the supplier."""

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from config.console.access import actor_of, staff_view
from config.errors import CartwrightError
from production.forms import DecideForm, HoldForm
from production.models import Bin, QualityHold
from production.selectors import shelf
from production.services.quality import close_hold, hold_stock

MOST_SHOWN = 30


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view("production.view_stocklevel")
def holds(request: HttpRequest) -> HttpResponse:
    """What is on hold, what was decided; a POST sets pieces aside."""
    form = HoldForm(initial={"key": uuid4()}, label_suffix="")
    if request.method == "POST":
        if not request.user.has_perm("production.change_stocklevel"):
            raise PermissionDenied("This needs the permission production.change_stocklevel.")
        form = HoldForm(request.POST, label_suffix="")
        if form.is_valid() and _held(request, form):
            return redirect("ops:holds")
    context = {
        "form": form,
        "open_holds": [
            {"it": hold, "who": hold.opened_by.removeprefix("staff:")}
            for hold in shelf.open_holds()
        ],
        "decided": [
            {"it": hold, "who": hold.closed_by.removeprefix("staff:")}
            for hold in shelf.closed_holds()[:MOST_SHOWN]
        ],
        "bins": Bin.objects.exclude(purpose=Bin.Purpose.QUALITY).values_list("code", flat=True),
        "outcomes": [
            (QualityHold.Outcome.RELEASED, _("Fit for use")),
            (QualityHold.Outcome.RETURNED, _("Return to the supplier")),
            (QualityHold.Outcome.SCRAPPED, _("Scrap")),
        ],
    }
    return render(request, "ops/stock/holds.html", context)


def _held(request: HttpRequest, form: HoldForm) -> bool:
    values = form.cleaned_data
    try:
        hold = hold_stock(
            part_id=values["part"].pk,
            quantity=values["quantity"],
            reason=values["reason"],
            key=f"form:{values['key']}",
            actor=actor_of(request),
            bin_id=values["bin"].pk if values["bin"] else None,
        )
    except CartwrightError as error:
        form.add_error(None, str(error))
        return False
    messages.success(
        request,
        _("%(pieces)d × %(part)s on hold.")
        % {"pieces": hold.quantity, "part": values["part"].part_number},
    )
    return True


@require_POST
@staff_view("production.change_stocklevel")
def decide(request: HttpRequest, hold_id: int) -> HttpResponse:
    """Close a hold, or a part of it."""
    hold = get_object_or_404(QualityHold, pk=hold_id)
    form = DecideForm(request.POST)
    if not form.is_valid():
        said = " ".join(str(error) for errors in form.errors.values() for error in errors)
        messages.error(request, said)
        return redirect("ops:holds")
    values = form.cleaned_data
    try:
        closed = close_hold(
            hold_id=hold.pk,
            outcome=values["outcome"],
            quantity=values["quantity"],
            note=values["note"],
            actor=actor_of(request),
        )
    except CartwrightError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("%(pieces)d × %(part)s: %(outcome)s.")
            % {
                "pieces": closed.quantity,
                "part": closed.part.part_number,
                "outcome": closed.get_outcome_display().lower(),
            },
        )
    return redirect("ops:holds")
