"""Drafts: begun, looked at with everything that can be changed, compared, released, given up."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.console.access import actor_of, staff_view
from config.errors import CartwrightError
from configurator.models import ProductModel
from production.errors import BillRefused
from production.models import BillOfMaterial, Part
from production.selectors.bills import released_bill
from production.services.authoring import drafts
from production.services.authoring.cells import write_cells
from production.services.authoring.comparing import TITLES, differences
from production.services.authoring.content import items_of, state_of, state_of_item
from production.services.authoring.errors import ChangedMeanwhile, ContentRefused, DraftExists
from production.services.bill_checks import check_bill
from production.views.bills.forms import HeaderForm, NewBillForm
from production.views.bills.reading import CHANGE, VIEW
from production.views.bills.shown import tone_of

RELEASE = "production.release_billofmaterial"
LONGEST_NOTE = drafts.LONGEST_NOTE


def bill_or_404(pk: int) -> BillOfMaterial:
    return get_object_or_404(BillOfMaterial.objects.select_related("part"), pk=pk)


def frame_of(request: HttpRequest, bill: BillOfMaterial, tab: str) -> dict[str, Any]:
    """What every page of one bill needs."""
    is_draft = bill.status == BillOfMaterial.Status.DRAFT
    return {
        "bill": bill,
        "tone": tone_of(bill),
        "tab": tab,
        "is_open": is_draft and request.user.has_perm(CHANGE),
        "may_release": is_draft and request.user.has_perm(RELEASE),
    }


def products() -> list[tuple[str, str]]:
    return list(ProductModel.objects.order_by("name").values_list("slug", "name"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(CHANGE)
def new(request: HttpRequest) -> HttpResponse:
    """The first bill of a part."""
    form = NewBillForm(products(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        part = Part.objects.filter(part_number=form.cleaned_data["part"].strip()).first()
        if part is None:
            form.add_error("part", _("No part has this number."))
        else:
            try:
                made = drafts.begin_bill(
                    part_id=part.pk,
                    actor=actor_of(request),
                    product_slug=form.cleaned_data["product_slug"],
                    note=form.cleaned_data["note"],
                )
            except DraftExists as error:
                return redirect("ops:bill_write", pk=error.bill_id)
            except ContentRefused as error:
                for name, problems in error.problems.items():
                    form.add_error(name, list(problems))
            else:
                return redirect("ops:bill_write", pk=made.pk)
    status = 422 if form.errors else 200
    return render(request, "ops/bills/new.html", {"form": form}, status=status)


@require_POST
@staff_view(CHANGE)
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Copy the bill into the next revision, and go there. The field `another` allows a second."""
    source = bill_or_404(pk)
    try:
        made = drafts.draft_from(
            bill_id=source.pk,
            actor=actor_of(request),
            note=request.POST.get("note", "").strip()[:LONGEST_NOTE],
            is_another="another" in request.POST,
        )
    except DraftExists as error:
        context = frame_of(request, source, "bill") | {"open_draft": bill_or_404(error.bill_id)}
        return render(request, "ops/bills/draft_exists.html", context, status=error.http_status)
    told = _("Revision %(number)d is a draft: a copy of revision %(source)d to write on.")
    messages.success(request, told % {"number": made.revision, "source": source.revision})
    return redirect("ops:bill_write", pk=made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(VIEW)
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """Every line, step and check of a draft with what can be done with it; its header by POST."""
    bill = bill_or_404(pk)
    context = frame_of(request, bill, "bill_write")
    if not context["is_open"]:
        if request.method == "POST" and not request.user.has_perm(CHANGE):
            raise PermissionDenied(f"Writing needs the permission {CHANGE}.")
        messages.error(request, _("Only a draft can be changed, by who may change bills."))
        return redirect("ops:bill", pk=pk)
    header = {"product_slug": bill.product_slug, "note": bill.note}
    form = HeaderForm(products(), request.POST or None, initial=header)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                drafts.change_header(
                    bill_id=pk, read=request.POST.get("read", ""), **form.cleaned_data
                )
            except CartwrightError as error:
                form.add_error(None, str(error))
                status = error.http_status
            else:
                messages.success(request, _("Saved."))
                return redirect("ops:bill_write", pk=pk)
    context |= {
        "form": form,
        "read": drafts.state_of_header(bill),
        "sections": [_section(bill, kind) for kind in TITLES],
        "state": state_of(bill),
    }
    return render(request, "ops/bills/write.html", context, status=status)


def _section(bill: BillOfMaterial, kind: str) -> dict[str, Any]:
    items = items_of(bill, kind)
    return {
        "kind": kind,
        "title": TITLES[kind],
        "rows": [
            {
                "number": number,
                "item": item,
                "cells": write_cells(item, kind),
                "read": state_of_item(item, kind),
            }
            for number, item in enumerate(items, start=1)
        ],
    }


@require_POST
@staff_view(CHANGE)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a draft up, once it has been said twice."""
    bill = bill_or_404(pk)
    if "agreed" not in request.POST:
        context = frame_of(request, bill, "bill_write") | {"read": state_of(bill)}
        return render(request, "ops/bills/delete.html", context)
    try:
        drafts.delete_draft(bill_id=pk, read=request.POST.get("read", ""), actor=actor_of(request))
    except CartwrightError as error:
        messages.error(request, str(error))
        return redirect("ops:bill", pk=pk)
    messages.success(request, _("%(bill)s is gone.") % {"bill": bill})
    return redirect("ops:bills")


@require_safe
@staff_view(VIEW)
def difference(request: HttpRequest, pk: int) -> HttpResponse:
    """This revision against another of the same part: by default the released one."""
    bill = bill_or_404(pk)
    others = list(
        BillOfMaterial.objects.filter(part=bill.part_id)
        .exclude(pk=pk)
        .select_related("part")
        .order_by("-revision")
    )
    other = next((one for one in others if str(one.pk) == request.GET.get("from", "")), None)
    other = other or _before(bill, others)
    context = frame_of(request, bill, "bill_difference") | {
        "others": others,
        "other": other,
        "sections": differences(other, bill) if other else None,
    }
    return render(request, "ops/bills/difference.html", context)


def _before(bill: BillOfMaterial, others: list[BillOfMaterial]) -> BillOfMaterial | None:
    """The released one for a draft, else the revision before."""
    released = [one for one in others if one.status == "released"]
    older = [one for one in others if one.revision < bill.revision]
    return next(iter((released if bill.status == "draft" else []) + older + others), None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(VIEW)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that stands in the way of a draft, what it changes, and the release itself."""
    bill = bill_or_404(pk)
    context = frame_of(request, bill, "bill_release")
    if bill.status != BillOfMaterial.Status.DRAFT:
        if request.method == "POST":
            messages.error(request, drafts.told(bill))
        return redirect("ops:bill", pk=pk)
    status = 200
    if request.method == "POST":
        if not context["may_release"]:
            raise PermissionDenied(f"Releasing needs the permission {RELEASE}.")
        try:
            read = request.POST.get("read", "")
            drafts.release_draft(bill_id=pk, read=read, actor=actor_of(request))
        except BillRefused as error:
            status = error.http_status
        except ChangedMeanwhile as error:
            messages.error(request, str(error))
            status = error.http_status
        except CartwrightError as error:
            messages.error(request, str(error))
            return redirect("ops:bill", pk=pk)
        else:
            messages.success(request, _("Released. Orders that are planned from now on get it."))
            return redirect("ops:bill", pk=pk)
    state = state_of(bill)
    findings = check_bill(bill_id=pk)
    released = released_bill(bill.part_id)
    context |= {
        "state": state,
        "findings": findings,
        "is_refused": any(finding.is_blocking for finding in findings),
        "released": released,
        "sections": differences(released, bill) if released else None,
    }
    return render(request, "ops/bills/release.html", context, status=status)
