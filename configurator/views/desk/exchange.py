"""Options and rules out as CSV, and in again: first told, then done."""

import base64
import zlib
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from config.console.access import staff_view
from configurator.errors import ChangedMeanwhile, NotADraft, UnreadableSheet
from configurator.forms.exchange import ImportForm
from configurator.models import ModelVersion
from configurator.services.authoring.exchange import (
    KINDS,
    Preview,
    export_sheet,
    import_sheet,
    preview_import,
)

TEMPLATE = "ops/machines/exchange.html"
KEPT_FOR_S = 24 * 60 * 60
# What a form may carry besides files (DATA_UPLOAD_MAX_MEMORY_SIZE), less some room.
LONGEST_KEPT = 2_400_000
MOST_PROBLEMS = 100


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view("configurator.view_modelversion")
def exchange(request: HttpRequest, pk: int) -> HttpResponse:
    """Files to take, and for a draft a file to give: a dry run, then the import itself."""
    version = get_object_or_404(
        ModelVersion.objects.select_related("product_model").defer("ir"), pk=pk
    )
    may_change = request.user.has_perm("configurator.change_modelversion")
    is_open = may_change and version.status == ModelVersion.Status.DRAFT
    context: dict[str, Any] = {"version": version, "tab": "version-exchange", "is_open": is_open}
    if request.method != "POST":
        return render(request, TEMPLATE, context | {"form": ImportForm()})
    if not may_change:
        raise PermissionDenied("Importing needs configurator.change_modelversion.")
    if not is_open:
        messages.error(request, _("Only a draft can be changed. Make the next version."))
        return redirect("ops:version-exchange", pk=pk)
    if "kept" in request.POST:
        return _import(request, version)
    return _dry_run(request, version, context)


def _dry_run(request: HttpRequest, version: ModelVersion, context: dict[str, Any]) -> HttpResponse:
    form = ImportForm(request.POST, request.FILES)
    context["form"] = form
    if not form.is_valid():
        return render(request, TEMPLATE, context, status=422)
    asked = form.cleaned_data
    try:
        preview = preview_import(version, asked["kind"], asked["sheet"], removes=asked["removes"])
    except UnreadableSheet as error:
        more = max(len(error.problems) - MOST_PROBLEMS, 0)
        context |= {"problems": error.problems[:MOST_PROBLEMS], "more_problems": more}
        return render(request, TEMPLATE, context, status=422)
    context |= {"is_planned": True, "preview": preview, "sections": preview.sections}
    context["file_name"] = str(request.FILES["sheet"])
    kept = _kept(request, version, asked, preview)
    context["kept"] = kept if len(kept) <= LONGEST_KEPT else ""
    return render(request, TEMPLATE, context)


def _kept(
    request: HttpRequest, version: ModelVersion, asked: dict[str, Any], preview: Preview
) -> str:
    """The file as it was previewed, packed and signed: what is imported is what was told."""
    content = base64.b85encode(zlib.compress(asked["sheet"])).decode()
    told = [asked["kind"], asked["removes"], preview.state, content]
    return signing.dumps(told, salt=_salt(request, version))


def _salt(request: HttpRequest, version: ModelVersion) -> str:
    return f"configurator.import:{version.pk}:{request.user.pk}"


def _import(request: HttpRequest, version: ModelVersion) -> HttpResponse:
    try:
        kind, removes, state, content = signing.loads(
            request.POST["kept"], salt=_salt(request, version), max_age=KEPT_FOR_S
        )
        done = import_sheet(
            version_id=version.pk,
            kind=kind,
            content=zlib.decompress(base64.b85decode(content)),
            removes=removes,
            state=state,
        )
    except signing.BadSignature:
        messages.error(request, _("That preview is not valid any more. Choose the file again."))
    except (ChangedMeanwhile, UnreadableSheet, NotADraft) as error:
        messages.error(request, _("Nothing was imported. %(why)s") % {"why": error})
    else:
        count = sum(len(section.differences) for section in done.sections)
        told = ngettext("Imported: %(n)d change.", "Imported: %(n)d changes.", count)
        messages.success(request, told % {"n": count})
        return redirect("ops:version-difference", pk=version.pk)
    return redirect("ops:version-exchange", pk=version.pk)


@require_safe
@staff_view("configurator.view_modelversion")
def export(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Options or rules as a file."""
    if kind not in KINDS:
        raise Http404
    version = get_object_or_404(
        ModelVersion.objects.select_related("product_model").defer("ir"), pk=pk
    )
    name = f"{version.product_model.slug}-v{version.number}-{kind}.csv"
    return HttpResponse(
        export_sheet(version, kind),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
