"""Putting away what came in, and carrying pieces from bin to bin."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config.console.access import actor_of, staff_view
from config.errors import CartwrightError
from production.forms import MoveForm
from production.models import Bin, BinStock
from production.selectors.bins import to_put_away
from production.services.putaway import move_between_bins


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view("production.change_stocklevel")
def put_away(request: HttpRequest) -> HttpResponse:
    """What lies where goods come in, each with its form; and one form for any two bins."""
    form = MoveForm(initial={"key": uuid4()}, label_suffix="")
    if request.method == "POST":
        form = MoveForm(request.POST, label_suffix="")
        if form.is_valid() and _carried(request, form):
            return redirect("ops:put_away")
    context = {
        "form": form,
        "arrived": [_arrived(row) for row in to_put_away()],
        "bins": Bin.objects.exclude(purpose=Bin.Purpose.QUALITY).values_list("code", flat=True),
    }
    return render(request, "ops/stock/put_away.html", context)


def _arrived(row: BinStock) -> dict[str, Any]:
    home = row.part.stock_level.home_bin
    return {"row": row, "home": home.code if home else "", "key": uuid4()}


def _carried(request: HttpRequest, form: MoveForm) -> bool:
    """Do what the form says; False, and the form keeps what was typed, when it cannot be done."""
    values = form.cleaned_data
    try:
        move_between_bins(
            part_id=values["part"].pk,
            from_bin_id=values["from_bin"].pk,
            to_bin_id=values["to_bin"].pk,
            quantity=values["quantity"],
            key=f"carry:{values['key']}",
            actor=actor_of(request),
            is_new_home=values["is_new_home"],
        )
    except CartwrightError as error:
        form.add_error(None, str(error))
        return False
    messages.success(
        request,
        _("%(pieces)d × %(part)s: from %(source)s to %(target)s.")
        % {
            "pieces": values["quantity"],
            "part": values["part"].part_number,
            "source": values["from_bin"],
            "target": values["to_bin"],
        },
    )
    return True
