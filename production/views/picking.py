"""One walk for several jobs: the list by bin, its scan field, and the start of the kits."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from config.console.access import actor_of, staff_view
from config.errors import CartwrightError
from production.errors import ClientIdReused
from production.forms_floor import ScanForm
from production.models import ScanEvent
from production.papers.answer import pdf_answer
from production.papers.pick_list import pick_list_pdf
from production.selectors.board import ready_jobs
from production.selectors.pick_lists import MOST_SLOTS, PickList, Slot, Take, WalkLine, pick_list
from production.services import shop_floor
from production.services.carts import scan_into_cart
from production.services.scan_codes import job_label
from production.views import cards
from production.views.floor_actions import cleaned


@require_safe
@staff_view("production.view_assemblyjob")
def pick(request: HttpRequest) -> HttpResponse:
    """The list for the jobs in the address, or for the first so many that are ready."""
    if ready := request.GET.get("ready", ""):
        most = min(int(ready), MOST_SLOTS) if ready.isdecimal() and len(ready) < 4 else 0
        return redirect(address(ready_jobs(most=most)))
    found = pick_list(_numbers(request.GET.getlist("job")))
    left = found.left_by_slot()
    context = {
        "cart": found,
        "groups": _groups(found),
        "slots": [_slot(slot, left[slot.place]) for slot in found.slots],
        "left": sum(left.values()),
        "picked": sum(take.picked for line in found.lines for take in line.takes),
        "short": sum(line.short for line in found.lines),
        "can_start": sum(slot.can_start for slot in found.slots),
        "is_scannable": any(slot.is_open for slot in found.slots),
        "answer": _answer(request, found),
        "next": _next(found),
        "client_id": uuid4(),
        "is_mover": request.user.has_perm("production.change_assemblyjob"),
        "paper": f"{reverse('ops:pick_paper')}?{urlencode({'job': _told(found)}, doseq=True)}",
    }
    return render(request, "ops/pick.html", context)


@require_safe
@staff_view("production.view_assemblyjob")
def paper(request: HttpRequest) -> HttpResponse:
    """The same list, to carry."""
    found = pick_list(_numbers(request.GET.getlist("job")))
    return pdf_answer(pick_list_pdf(found), "pick-list")


@require_POST
@staff_view("production.change_assemblyjob")
def start(request: HttpRequest) -> HttpResponse:
    """Start the kitting of every job of the list that can be started."""
    numbers = _numbers(request.POST.getlist("job"))
    started = 0
    for slot in pick_list(numbers).slots:
        if not slot.can_start:
            continue
        try:
            shop_floor.start_operation(job_id=slot.job_id, kind="kitting", actor=actor_of(request))
        except CartwrightError as error:
            messages.error(request, str(error))
        else:
            started += 1
    if started:
        words = ngettext("Kitting started: one job.", "Kitting started: %(n)d jobs.", started)
        messages.success(request, words % {"n": started})
    return redirect(address(numbers))


@require_POST
@staff_view("production.change_assemblyjob")
def scan(request: HttpRequest) -> HttpResponse:
    """One scan for whichever job of the list wants it; the page tells what came of it."""
    numbers = _numbers(request.POST.getlist("job"))
    if not numbers:
        return redirect("ops:pick")
    try:
        values = cleaned(ScanForm(request.POST))
        quantity = values["quantity"]
        scan_into_cart(
            client_id=values["client_id"],
            job_numbers=numbers,
            code=request.POST.get("code", ""),
            actor=actor_of(request),
            quantity=1 if quantity is None else quantity,
        )
    except ClientIdReused:
        messages.error(request, _("This form was sent before with another code. Scan it again."))
        return redirect(address(numbers))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(address(numbers))
    return redirect(address(numbers, said=values["client_id"]))


def address(numbers: Sequence[str], *, said: UUID | None = None) -> str:
    """Where the list for these jobs is; `said`: the scan whose answer stands at its top."""
    asked: dict[str, Any] = {"job": numbers} | ({"said": said} if said else {})
    return f"{reverse('ops:pick')}?{urlencode(asked, doseq=True)}"


def _told(found: PickList) -> list[str]:
    return [slot.number for slot in found.slots]


def _numbers(told: Sequence[str]) -> list[str]:
    """Each number once, as jobs are numbered, at most as many as a cart has slots."""
    numbers = (number.strip().upper() for number in told if "\0" not in number)
    return list(dict.fromkeys(number for number in numbers if number))[:MOST_SLOTS]


def _slot(slot: Slot, left: int) -> dict[str, object]:
    """One place on the cart: whose it is, what is left for it, and what can be done."""
    if slot.cause:
        tone, word = "stop", _("on hold: %(reason)s") % {"reason": slot.reason}
    elif slot.can_start:
        tone, word = "held", _("kitting not started")
    elif not slot.is_open:
        tone, word = "wait", slot.status.replace("_", " ")
        if slot.step_kind and slot.status == "in_progress":
            word = _("%(operation)s not started") % {
                "operation": cards.operation_name(slot.step_kind).lower()
            }
    elif left:
        tone, word = "now", ngettext("%(n)d piece left", "%(n)d pieces left", left) % {"n": left}
    else:
        tone, word = "go", _("all picked")
    return {
        "slot": slot,
        "tone": tone,
        "word": word,
        "can_finish": slot.is_kitting and not left,
        "url": reverse("ops:job", args=[slot.number]),
        "code": job_label(slot.number),
    }


def _groups(found: PickList) -> list[dict[str, object]]:
    """What is still to be taken, bin after bin along the walk; what lies nowhere comes last."""
    groups: list[dict[str, Any]] = []
    for line in found.lines:
        if not line.left:
            continue
        if not groups or groups[-1]["bin"] != line.bin:
            groups.append({"bin": line.bin, "rows": []})
        groups[-1]["rows"].append(
            {
                "line": line,
                "part": line.part,
                "marks": marks(line),
                "puts": _puts((take, take.left) for take in line.takes if take.left),
            }
        )
    return groups


def marks(line: WalkLine) -> list[tuple[str, str]]:
    """What is to be known of a line before the hand goes into the bin: a tone and words each."""
    told = []
    if line.short:
        told.append(("stop", _("%(n)d short") % {"n": line.short}))
        if line.part.on_hold:
            told.append(("stop", _("%(n)d held by quality") % {"n": line.part.on_hold}))
    if line.instead_of:
        told.append(("wait", _("substitute for %(part)s") % {"part": line.instead_of}))
    if line.part.is_serial_tracked:
        told.append(("", _("serial number")))
    if len(line.part.bins) > 1:
        told.append(("", _("then %(bins)s") % {"bins": ", ".join(line.part.bins[1:3])}))
    return told


def _next(found: PickList) -> dict[str, object] | None:
    """What to take now, and into which slots."""
    line = found.next_line
    if line is None:
        return None
    return {
        "part": line.part,
        "bin": line.bin,
        "pieces": sum(take.here for take in line.now),
        "puts": _puts((take, take.here) for take in line.now),
    }


def _puts(shares: Iterable[tuple[Take, int]]) -> SafeString:
    """Into which slots the pieces go: how many, the slot, its job.

    Put together by hand: a list for twenty jobs has a thousand of them. Job numbers are escaped.
    """
    rows = [
        f"<li><b>{take.slot.place}</b><span>{pieces} × {escape(take.slot.number)}</span></li>"
        for take, pieces in shares
    ]
    return mark_safe("".join(rows))  # noqa: S308 - numbers, and what is escaped


def _answer(request: HttpRequest, found: PickList) -> dict[str, object] | None:
    """What came of the scan that the address names, if it was for a job of the list."""
    try:
        said = UUID(request.GET.get("said", ""))
    except ValueError:
        return None
    event = ScanEvent.objects.select_related("part", "job").filter(client_id=said).first()
    if event is None:
        return None
    return {
        "event": event,
        "is_accepted": event.outcome == ScanEvent.Outcome.ACCEPTED,
        "is_put": event.kind == ScanEvent.Kind.PICK,
        "is_wrong_part": event.kind == ScanEvent.Kind.PART,
        "slot": found.slot_of(event.job_id),
    }
