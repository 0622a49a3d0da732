"""The board's columns and cards: what a job waits for, and how many days it has to spare."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.calendar import add_working_days, working_days_between
from production.models import AssemblyJob, JobOperation
from production.selectors import PartOutlook

Status = AssemblyJob.Status
Kind = JobOperation.Kind
TONES: Mapping[str, str] = {
    Status.WAITING_FOR_PARTS: "wait",
    Status.READY: "held",
    Status.IN_PROGRESS: "now",
    Status.DONE: "go",
    Status.SCRAPPED: "stop",
    Status.CANCELLED: "stop",
}
# More cards than this in one column help nobody; the count above tells of the rest.
MOST_CARDS = 40


@dataclass(frozen=True, slots=True)
class Step:
    """The next thing to do with a job: start or finish one operation."""

    kind: str
    verb: str
    label: str

    @property
    def needs_page(self) -> bool:
        """Ends with what only the job's page takes: scans, serial numbers, results."""
        return self.kind == Kind.BOX or (
            self.verb == "finish" and self.kind in {Kind.KITTING, Kind.TEST}
        )


@dataclass(frozen=True, slots=True)
class Card:
    id: str
    title: str
    url: str
    text: str
    due: str
    spare: str
    tone: str
    action: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    count: str
    cards: tuple[Card, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a whole job takes, and how many minutes each operation."""

    build_days: int
    minutes: Mapping[str, int]


def columns(
    jobs: Iterable[AssemblyJob],
    waits: Mapping[int, PartOutlook],
    pace: Pace,
    today: date,
    *,
    is_movable: bool,
) -> list[Column]:
    """One column a station. `waits`: the part that each waiting job waits for longest.

    With `is_movable` a card has the button of its next step.
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
    cards: dict[str, list[Card]] = {station: [] for station in titles}
    for job in jobs:
        cards[station_of(job)].append(
            card(job, waits.get(job.pk), pace, today, is_movable=is_movable)
        )
    return [
        Column(
            title=title,
            count=str(len(cards[station])),
            cards=tuple(cards[station][:MOST_CARDS]),
            more=max(0, len(cards[station]) - MOST_CARDS),
        )
        for station, title in titles.items()
    ]


def station_of(job: AssemblyJob) -> str:
    """Where a job stands: its status, and while it is under way the next operation not done."""
    operation = current(job)
    if job.status == Status.IN_PROGRESS and operation is not None:
        return operation.kind
    return job.status


def current(job: AssemblyJob) -> JobOperation | None:
    """The first operation that is not done."""
    for operation in job.operations.all():
        if operation.status != JobOperation.Status.DONE:
            return operation
    return None


def under_way(job: AssemblyJob) -> str:
    """The operation that a job is at, "" while it has not begun or when it has ended."""
    operation = current(job)
    if job.status != Status.IN_PROGRESS or operation is None:
        return ""
    return operation_name(operation.kind)


def state_name(job: AssemblyJob) -> str:
    return job.get_status_display().capitalize()


def next_step(job: AssemblyJob) -> Step | None:
    """What can be done with the job now, if anything."""
    operation = current(job)
    if operation is None or job.status not in {Status.READY, Status.IN_PROGRESS}:
        return None
    name = operation_name(operation.kind).lower()
    if operation.status == JobOperation.Status.IN_PROGRESS:
        return Step(operation.kind, "finish", _("Finish %(operation)s") % {"operation": name})
    return Step(operation.kind, "start", _("Start %(operation)s") % {"operation": name})


def operation_name(kind: str) -> str:
    return {
        Kind.KITTING: _("Kitting"),
        Kind.BUILD: _("Build"),
        Kind.TEST: _("Test"),
        Kind.BOX: _("Boxing"),
    }[Kind(kind)]


def card(
    job: AssemblyJob, wait: PartOutlook | None, pace: Pace, today: date, *, is_movable: bool
) -> Card:
    step = next_step(job) if is_movable else None
    spare, tone = _spare(job, wait, pace, today)
    return Card(
        id=job.number,
        title=title_of(job),
        url=reverse("ops:job", args=[job.number]),
        text=f"{job.order_line.name} · {_text(job, wait)}",
        due=_("ships by %(day)s") % {"day": short_day(job.due_on, "j M")} if job.due_on else "",
        spare=spare,
        tone=tone,
        action=_button(job, step) if step else None,
    )


def _button(job: AssemblyJob, step: Step) -> Mapping[str, str]:
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


def title_of(job: AssemblyJob) -> str:
    """CW-2041, or CW-2038 · 2 of 3 where the order has several machines."""
    order_number, _dash, place = job.number.rpartition("-")
    jobs: int = job.order_jobs  # type: ignore[attr-defined]
    if jobs == 1:
        return order_number
    facts = {"order": order_number, "place": place, "jobs": jobs}
    return _("%(order)s · %(place)s of %(jobs)s") % facts


def binding_waits(outlooks: Iterable[PartOutlook]) -> dict[int, PartOutlook]:
    """Job → the part that comes last; one that nobody has a day for before all others."""
    waits: dict[int, PartOutlook] = {}
    for outlook in outlooks:
        job = outlook.requirement.job_id
        known = waits.get(job)
        if known is None or _rank(outlook) > _rank(known):
            waits[job] = outlook
    return waits


def _rank(outlook: PartOutlook) -> tuple[bool, date]:
    return outlook.expected_on is None, outlook.expected_on or date.min


def _text(job: AssemblyJob, wait: PartOutlook | None) -> str:
    if job.status == Status.WAITING_FOR_PARTS:
        return _waits_for(wait)
    if job.status == Status.READY:
        count: int = job.part_count  # type: ignore[attr-defined]
        return ngettext("its one part is here", "all %(n)d parts are here", count) % {"n": count}
    operation = current(job)
    if operation is None:
        last = list(job.operations.all())[-1]
        return _("boxed %(at)s") % {"at": clock(last.finished_at)}
    if operation.started_at:
        who = operation.done_by.removeprefix("staff:")
        return _("%(who)s, since %(at)s") % {"who": who, "at": clock(operation.started_at)}
    return _("waits to be started")


def _waits_for(wait: PartOutlook | None) -> str:
    if wait is None:
        return _("its parts")
    if wait.expected_on is None:
        return _("%(part)s, nobody has a day") % {"part": wait.part.noun}
    sentence = _("%(part)s, %(day)s") if wait.is_confirmed else _("%(part)s, %(day)s, unconfirmed")
    return sentence % {"part": wait.part.noun, "day": short_day(wait.expected_on)}


def _spare(job: AssemblyJob, wait: PartOutlook | None, pace: Pace, today: date) -> tuple[str, str]:
    """Working days between when it would be done and when it must be, in words, and the tone."""
    if job.status == Status.DONE:
        return "", "go"
    done_on = _done_on(job, wait, pace, today)
    if done_on is None:
        return _("no date"), "late"
    if job.due_on is None:
        return "", "go"
    if done_on > job.due_on:
        days = working_days_between(job.due_on, done_on)
        return ngettext("late, %(n)d day", "late, %(n)d days", days) % {"n": days}, "late"
    days = working_days_between(done_on, job.due_on)
    if days == 0:
        return _("on time"), "go" if job.status == Status.IN_PROGRESS else "wait"
    words = ngettext("%(n)d day spare", "%(n)d days spare", days) % {"n": days}
    return words, "wait" if days == 1 and job.status != Status.IN_PROGRESS else "go"


def _done_on(job: AssemblyJob, wait: PartOutlook | None, pace: Pace, today: date) -> date | None:
    if job.status == Status.IN_PROGRESS:
        left = sum(
            pace.minutes.get(operation.kind, 0)
            for operation in job.operations.all()
            if operation.status != JobOperation.Status.DONE
        )
        return add_working_days(today, left // 480)
    if wait is not None and wait.expected_on is None:
        return None
    begin = max(today, wait.expected_on) if wait is not None and wait.expected_on else today
    return add_working_days(begin, pace.build_days)


def short_day(day: date, form: str = "D j M") -> str:
    """Thu 3 Dec, which never breaks over two lines."""
    return date_format(day, form).replace(" ", "\N{NO-BREAK SPACE}")


def clock(moment: object) -> str:
    return date_format(timezone.localtime(moment), "H:i")  # type: ignore[arg-type]
