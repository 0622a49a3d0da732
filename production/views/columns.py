"""The board's columns and cards: what a job waits for, what may be done, and the days to spare."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.calendar import working_days_between
from production.models import AssemblyJob, JobHold, JobOperation
from production.selectors.board import BoardJob, CenterState, Floor
from production.selectors.waits import Wait
from production.views.cards import NO_BREAK, Step, clock, operation_name, short_day, step_of

Status = AssemblyJob.Status
Kind = JobOperation.Kind
# Jobs that can be taken along on a walk past the bins.
PICKABLE = frozenset({Status.READY, Kind.KITTING})


@dataclass(frozen=True, slots=True)
class Card:
    """`held`: on hold, and why. `why`: it is late. `blocked`: the next step is not offered."""

    id: str
    number: str
    title: str
    url: str
    text: str
    held: str
    due: str
    spare: str
    why: str
    tone: str
    action: Mapping[str, str] | None
    blocked: str
    is_pickable: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Column:
    """`limit`: how many are under way of how many may be, in words."""

    title: str
    count: str
    limit: str
    is_full: bool
    cards: tuple[Card, ...]
    more: int


def columns(
    floor: Floor, today: date, *, is_movable: bool, chosen: Collection[str] = ()
) -> list[Column]:
    """One column a station. With `is_movable` a card has the button of its next step.

    `chosen`: the numbers of the jobs that are ticked for a pick list.
    """
    titles = {
        Status.WAITING_FOR_PARTS: _("Waiting for parts"),
        Status.READY: _("Ready"),
        Kind.KITTING: _("Kitting"),
        Kind.BUILD: _("Build"),
        Kind.TEST: _("Test"),
        Kind.BOX: _("Boxing"),
        Status.DONE: _("Done today"),
    }
    at: dict[str, list[BoardJob]] = {station: [] for station in titles}
    for job in floor.jobs:
        at[job.station].append(job)
    return [
        _column(
            title,
            floor.centers.get(station),
            at[station],
            [
                _card(job, floor.centers, today, is_movable=is_movable, chosen=chosen)
                for job in at[station]
            ],
        )
        for station, title in titles.items()
    ]


def _column(
    title: str, center: CenterState | None, jobs: list[BoardJob], cards: Iterable[Card]
) -> Column:
    count = jobs[0].at_station if jobs else 0
    limit = ""
    if center is not None and center.limit is not None:
        facts = {"here": center.under_way, "limit": center.limit}
        limit = _("%(here)d of %(limit)d under way") % facts
    return Column(
        title=title,
        count=str(count),
        limit=limit,
        is_full=center is not None and center.is_full,
        cards=tuple(cards),
        more=count - len(jobs),
    )


def _card(
    job: BoardJob,
    centers: Mapping[str, CenterState],
    today: date,
    *,
    is_movable: bool,
    chosen: Collection[str],
) -> Card:
    step = step_of(job.status, job.step_kind, job.step_status) if is_movable else None
    blocked = "" if job.cause or step is None else _full(step, centers)
    return Card(
        id=job.number,
        number=job.number,
        title=_title(job),
        url=reverse("ops:job", args=[job.number]),
        text=f"{job.machine} · {_text(job)}",
        held=_held(job),
        due=_("ships by %(day)s") % {"day": short_day(job.due_on, "j M")} if job.due_on else "",
        spare=_spare(job),
        why=_why(job),
        tone=_tone(job),
        action=_button(job, step) if step and not job.cause and not blocked else None,
        blocked=blocked,
        is_pickable=is_movable and not job.cause and job.station in PICKABLE,
        is_chosen=job.number in chosen,
    )


def _full(step: Step, centers: Mapping[str, CenterState]) -> str:
    """Why the start of an operation would be refused: as many are under way as may be."""
    center = centers.get(step.kind)
    if step.verb != "start" or center is None or not center.is_full:
        return ""
    facts = {"center": operation_name(step.kind), "limit": center.limit}
    return _("%(center)s is full, %(limit)d under way: finish one first.") % facts


def _held(job: BoardJob) -> str:
    if not job.cause:
        return ""
    facts = {"cause": JobHold.Cause(job.cause).label.lower(), "reason": job.reason}
    return _("On hold (%(cause)s): %(reason)s") % facts


def _button(job: BoardJob, step: Step) -> Mapping[str, str]:
    """A button that does the step, or a link to where it is done."""
    if step.needs_page:
        words = {
            Kind.KITTING: _("Pick its parts"),
            Kind.TEST: _("Write down its test"),
            Kind.BOX: _("Box it"),
        }
        page = reverse("ops:job", args=[job.number])
        return {"link": page, "label": words[Kind(step.kind)]}
    url = reverse("ops:operation", args=[job.number, step.kind, step.verb])
    return {"url": url, "label": step.label}


def _title(job: BoardJob) -> str:
    """CW-2041, or CW-2038 · 2 of 3 where the order has several machines."""
    order_number, _dash, place = job.number.rpartition("-")
    if job.order_jobs == 1:
        return order_number
    facts = {"order": order_number, "place": place, "jobs": job.order_jobs}
    return _("%(order)s · %(place)s of %(jobs)s") % facts


def _text(job: BoardJob) -> str:
    if job.status == Status.WAITING_FOR_PARTS:
        return _waits_for(job.wait)
    if job.status == Status.READY:
        count = job.part_count
        return ngettext("its one part is here", "all %(n)d parts are here", count) % {"n": count}
    if not job.step_kind and job.boxed_at:
        return _("boxed %(at)s") % {"at": clock(job.boxed_at)}
    if job.step_started_at:
        who = job.step_by.removeprefix("staff:")
        return _("%(who)s, since %(at)s") % {"who": who, "at": clock(job.step_started_at)}
    return _("waits to be started")


def _waits_for(wait: Wait | None) -> str:
    if wait is None:
        return _("its parts")
    if wait.expected_on is None:
        return _("%(part)s, nobody has a day") % {"part": wait.noun}
    if wait.expected_on < timezone.localdate():
        sentence = _("%(part)s, overdue since %(day)s")
    elif wait.is_confirmed:
        sentence = _("%(part)s, %(day)s")
    else:
        sentence = _("%(part)s, %(day)s, unconfirmed")
    return sentence % {"part": wait.noun, "day": short_day(wait.expected_on)}


def _spare(job: BoardJob) -> str:
    """Working days between when it would be done and when it must be, in words."""
    if job.status == Status.DONE:
        return ""
    if job.done_on is None:
        return _("no date")
    if job.due_on is None:
        return ""
    if job.done_on > job.due_on:
        days = max(1, working_days_between(job.due_on, job.done_on))
        return ngettext("late, %(n)d day", "late, %(n)d days", days) % {"n": days}
    days = working_days_between(job.done_on, job.due_on)
    if days == 0:
        return _("on time")
    return ngettext("%(n)d day spare", "%(n)d days spare", days) % {"n": days}


def _why(job: BoardJob) -> str:
    """What decides the date of a job that is late, where nothing else on its card says it."""
    is_told = job.status == Status.WAITING_FOR_PARTS and (
        job.wait is None
        or job.wait.expected_on is None
        or job.waits_for.startswith(_waits_for(job.wait).replace(NO_BREAK, " "))
    )
    return "" if not job.is_late or job.cause or is_told else job.waits_for


def _tone(job: BoardJob) -> str:
    """Late, or with so little to spare that it matters, or neither."""
    if job.is_late:
        return "late"
    if job.done_on is None or job.due_on is None or job.status == Status.IN_PROGRESS:
        return "go"
    return "wait" if working_days_between(job.done_on, job.due_on) <= 1 else "go"
