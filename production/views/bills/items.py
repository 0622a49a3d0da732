"""One line, step or check of a draft: added, changed, moved, removed."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from config.console.access import staff_view
from config.errors import CartwrightError
from production.models import BillOfMaterial, Part
from production.services.authoring import items
from production.services.authoring.cells import COLUMNS, write_cells
from production.services.authoring.content import KINDS, items_of, state_of_item
from production.services.authoring.errors import ChangedMeanwhile, ContentRefused
from production.views.bills.drafts import bill_or_404, frame_of
from production.views.bills.forms import ItemForm
from production.views.bills.reading import CHANGE

MOST_KNOWN = 400  # part numbers that are proposed while one is typed


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(CHANGE)
def item(request: HttpRequest, pk: int, kind: str, item_id: int | None = None) -> HttpResponse:
    """The form of a line, step or check; without an id of one that is to be added."""
    bill = _open_or_404(pk, kind)
    if bill.status != BillOfMaterial.Status.DRAFT:
        messages.error(request, _("Only a draft can be changed. Start a new revision."))
        return redirect("ops:bill", pk=pk)
    if request.method == "POST":
        return _save(request, bill, kind, item_id)
    found = _found(bill, kind, item_id)
    if item_id is not None and found is None:
        messages.error(request, _("Somebody else has removed it."))
        return redirect("ops:bill_write", pk=pk)
    cells = write_cells(found, kind) if found else None
    read = state_of_item(found, kind) if found else ""
    form = ItemForm(kind, initial=cells)
    return render(request, "ops/bills/item.html", _context(request, bill, form, read, found))


def _open_or_404(pk: int, kind: str) -> BillOfMaterial:
    if kind not in KINDS:
        raise Http404(f"A bill has no {kind}")
    return bill_or_404(pk)


def _found(bill: BillOfMaterial, kind: str, item_id: int | None) -> Any:
    return next((one for one in items_of(bill, kind) if one.pk == item_id), None)


def _save(
    request: HttpRequest, bill: BillOfMaterial, kind: str, item_id: int | None
) -> HttpResponse:
    """What was typed is kept, whatever is wrong with it, and whoever was faster."""
    cells = {name: request.POST.get(name, "") for name in COLUMNS[kind]}
    read = request.POST.get("read", "")
    form = ItemForm(kind, cells)
    meanwhile, theirs = "", None
    status = 422
    try:
        saved = items.save_item(bill_id=bill.pk, kind=kind, cells=cells, item_id=item_id, read=read)
    except ContentRefused as error:
        form.full_clean()
        form.errors.clear()
        form.tell(items.read_item(bill, kind, cells))
        for name, problems in error.problems.items():
            if name not in form.errors:
                form.add_error(name or None, list(problems))
    except ChangedMeanwhile as error:
        found = _found(bill, kind, item_id)
        meanwhile, status = str(error), error.http_status
        theirs = write_cells(found, kind) if found else None
        read = state_of_item(found, kind) if found else ""
        item_id = item_id if found else None
    except CartwrightError as error:
        messages.error(request, str(error))
        return redirect("ops:bill", pk=bill.pk)
    else:
        messages.success(request, _("Saved."))
        where = reverse("ops:bill_write", args=[bill.pk])
        return redirect(f"{where}#{kind}-{saved.pk}")
    context = _context(request, bill, form, read, _found(bill, kind, item_id))
    context |= {"meanwhile": meanwhile, "theirs": _beside(theirs, cells)}
    return render(request, "ops/bills/item.html", context, status=status)


def _beside(theirs: dict[str, str] | None, ours: dict[str, str]) -> list[tuple[str, str, str]]:
    """What the other person wrote otherwise: column, theirs, ours."""
    if theirs is None:
        return []
    return [(name, theirs[name], ours[name]) for name in ours if theirs[name] != ours[name].strip()]


def _context(
    request: HttpRequest, bill: BillOfMaterial, form: ItemForm, read: str, found: Any
) -> dict[str, Any]:
    known = Part.objects.exclude(used_in=None).order_by("part_number").distinct()[:MOST_KNOWN]
    return frame_of(request, bill, "bill_write") | {
        "kind": form.kind,
        "form": form,
        "read": read,
        "item": found,
        "known_parts": known if form.kind == "lines" else (),
        "known_groups": items.surroundings(bill).words.groups if form.kind == "lines" else (),
    }


@require_POST
@staff_view(CHANGE)
def move(request: HttpRequest, pk: int, kind: str, item_id: int) -> HttpResponse:
    """One place up or down."""
    bill = _open_or_404(pk, kind)
    by = -1 if request.POST.get("by") == "up" else 1
    try:
        items.move_item(bill_id=bill.pk, kind=kind, item_id=item_id, by=by)
    except CartwrightError as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('ops:bill_write', args=[pk])}#{kind}-{item_id}")


@require_POST
@staff_view(CHANGE)
def remove(request: HttpRequest, pk: int, kind: str, item_id: int) -> HttpResponse:
    """Take it out of the draft."""
    bill = _open_or_404(pk, kind)
    try:
        items.remove_item(
            bill_id=bill.pk, kind=kind, item_id=item_id, read=request.POST.get("read", "")
        )
    except CartwrightError as error:
        messages.error(request, _("It was not removed. %(why)s.") % {"why": error})
    else:
        messages.success(request, _("Removed."))
    return redirect(f"{reverse('ops:bill_write', args=[pk])}#{kind}")
