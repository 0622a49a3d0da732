"""What is sent from a job's page. Each tells in a message what came of it, and comes back."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.console.access import actor_of, staff_view
from config.errors import CartwrightError
from production.errors import ClientIdReused
from production.forms_floor import (
    ByHandForm,
    CheckForm,
    HoldJobForm,
    LiftForm,
    ScanForm,
    SendBackForm,
    TakeOutForm,
)
from production.models import AssemblyJob, SerialUnit
from production.services import checks, holds, picking, rework, serials
from production.services.scanning import ScanResult
from production.services.scanning import scan as take_scan
from production.views.cards import operation_name

# What an action did, in a sentence, and the place of the page to come back to ("" for its top).
type Told = tuple[str, str]
type Action = Callable[[HttpRequest, AssemblyJob], Told]


def on_the_floor(action: Action) -> Callable[..., HttpResponseBase]:
    """A view for an action of a job's page: what is refused is told at its top."""

    @require_POST
    @staff_view("production.change_assemblyjob")
    @wraps(action)
    def view(request: HttpRequest, number: str) -> HttpResponse:
        job = get_object_or_404(AssemblyJob, number=number)
        try:
            told, place = action(request, job)
        except ClientIdReused:
            messages.error(
                request, _("This form was sent before with something else. Nothing was counted.")
            )
            return redirect("ops:job", number=number)
        except (CartwrightError, forms.ValidationError) as error:
            messages.error(request, _sentence(error))
            return redirect("ops:job", number=number)
        messages.success(request, told)
        return redirect(f"{reverse('ops:job', args=[number])}{place}")

    return view


@require_POST
@staff_view("production.change_assemblyjob")
def scan(request: HttpRequest, number: str) -> HttpResponse:
    """One scan for this job, or of another job's code, whose page it leads to."""
    job = get_object_or_404(AssemblyJob, number=number)
    try:
        values = cleaned(ScanForm(request.POST))
        quantity = values["quantity"]
        result = take_scan(
            client_id=values["client_id"],
            job_number=job.number,
            code=request.POST.get("code", ""),
            actor=actor_of(request),
            quantity=1 if quantity is None else quantity,
        )
    except ClientIdReused:
        messages.error(request, _("This form was sent before with another code. Scan it again."))
        return redirect("ops:job", number=number)
    except forms.ValidationError as error:
        messages.error(request, _sentence(error))
        return redirect("ops:job", number=number)
    _tell_scan(request, result)
    return redirect("ops:job", number=result.job.number if result.job else number)


def _tell_scan(request: HttpRequest, result: ScanResult) -> None:
    if result.is_accepted:
        words = _("%(said)s Next: %(next)s") if result.expected else "%(said)s"
        messages.success(request, words % {"said": result.message, "next": result.expected})
    else:
        is_told = not result.expected or result.expected in result.message
        words = "%(said)s" if is_told else _("%(said)s Expected: %(next)s")
        messages.error(request, words % {"said": result.message, "next": result.expected})


@on_the_floor
def pick_by_hand(request: HttpRequest, job: AssemblyJob) -> Told:
    """Let pieces of one line count as picked that cannot be scanned."""
    values = cleaned(ByHandForm(request.POST))
    need = get_object_or_404(job.requirements, pk=values["requirement"])
    event = picking.confirm_by_hand(
        client_id=values["client_id"],
        requirement_id=need.pk,
        quantity=values["quantity"],
        reason=values["reason"],
        actor=actor_of(request),
    )
    facts = {"pieces": event.quantity, "part": need.part.name}
    return _("%(pieces)d × %(part)s confirmed by hand.") % facts, "#picks"


@on_the_floor
def serial(request: HttpRequest, job: AssemblyJob) -> Told:
    """Write down the serial numbers of one line, those that were filled in."""
    requirement = request.POST.get("requirement", "")
    need = get_object_or_404(job.requirements, pk=requirement if requirement.isdecimal() else 0)
    typed = [one for one in request.POST.getlist("serial") if one.strip()]
    if not typed:
        raise forms.ValidationError(
            _("%(part)s: expected a serial number, got none."), params={"part": need.part.name}
        )
    done = [
        serials.capture_serial(requirement_id=need.pk, serial=one, actor=actor_of(request)).serial
        for one in typed
    ]
    facts = {"part": need.part.name, "serials": ", ".join(done)}
    return _("%(part)s: serial number %(serials)s.") % facts, "#serials"


@on_the_floor
def take_out(request: HttpRequest, job: AssemblyJob) -> Told:
    """A piece leaves the machine: a wrong number was written down, or it is exchanged."""
    values = cleaned(TakeOutForm(request.POST))
    unit = get_object_or_404(SerialUnit, pk=values["unit"], requirement__job=job)
    serials.take_out_serial(
        serial_unit_id=unit.pk,
        reason=values["reason"],
        is_scrapped=values["is_scrapped"],
        actor=actor_of(request),
    )
    return _("%(serial)s is out of the machine.") % {"serial": unit.serial}, "#serials"


@on_the_floor
def check(request: HttpRequest, job: AssemblyJob) -> Told:
    """Write down the result of one check."""
    form = CheckForm(request.POST)
    values = cleaned(form)
    result = checks.record_check(
        client_id=values["client_id"],
        job_id=job.pk,
        code=values["code"],
        is_passed=form.is_passed,
        value=values["value"],
        note=values["note"],
        actor=actor_of(request),
    )
    words = _("%(check)s: passed.") if result.is_passed else _("%(check)s: failed.")
    return words % {"check": result.code}, "#checks"


@on_the_floor
def hold(request: HttpRequest, job: AssemblyJob) -> Told:
    values = cleaned(HoldJobForm(request.POST))
    holds.hold_job(job_id=job.pk, actor=actor_of(request), **values)
    return _("On hold. Nobody goes on with it until the hold is lifted."), ""


@on_the_floor
def lift(request: HttpRequest, job: AssemblyJob) -> Told:
    values = cleaned(LiftForm(request.POST))
    holds.lift_hold(job_id=job.pk, note=values["note"], actor=actor_of(request))
    return _("The hold is lifted."), ""


@on_the_floor
def send_back(request: HttpRequest, job: AssemblyJob) -> Told:
    values = cleaned(SendBackForm(request.POST))
    rework.send_back(job_id=job.pk, actor=actor_of(request), **values)
    name = operation_name(values["kind"]).lower()
    return _("Sent back: it goes on with %(operation)s.") % {"operation": name}, ""


def cleaned(form: forms.Form) -> dict[str, Any]:
    """The values of a form. Raises `ValidationError` with what is wrong, a sentence a field."""
    if not form.is_valid():
        raise forms.ValidationError([error for found in form.errors.values() for error in found])
    values: dict[str, Any] = form.cleaned_data
    return values


def _sentence(error: Exception) -> str:
    if isinstance(error, forms.ValidationError):
        return " ".join(error.messages)
    return str(error)
