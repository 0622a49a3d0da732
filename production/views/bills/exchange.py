"""Lines, steps and checks out as CSV, and in again: first told, then done."""

import base64
import zlib
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from config.console.access import staff_view
from configurator.errors import UnreadableSheet
from configurator.services.authoring.sheets import LARGEST_BYTES
from production.errors import ProductionError
from production.models import BillOfMaterial
from production.services.authoring.bill_sheets import bill_sheet, import_sheet, plan_sheet
from production.services.authoring.content import CHECKS, KINDS, LINES, STEPS
from production.views.bills.drafts import bill_or_404, frame_of
from production.views.bills.reading import CHANGE, VIEW

TEMPLATE = "ops/bills/exchange.html"
KEPT_FOR_S = 24 * 60 * 60
# What a form may carry besides files (DATA_UPLOAD_MAX_MEMORY_SIZE), less some room.
LONGEST_KEPT = 2_400_000
MOST_PROBLEMS = 100


class ImportForm(forms.Form):
    """A sheet, and what is in it."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is in it"),
        choices=[
            (LINES, gettext_lazy("Lines")),
            (STEPS, gettext_lazy("Steps")),
            (CHECKS, gettext_lazy("Checks")),
        ],
        widget=forms.RadioSelect,
        initial=LINES,
    )
    sheet = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy("UTF-8 or UTF-16, with commas or semicolons, 10 MB at most."),
    )

    def clean_sheet(self) -> bytes:
        """The file's content, read only when its size allows it."""
        sheet = self.cleaned_data["sheet"]
        if sheet.size > LARGEST_BYTES:
            size = f"{sheet.size / 1e6:.1f} MB"
            told = _("Expected 10 MB at most, got %(size)s.")
            raise forms.ValidationError(told, params={"size": size})
        content: bytes = sheet.read()
        return content


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(VIEW)
def exchange(request: HttpRequest, pk: int) -> HttpResponse:
    """Files to take, and for a draft a file to give: a dry run, then the import itself."""
    bill = bill_or_404(pk)
    context = frame_of(request, bill, "bill_exchange")
    if request.method != "POST":
        return render(request, TEMPLATE, context | {"form": ImportForm(label_suffix="")})
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied(f"Importing needs the permission {CHANGE}.")
    if not context["is_open"]:
        messages.error(request, _("Only a draft can be changed. Start a new revision."))
        return redirect("ops:bill_exchange", pk=pk)
    if "kept" in request.POST:
        return _import(request, bill)
    return _dry_run(request, bill, context)


def _dry_run(request: HttpRequest, bill: BillOfMaterial, context: dict[str, Any]) -> HttpResponse:
    form = ImportForm(request.POST, request.FILES, label_suffix="")
    context["form"] = form
    if not form.is_valid():
        return render(request, TEMPLATE, context, status=422)
    kind, content = form.cleaned_data["kind"], form.cleaned_data["sheet"]
    try:
        plan = plan_sheet(bill, kind, content)
    except UnreadableSheet as error:
        more = max(len(error.problems) - MOST_PROBLEMS, 0)
        context |= {"problems": error.problems[:MOST_PROBLEMS], "more_problems": more}
        return render(request, TEMPLATE, context, status=422)
    sections = [plan.section] if plan.section.differences else []
    context |= {"is_planned": True, "sections": sections, "count": len(plan.items)}
    context["file_name"] = str(request.FILES["sheet"])
    packed = base64.b85encode(zlib.compress(content)).decode()
    # Signed: what is imported is what was told.
    kept = signing.dumps([kind, plan.state, packed], salt=_salt(request, bill))
    context["kept"] = kept if len(kept) <= LONGEST_KEPT else ""
    return render(request, TEMPLATE, context)


def _salt(request: HttpRequest, bill: BillOfMaterial) -> str:
    return f"production.import_bill:{bill.pk}:{request.user.pk}"


def _import(request: HttpRequest, bill: BillOfMaterial) -> HttpResponse:
    try:
        kind, state, packed = signing.loads(
            request.POST["kept"], salt=_salt(request, bill), max_age=KEPT_FOR_S
        )
        content = zlib.decompress(base64.b85decode(packed))
        section = import_sheet(bill_id=bill.pk, kind=kind, content=content, state=state)
    except signing.BadSignature:
        messages.error(request, _("That preview is not valid any more. Choose the file again."))
    except (ProductionError, UnreadableSheet) as error:
        messages.error(request, _("Nothing was imported. %(why)s") % {"why": error})
    else:
        number = len(section.differences)
        told = ngettext("Imported: %(n)d change.", "Imported: %(n)d changes.", number)
        messages.success(request, told % {"n": number})
        return redirect("ops:bill_difference", pk=bill.pk)
    return redirect("ops:bill_exchange", pk=bill.pk)


@require_safe
@staff_view(VIEW)
def export(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Lines, steps or checks as a file."""
    if kind not in KINDS:
        raise Http404(f"A bill has no {kind}")
    bill = bill_or_404(pk)
    number = "".join(sign if sign.isalnum() else "-" for sign in bill.part.part_number)
    name = f"{number}-r{bill.revision}-{kind}.csv"
    return HttpResponse(
        bill_sheet(bill, kind),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
