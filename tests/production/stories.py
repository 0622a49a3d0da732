"""When parts come: as pages show it, as it is read to be written down, as it was written."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from production.models import AssemblyJob
from production.selectors import material_outlook
from production.selectors.open_jobs import open_jobs
from production.selectors.standing import standing_jobs
from production.services.outlook import write_down_outlook
from shop.models import Order, TrackedPart


def pages() -> list[tuple[Any, ...]]:
    """Every requirement as a page shows it."""
    return sorted(
        (
            one.requirement.job_id,
            one.part.part_number,
            one.requirement.short_quantity,
            one.coming,
            one.expected_on,
            one.supplier_name if one.requirement.short_quantity else "",
            one.is_on_order,
        )
        for one in material_outlook(today=timezone.localdate(), order_ids=_orders())
    )


def standing() -> list[tuple[Any, ...]]:
    """Every requirement as it is read before it is written down."""
    return sorted(
        (
            job.id,
            one.part.part_number,
            one.short,
            one.coming,
            one.expected_on,
            one.supplier_name,
            one.is_on_order,
        )
        for job in standing_jobs(order_ids=_orders(), today=timezone.localdate())
        for one in job.parts
    )


def planned_waits() -> dict[int, object]:
    """The day of the last part of each open job, as a reschedule reads it."""
    return {job.id: job.wait.expected_on for job in open_jobs() if job.wait}


def standing_waits() -> dict[int, object]:
    """The same, from the parts one by one."""
    jobs = standing_jobs(order_ids=_orders(), today=timezone.localdate())
    days = {job.id: {one.expected_on for one in job.short} for job in jobs if job.short}
    waits = {key: None if None in found else max(found) for key, found in days.items()}
    return {key: day for key, day in waits.items() if key in {job.id for job in open_jobs()}}


def written() -> tuple[list[Any], list[Any]]:
    """What customers and the floor were told of parts."""
    parts = TrackedPart.objects.order_by("order_line_id", "unit", "position", "part_number")
    jobs = AssemblyJob.objects.filter(status=AssemblyJob.Status.WAITING_FOR_PARTS).order_by("pk")
    return (
        list(
            parts.values_list(
                *("order_line_id", "unit", "part_number", "quantity", "state"),
                *("due_on", "supplier_name"),
            )
        ),
        list(jobs.values_list("pk", "parts_due_on")),
    )


def written_anew() -> tuple[list[Any], list[Any]]:
    """What they would be told if all were looked at once more; nothing stays of it."""
    with transaction.atomic():
        write_down_outlook(order_ids=_orders())
        found = written()
        transaction.set_rollback(True)
    return found


def _orders() -> list[int]:
    return list(Order.objects.values_list("pk", flat=True))
