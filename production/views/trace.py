"""From any number to what it is; from a machine back to its deliveries, from those to machines."""

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from config.audit.actors import who
from config.audit.models import StateChange
from config.console.access import staff_view
from config.spreadsheets import BYTE_ORDER_MARK, as_text, csv_line
from production.models import AssemblyJob, JobOperation
from production.selectors import recall, trace
from production.selectors.checks import CheckState, limits_in_words
from production.selectors.recall import Recall, TracedMachine
from production.selectors.trace import BuiltPart, Source
from production.views import cards

# Who is told in a recall: only to those who may look at orders.
SEES_CUSTOMERS = "shop.view_order"
BREAK = mark_safe("<br>")
COLUMNS = ("machine", "order", "state", "part_number", "part", "pieces", "serials", "shipped_at")
# What is no delivery that could be traced.
KNOWN_SOURCES = {
    "": gettext_lazy("not known"),
    "opening": gettext_lazy("lay there at the start"),
    "adjustment": gettext_lazy("found when counting"),
}
CUSTOMER_COLUMNS = ("customer", "email", "phone")


@require_safe
@staff_view("production.view_assemblyjob")
def find(request: HttpRequest) -> HttpResponse:
    """One field: a serial, a job, an order, a delivery, a part, a tracking number → what it is."""
    query = recall.asked(request.GET.get("q", ""))
    found = recall.find(query)
    context = {
        "query": query,
        "found": found,
        "jobs": [_machine(job) for job in ([found.job] if found.job else found.jobs)],
        "pieces": [_piece(unit) for unit in found.units],
        "recalls": list(_recalls(found)),
        "most": recall.MOST_MACHINES,
    }
    return render(request, "ops/trace.html", context)


@require_safe
@staff_view("production.view_assemblyjob")
def machine(request: HttpRequest, number: str) -> HttpResponse:
    """The as-built record of one machine; it prints."""
    record = trace.as_built(number)
    if record is None:
        raise Http404(f"No job has the number {number}.")
    job, url = record.job, reverse("ops:trace")
    context = {
        "record": record,
        "job": job,
        "order": job.order_line.order,
        "state": cards.state_name(job),
        "tone": cards.TONES[job.status],
        "operations": [_operation(one) for one in record.operations],
        "parts": [_part(one, url) for one in record.parts],
        "checks": [_check(one) for one in record.checks],
        "passed": sum(one.is_passed for one in record.checks),
        "on_the_way": _remarks(record.on_the_way),
    }
    return render(request, "ops/trace_job.html", context)


@require_safe
@staff_view("production.view_assemblyjob")
def recall_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All machines that a delivery (?receipt=) or a part (?part=) went into, as a file."""
    reference = recall.asked(request.GET.get("receipt", ""))
    part_id = request.GET.get("part", "")
    if reference:
        found, name = recall.machines_with_receipt(reference, most=None), reference
    elif part_id.isdecimal() and len(part_id) < 10:
        found, name = recall.machines_with_part(int(part_id), most=None), f"part-{part_id}"
    else:
        raise Http404("Expected the reference of a delivery, or a part.")
    safe = "".join(sign if sign.isalnum() else "-" for sign in name)
    return StreamingHttpResponse(
        _lines(found, is_with_customers=request.user.has_perm(SEES_CUSTOMERS)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="recall-{safe}.csv"'},
    )


def _lines(found: Recall, *, is_with_customers: bool) -> Iterator[bytes]:
    yield BYTE_ORDER_MARK + csv_line(COLUMNS + CUSTOMER_COLUMNS * is_with_customers)
    for one in found.machines:
        order = one.job.order_line.order
        shipment = getattr(order, "shipment", None)
        cells = [
            one.job.number,
            order.number,
            one.job.status,
            as_text(one.part.part_number),
            as_text(one.part.name),
            one.quantity,
            as_text(" ".join(one.serials)),
            timezone.localtime(shipment.shipped_at).isoformat(timespec="seconds")
            if shipment
            else "",
        ]
        if is_with_customers:
            cells += [as_text(cell) for cell in (order.name, order.email, order.phone)]
        yield csv_line(cells)


def _recalls(found: recall.Found) -> Iterator[dict[str, object]]:
    """What went into machines: a delivery, or a part, with the machines and their file."""
    if found.delivery:
        receipts = found.delivery.receipts
        reference = _common(one.reference for one in receipts)
        yield {
            "title": _("Delivery %(reference)s") % {"reference": reference},
            "receipts": receipts,
            "came": sum(one.quantity for one in receipts),
            "recall": found.delivery.recall,
            "machines": _machines_in(found.delivery.recall),
            "is_mixed": len({one.part_id for one in receipts}) > 1,
            "rows": [_traced(one) for one in found.delivery.recall.machines],
            "query": {"receipt": reference},
        }
    if found.part:
        part = found.part
        yield {
            "title": part.part.name,
            "part": part.part,
            "receipts": part.deliveries,
            "receipt_count": part.delivery_count,
            "recall": part.recall,
            "machines": _machines_in(part.recall),
            "rows": [_traced(one) for one in part.recall.machines],
            "query": {"part": part.part.pk},
        }


def _machines_in(found: Recall) -> int:
    """A machine with two parts of one delivery is one machine."""
    return len({one.job.pk for one in found.machines})


def _common(references: Iterable[str]) -> str:
    """PO-1007/2 for that line alone, PO-1007 for several lines of it."""
    told = sorted(set(references))
    return told[0] if len(told) == 1 else told[0].partition("/")[0]


def _machine(job: AssemblyJob) -> dict[str, object]:
    return {
        "job": job,
        "order": job.order_line.order,
        "state": cards.state_name(job),
        "tone": cards.TONES[job.status],
        "shipment": getattr(job.order_line.order, "shipment", None),
    }


def _traced(one: TracedMachine) -> dict[str, object]:
    return _machine(one.job) | {
        "part": one.part,
        "quantity": one.quantity,
        "serials": ", ".join(one.serials),
    }


def _piece(unit: recall.SerialUnit) -> dict[str, object]:
    """Where one piece with a serial number is, in words."""
    tone, where = "held", _("in no machine: taken out, to be built in again")
    if unit.is_scrapped:
        tone, where = "stop", _("scrapped")
    elif unit.requirement is not None:
        tone, where = "go", _("built in")
    machine = _machine(unit.requirement.job) if unit.requirement else None
    return {"unit": unit, "tone": tone, "where": where, "machine": machine}


def _part(one: BuiltPart, url: str) -> dict[str, object]:
    """A row of the record, its links to `url` made here: a machine has a hundred of them."""
    return {
        "name": one.part.name,
        "number": _link(url, one.part.part_number),
        "replaces": one.replaces.name if one.replaces else "",
        "quantity": one.quantity,
        "scrapped": one.scrapped,
        "serials": format_html_join(", ", "{}", ((_link(url, it.serial),) for it in one.serials)),
        "sources": format_html_join(
            BREAK,
            '{} {} <span class="meta">{}</span>',
            (_source(it, url, is_alone=len(one.sources) == 1) for it in one.sources),
        ),
        "picked": date_format(timezone.localtime(one.picked_at), "j M Y, H:i")
        if one.picked_at
        else "",
        "picked_by": who(one.picked_by),
        "is_by_hand": one.is_by_hand,
    }


def _source(one: Source, url: str, *, is_alone: bool) -> tuple[str, str, str]:
    """How many pieces, of which delivery, and who sent it when."""
    pieces = "" if is_alone else f"{one.quantity} ×"
    if not one.supplier_name or one.received_at is None:
        told = KNOWN_SOURCES.get(one.reference)
        return pieces, "" if told else _link(url, one.reference), str(told or "")
    day = date_format(timezone.localtime(one.received_at), "j M Y")
    return pieces, _link(url, one.reference), f"{one.supplier_name}, {day}"


def _link(url: str, number: str) -> SafeString:
    """A number that can be traced further."""
    return format_html('<a href="{}?q={}">{}</a>', url, quote(number, safe=""), number)


def _operation(one: JobOperation) -> dict[str, object]:
    tone, word = {
        JobOperation.Status.PENDING: ("", _("not started")),
        JobOperation.Status.IN_PROGRESS: ("now", _("under way")),
        JobOperation.Status.DONE: ("go", _("done")),
    }[JobOperation.Status(one.status)]
    name = cards.operation_name(one.kind)
    return {"it": one, "name": name, "tone": tone, "word": word, "who": who(one.done_by)}


def _check(state: CheckState) -> dict[str, object]:
    latest = state.latest
    value = latest.value if latest else None
    return {
        "check": state.check,
        "limits": limits_in_words(state.check),
        "latest": latest,
        "who": who(latest.actor) if latest else "",
        "value": "" if value is None else f"{value.normalize():f}",
        "failures": sum(not one.is_passed for one in state.results),
        "is_passed": state.is_passed,
    }


def _remark(change: StateChange) -> dict[str, object]:
    text = change.why
    is_over = change.subject_type == AssemblyJob._meta.label_lower
    if is_over and change.from_state != change.to_state:
        text = f"{change.to_state}: {text}"
    text = text[:1].upper() + text[1:]
    return {"at": change.at, "text": text, "who": who(change.actor)}


def _remarks(changes: Iterable[StateChange]) -> list[dict[str, object]]:
    """Several operations that were sent back at once are told of once."""
    told: dict[tuple[str, str, str], StateChange] = {}
    for change in changes:
        moment = change.at.isoformat(timespec="minutes")
        told.setdefault((change.why, change.actor, moment), change)
    return [_remark(change) for change in told.values()]
