"""The floor: jobs wait for their turn at four places, are worked on, and leave in a box."""

from datetime import datetime, timedelta
from functools import partial

from config.history.agenda import Action
from config.history.findings import found_by, new_serial, new_uuid
from config.history.house import House
from config.history.places import Place, Work, places
from config.history.plant import SCRAPS
from production.errors import WorkCenterFull
from production.models import AssemblyJob
from production.selectors.checks import checks_of
from production.selectors.picking import PickLine, pick_lines
from production.services.checks import record_checks
from production.services.holds import hold_job, lift_hold
from production.services.picking import confirm_by_hand
from production.services.rework import send_back
from production.services.scan_codes import part_label
from production.services.scanning import scan
from production.services.scrapping import scrap_issued
from production.services.serials import capture_serials
from production.services.shop_floor import finish_operation, start_operation
from shop.errors import OrderHeld

ACTOR = "staff:floor"
# Shares of the machines. One piece in three hundred breaks, and a machine takes about twenty.
SCANNED, FAILS, HELD = 0.06, 0.05, 0.03
BY_HAND = "Counted against the list."
WHY_SCRAPPED = ("Pins bent.", "Dead on arrival.", "Dropped.", "Scratched.", "Thread stripped.")
WHY_HELD = (
    ("quality", "A fan rattles; waiting for a second opinion."),
    ("customer", "The customer asks for cables of another colour."),
)
# Minutes of work before the last noon, from which on what is at a place stays there.
STAYS = {"kitting": 60, "build": 180, "test": 330, "box": 480}
WHY_BACK = "Runs too hot: the cooler is seated again."


class Floor:
    """Everybody who makes machines, until the last noon: so that some of each stage is under way.

    What is at a place some hours before that stays there, the longer the later the place, so that
    machines are at and before each. Work still begins where a station is free.
    """

    def __init__(self, house: House, *, ends_at: datetime) -> None:
        self._house = house
        self._places = places()
        self._noon = house.hours.last_noon(ends_at)
        self._stays_from = {
            kind: house.hours.back(self._noon, minutes) for kind, minutes in STAYS.items()
        }
        self._known: set[int] = set()
        self._lacking: list[Work] = []
        self._number = 0

    def _at(self, moment: datetime, action: Action) -> None:
        if moment < self._noon:
            self._house.agenda.at(moment, action)

    def _leaves(self, kind: str, moment: datetime, action: Action) -> None:
        """What takes a machine on from where it is."""
        if moment < self._stays_from[kind]:
            self._house.agenda.at(moment, action)

    def look(self) -> None:
        """Take up jobs whose parts are here, and those that waited for a part in making."""
        ready = AssemblyJob.objects.filter(status=AssemblyJob.Status.READY).order_by("pk")
        for pk, number, due_on in ready.values_list("pk", "number", "due_on"):
            if pk not in self._known:
                self._known.add(pk)
                self._queue("kitting", self._work(pk, number, str(due_on)))
        lacking, self._lacking = self._lacking, []
        for work in lacking:
            if self._house.now < self._stays_from["build"]:
                self._finish_build(work)

    def _work(self, pk: int, number: str, due_on: str) -> Work:
        self._number += 1
        rng = self._house.chance("job", self._number)
        return Work(
            pk,
            number,
            (due_on, self._number),
            rng,
            is_scrapping=rng.random() < SCRAPS,
            is_failing=rng.random() < FAILS,
            is_held=rng.random() < HELD,
        )

    def _queue(self, kind: str, work: Work) -> None:
        place = self._places[kind]
        place.queue.append(work)
        place.queue.sort(key=lambda one: one.rank)
        self._next(kind)

    def _next(self, kind: str) -> None:
        """Somebody who is free takes the most urgent job, now or when the house opens."""
        place = self._places[kind]
        while place.queue and place.at_work < place.stations:
            work = place.queue.pop(0)
            place.at_work += 1
            opens = self._house.hours.next(self._house.now)
            begins = opens + timedelta(minutes=work.rng.uniform(1, 12))
            self._at(begins, partial(self._start, kind, work))

    def _start(self, kind: str, work: Work) -> None:
        place = self._places[kind]
        if kind == "kitting" and not _is_ready(work.pk):  # cancelled, or its parts were taken
            self._known.discard(work.pk)
            self._free(kind)
            return
        try:
            start_operation(job_id=work.pk, kind=kind, actor=ACTOR)
        except WorkCenterFull:  # machines that wait for a part stand in the way
            place.at_work -= 1
            place.queue.insert(0, work)
            self._at(self._house.hours.add(self._house.now, 60), partial(self._next, kind))
            return
        takes = place.minutes * work.rng.lognormvariate(-0.03, 0.25)
        ends = self._ends(place, takes)
        if kind == "kitting":
            self._pick(work, ends)
        self._leaves(kind, ends, lambda: self._end(kind, work))

    def _end(self, kind: str, work: Work) -> None:
        finish = {
            "kitting": self._finish_kitting,
            "build": self._finish_build,
            "test": self._finish_test,
            "box": self._finish_box,
        }
        self._free(kind)
        finish[kind](work)

    def _ends(self, place: Place, takes: float) -> datetime:
        if not place.runs_overnight:
            return self._house.hours.add(self._house.now, takes)
        return self._house.hours.next(self._house.now + timedelta(minutes=takes))

    def _free(self, kind: str) -> None:
        self._places[kind].at_work -= 1
        self._next(kind)

    # --- kitting

    def _pick(self, work: Work, ends: datetime) -> None:
        """Some kits are scanned piece by piece; of the others the list is signed."""
        if work.rng.random() >= SCANNED:
            return
        lines = pick_lines(job_ids=[work.pk], is_with_bins=True)
        step = (ends - self._house.now) / (len(lines) + 1)
        for place, line in enumerate(lines, start=1):
            at = self._house.now + place * step
            self._at(at, partial(self._scan, work, line))

    def _scan(self, work: Work, line: PickLine) -> None:
        scan(
            client_id=new_uuid(work.rng),
            job_number=work.number,
            code=part_label(line.requirement.part.part_number),
            actor=ACTOR,
            quantity=line.left,
        )
        self._house.count("scans")

    def _finish_kitting(self, work: Work) -> None:
        finish_operation(job_id=work.pk, kind="kitting", actor=ACTOR, by_hand=BY_HAND)
        if work.is_held:
            cause, reason = work.rng.choice(WHY_HELD)
            hold_job(job_id=work.pk, cause=cause, reason=reason, actor=ACTOR)
            lifted = self._house.hours.add(self._house.now, work.rng.uniform(120, 1200))
            self._at(lifted, lambda: self._lift(work))
            return
        self._queue("build", work)

    def _lift(self, work: Work) -> None:
        lift_hold(job_id=work.pk, actor=ACTOR, note="Settled.")
        self._queue("build", work)

    # --- build

    def _finish_build(self, work: Work) -> None:
        if work.is_scrapping:
            work.is_scrapping = False
            self._scrap(work)
        lines = pick_lines(job_ids=[work.pk])
        if any(line.requirement.short_quantity for line in lines):
            self._lacking.append(work)  # what replaces a broken piece has been ordered
            return
        for line in lines:
            if line.left:
                confirm_by_hand(
                    client_id=new_uuid(work.rng),
                    requirement_id=line.requirement.pk,
                    reason="Replaces a broken one.",
                    actor=ACTOR,
                )
        serials = {
            line.requirement.pk: [new_serial(line, work.rng) for _ in range(line.serials_missing)]
            for line in lines
        }
        capture_serials(job_id=work.pk, serials=serials, actor=ACTOR)
        finish_operation(job_id=work.pk, kind="build", actor=ACTOR)
        self._queue("test", work)

    def _scrap(self, work: Work) -> None:
        """A piece breaks: written off, and another one asked for."""
        lines = [one for one in pick_lines(job_ids=[work.pk]) if not one.is_boxed]
        line = work.rng.choice(lines)
        scrap_issued(
            requirement_id=line.requirement.pk,
            quantity=1,
            reason=work.rng.choice(WHY_SCRAPPED),
            key=f"history-{line.requirement.pk}",
            actor=ACTOR,
            serial=line.serials[0] if line.serials else "",
        )
        self._house.work_off()
        self._house.count("scrapped pieces")

    # --- test and box

    def _finish_test(self, work: Work) -> None:
        job = AssemblyJob.objects.get(pk=work.pk)
        protocol = []
        is_bad = False
        for check in checks_of(job):
            is_bad = work.is_failing and check.code.endswith("temperature")
            protocol.append(found_by(check, work.rng, is_bad=is_bad))
            if is_bad:
                break
        record_checks(job_id=work.pk, found=protocol, actor=ACTOR)
        if is_bad:
            work.is_failing = False
            send_back(job_id=work.pk, kind="build", reason=WHY_BACK, actor=ACTOR)
            self._house.count("reworked")
            self._queue("build", work)
            return
        finish_operation(job_id=work.pk, kind="test", actor=ACTOR)
        self._queue("box", work)

    def _finish_box(self, work: Work) -> None:
        tracking = f"1Z{work.rng.getrandbits(48):014X}"
        try:
            finish_operation(job_id=work.pk, kind="box", actor=ACTOR, tracking_number=tracking)
        except OrderHeld:
            later = self._house.hours.add(self._house.now, 240)
            self._leaves("box", later, lambda: self._finish_box(work))
            return
        self._house.count("machines")
        self._house.work_off()


def _is_ready(pk: int) -> bool:
    return AssemblyJob.objects.filter(pk=pk, status=AssemblyJob.Status.READY).exists()
