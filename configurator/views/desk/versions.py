"""Every machine with its versions, and one version: its state, its checks, what it changes."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from config.console.access import actor_of, staff_view
from config.errors import CartwrightError
from configurator.forms.publishing import AcceptForm, RunForm
from configurator.models import ModelVersion, VersionRun
from configurator.selectors import runs as selectors
from configurator.services import acceptance, publishing, runs
from configurator.views.desk.findings import sections

Status = ModelVersion.Status

MOST_EVENTS = 20
LONGEST_NUMBER = 30  # digits that are still read at a glance


@require_safe
@staff_view("configurator.view_modelversion")
def machines(request: HttpRequest) -> HttpResponse:
    """All product models with their versions, what is on sale, and the last run of each."""
    return render(request, "ops/machines/machines.html", {"models": selectors.desk_models()})


@never_cache
@require_safe
@staff_view("configurator.view_modelversion")
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version. While a run is under way htmx asks again for the part that changes."""
    found = _version(pk)
    is_partial = bool(request.htmx)  # type: ignore[attr-defined]  # django_htmx sets it
    context = _context(found) | {
        "may_change": request.user.has_perm("configurator.change_modelversion"),
        "may_add": request.user.has_perm("configurator.add_modelversion"),
        "is_partial": is_partial,
    }
    template = "ops/machines/version.html"
    return render(request, f"{template}#live" if is_partial else template, context)


def _version(pk: int) -> ModelVersion:
    versions = ModelVersion.objects.select_related("product_model").defer("ir")
    return get_object_or_404(versions, pk=pk)


def _context(found: ModelVersion) -> dict[str, Any]:
    run = selectors.last_run(found)
    live = selectors.on_sale_of(found)
    answers = selectors.answers_of(found.ir_sha256) if found.ir_sha256 else None
    is_under_way = run is not None and run.is_under_way
    return {
        "version": found,
        "tab": "version",
        "standing": selectors.standing(found, live.pk if live else None),
        "live": live,
        "sold_before": selectors.sold_before(found) if live == found else None,
        "groups": selectors.groups_of(found) if found.status == Status.DRAFT else None,
        "run": run,
        "is_under_way": is_under_way,
        "sections": [] if run is None or is_under_way else sections(found, run.report),
        "answers": answers,
        "variants": _variants(run, answers),
        "impact": run.impact if run and not is_under_way else None,
        "events": selectors.history_of_version(found)[:MOST_EVENTS],
        "form": RunForm(),
        "currency": settings.SHOP_CURRENCY,
    }


def _variants(run: VersionRun | None, answers: selectors.Answers | None) -> dict[str, Any] | None:
    """The exact number in groups of three digits; of a long one also its size in a few signs."""
    digits = run.variants if run and run.variants else ""
    if answers is not None and answers.variants is not None:
        digits = str(answers.variants)
    if not digits:
        return None
    exact = {"groups": f"{int(digits):,}".split(","), "about": ""}
    if len(digits) <= LONGEST_NUMBER:
        return exact
    return exact | {"about": f"{digits[0]}.{digits[1:3]} × 10", "power": len(digits) - 1}


@require_POST
@staff_view("configurator.change_modelversion")
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a check, or for a check and the sale."""
    found = _version(pk)
    form = RunForm(request.POST)
    if not form.is_valid():
        for name, errors in form.errors.items():
            messages.error(request, f"{form.fields[name].label}: {' '.join(map(str, errors))}")
        return redirect("ops:version", pk=pk)
    is_sale = form.cleaned_data["purpose"] == VersionRun.Purpose.PUBLISH
    if is_sale and "agreed" not in request.POST and found.status in runs.OPEN:
        return _asked_to_publish(request, found, form)
    return _tried(
        request,
        found,
        lambda: runs.request_version_run(
            version_id=pk,
            purpose=form.cleaned_data["purpose"],
            valid_from=form.cleaned_data["valid_from"],
            actor=actor_of(request),
        ),
    )


def _asked_to_publish(request: HttpRequest, found: ModelVersion, form: RunForm) -> HttpResponse:
    """What is sold cannot be changed any more, so say once more what happens when."""
    last = selectors.last_run(found)
    context = {
        "version": found,
        "live": selectors.on_sale_of(found),
        "valid_from": form.cleaned_data["valid_from"],
        "typed": request.POST.get("valid_from", ""),
        "impact": last.impact if last else None,
    }
    return render(request, "ops/machines/publish_ask.html", context)


@require_POST
@staff_view("configurator.change_modelversion")
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a checked version a draft again."""
    return _tried(
        request,
        _version(pk),
        lambda: publishing.reopen_model_version(version_id=pk, actor=actor_of(request)),
        _("It is a draft again. Check it before it goes on sale."),
    )


@require_POST
@staff_view("configurator.change_modelversion")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a version whose date has not come."""
    return _tried(
        request,
        _version(pk),
        lambda: publishing.withdraw_model_version(version_id=pk, actor=actor_of(request)),
        _("It will not go on sale. It is still checked."),
    )


@require_POST
@staff_view("configurator.change_modelversion")
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Say why a finding is meant, or with `withdraw` that it no longer is."""
    found = _version(pk)
    form = AcceptForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The reason is too long, or the finding is not known."))
        return redirect("ops:version", pk=pk)
    said = form.cleaned_data
    named = {"version_id": pk, "kind": said["kind"], "where": said["where"]}
    actor = actor_of(request)
    if "withdraw" in request.POST:
        return _tried(request, found, lambda: acceptance.withdraw_acceptance(**named, actor=actor))
    return _tried(
        request,
        found,
        lambda: acceptance.accept_finding(**named, reason=said["reason"], actor=actor),
        _("Accepted. Check again to go on."),
    )


def _tried(
    request: HttpRequest, found: ModelVersion, service: Callable[[], object], told: str = ""
) -> HttpResponse:
    """Do it and go back to the version's page, with what came of it."""
    try:
        service()
    except CartwrightError as error:
        messages.error(request, str(error))
    else:
        if told:
            messages.success(request, told)
    return redirect("ops:version", pk=found.pk)
