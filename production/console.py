"""What production puts into the operations console."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from config.console.registry import (
    Concern,
    MenuEntry,
    concerns_about,
    register_concerns,
    register_entry,
    register_finder,
    sentence,
    tell_of_failures,
)
from production import selectors
from production.models import AssemblyJob, ReceiptOutcome
from production.selectors.bins import bin_by_code, part_by_code
from production.selectors.plant import without_hours
from production.selectors.recall import machines_with_serial
from production.selectors.shelf import open_holds
from production.views import cards
from shop.panels import Panel, register_order_panel


def register() -> None:
    """Called once, in `ready()`."""
    register_entry(
        MenuEntry(
            section="Make",
            title="Shop floor",
            url_name="ops:board",
            permission="production.view_assemblyjob",
            count=selectors.count_unsourced,
        )
    )
    register_entry(
        MenuEntry(
            section="Make",
            title="Stock",
            url_name="ops:stock",
            permission="production.view_stocklevel",
            position=1,
        )
    )
    register_entry(
        MenuEntry(
            section="Make",
            title="Bills of material",
            url_name="ops:bills",
            permission="production.view_billofmaterial",
            position=2,
        )
    )
    register_entry(
        MenuEntry(
            section="Make",
            title="Trace",
            url_name="ops:trace",
            permission="production.view_assemblyjob",
            position=4,
        )
    )
    register_concerns("production.view_assemblyjob", concerns)
    tell_of_failures(selectors.PLANNING)
    register_concerns("production.view_workcenter", calendar_concerns)
    register_concerns("production.view_stocklevel", hold_concerns)
    register_finder("production.view_assemblyjob", find_job)
    register_finder("production.view_part", find_part)
    register_finder("production.change_stocklevel", find_bin)
    register_finder("production.view_assemblyjob", find_traced)
    register_order_panel(
        column=Panel.JOBS,
        title="Assembly jobs",
        template="ops/panels/order_jobs.html",
        provider=jobs_panel,
        permission="production.view_assemblyjob",
    )


def concerns() -> Iterable[Concern]:
    """Parts that a paid job needs and nobody sells, and events that could not be planned."""
    yield from concerns_about(
        selectors.unsourced(),
        _unsourced,
        rest="Parts of paid jobs that nobody sells.",
        url=reverse("ops:board"),
    )
    unplanned = {"subscriber": selectors.PLANNING, "done_at__isempty": "1"}
    yield from concerns_about(
        selectors.unplanned(),
        _unplanned,
        rest="Paid orders that could not be planned.",
        url=f"{reverse('admin:outbox_delivery_changelist')}?{urlencode(unplanned)}",
    )


def _unsourced(one: Any) -> Concern:
    return Concern(
        title=f"Nobody sells {one.part.name}",
        detail=f"{one.job.number} lacks {one.quantity - one.tied}; an offer or stock will do.",
        url=reverse("ops:job", args=[one.job.number]),
    )


def _unplanned(delivery: Any) -> Concern:
    """Until it is given up it is tried again by itself; then a person has to have it tried."""
    title = f"A paid order could not be planned: {delivery.order_number}"
    if delivery.dead_at is None:
        url = reverse("ops:order", args=[delivery.order_number])
        return Concern(title, delivery.last_error, url)
    told = (
        f"{sentence(delivery.last_error)} Given up after {delivery.failures} tries: have it tried "
        "again."
    )
    return Concern(title, told, reverse("admin:outbox_delivery_change", args=[delivery.pk]))


def calendar_concerns() -> Iterable[Concern]:
    """Work centers at which nobody works: until they have hours, no job has a date."""
    found = selectors.plant_now(is_loaded=False)
    for name in found.centers.intersection(without_hours(found.plant, found.now)):
        yield Concern(
            title=f"{name} has no working hours",
            detail="No job that has to pass it has a date; its shifts and closed days say so.",
            url=reverse("admin:production_workcenter_changelist"),
        )


def hold_concerns() -> Iterable[Concern]:
    """Pieces on hold, until someone decides."""
    yield from concerns_about(open_holds(), _held, rest="Pieces on hold.", url=reverse("ops:holds"))


def _held(hold: Any) -> Concern:
    return Concern(
        title=f"{hold.quantity} × {hold.part.name} on hold",
        detail=f"{hold.reason}; fit for use, scrap, or back to the supplier?",
        url=f"{reverse('ops:holds')}#hold-{hold.pk}",
    )


def find_job(query: str) -> str | None:
    """The page of the job with this number or QR code; "2041-1" finds CW-2041-1."""
    number = query.upper().removeprefix("CW:J:")
    job = AssemblyJob.objects.filter(number__in=[number, f"CW-{number}"]).first()
    return reverse("ops:job", args=[job.number]) if job else None


def find_part(query: str) -> str | None:
    """The page of the part with this number, ours or the manufacturer's, or with this QR code."""
    part = part_by_code(query)
    return reverse("ops:part", args=[part.pk]) if part else None


def find_bin(query: str) -> str | None:
    """The counting sheet of the bin with this code."""
    found = bin_by_code(query)
    return f"{reverse('ops:count')}?{urlencode({'bin': found.code})}" if found else None


def find_traced(query: str) -> str | None:
    """The trace of a piece with this serial number, or of what came in under this reference."""
    is_known = (
        machines_with_serial(query) or ReceiptOutcome.objects.filter(reference=query).exists()
    )
    return f"{reverse('ops:trace')}?{urlencode({'q': query})}" if is_known else None


def jobs_panel(order_id: int) -> Mapping[str, Any] | None:
    """The order's jobs with how far each is."""
    jobs = [
        {
            "job": job,
            "state": cards.state_name(job),
            "tone": cards.TONES[job.status],
            "at": cards.under_way(job),
        }
        for job in selectors.jobs_of_order(order_id)
    ]
    return {"jobs": jobs} if jobs else None
