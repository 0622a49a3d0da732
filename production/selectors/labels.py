"""What stands on the labels of the house."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format

from production.models import AssemblyJob, Bin, Part
from production.selectors.floor import with_operations
from production.services.scan_codes import bin_label, job_label, part_label

MOST_LABELS = 500


@dataclass(frozen=True, slots=True)
class LabelText:
    """`kind` says what it sticks on, `head` is read from afar, `code` is what its QR code says."""

    kind: str
    head: str
    lines: tuple[str, ...]
    code: str


@dataclass(frozen=True, slots=True)
class WantedLabels:
    """What to print labels of: numbers of jobs, ids of parts, codes or zones of bins."""

    jobs: Collection[str] = ()
    boxes: Collection[str] = ()
    parts: Collection[int] = ()
    bins: Collection[str] = ()
    zones: Collection[str] = ()
    copies: int = 1


def labels(wanted: WantedLabels) -> list[LabelText]:
    """The labels, each as often as wanted. Three statements; no label says who buys."""
    jobs = _jobs({*wanted.jobs, *wanted.boxes})
    found = [
        *(_job(jobs[number]) for number in wanted.jobs if number in jobs),
        *(_box(jobs[number]) for number in wanted.boxes if number in jobs),
        *_of_parts(wanted.parts),
        *_of_bins(wanted.bins, wanted.zones),
    ]
    return [label for label in found for _ in range(wanted.copies)][:MOST_LABELS]


def _jobs(numbers: Collection[str]) -> dict[str, Any]:
    if not numbers:
        return {}
    jobs = with_operations(AssemblyJob.objects.filter(number__in=numbers))
    return {job.number: job for job in jobs.select_related("order_line__order")}


def _job(job: Any) -> LabelText:
    due = f"boxed by {date_format(job.due_on, 'D j M')}" if job.due_on else ""
    lines = (job.order_line.name, _place(job), due)
    return LabelText("Job", job.number, _told(lines), job_label(job.number))


def _box(job: Any) -> LabelText:
    lines = (job.order_line.name, _place(job), f"machine {job.number}")
    return LabelText("Box", job.order_line.order.number, _told(lines), job_label(job.number))


def _place(job: Any) -> str:
    """Which of the order's machines it is."""
    place = job.number.rpartition("-")[2]
    return f"{place} of {job.order_jobs}" if job.order_jobs > 1 else ""


def _of_parts(ids: Collection[int]) -> Iterable[LabelText]:
    if not ids:
        return
    parts = Part.objects.filter(pk__in=ids).select_related("stock_level__home_bin")
    for part in parts.order_by("part_number"):
        level = getattr(part, "stock_level", None)
        home = f"bin {level.home_bin}" if level is not None and level.home_bin else ""
        maker = f"{part.manufacturer} {part.mpn}".strip() if part.mpn else ""
        lines = _told((part.name, home, maker))
        yield LabelText("Part", part.part_number, lines, part_label(part.part_number))


def _of_bins(codes: Collection[str], zones: Collection[str]) -> Iterable[LabelText]:
    if not codes and not zones:
        return
    bins = Bin.objects.filter(Q(code__in=codes) | Q(zone__in=zones))
    for found in bins.order_by("sequence", "code"):
        yield LabelText("Bin", found.code, _told((found.zone,)), bin_label(found.code))


def _told(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(line for line in lines if line)
