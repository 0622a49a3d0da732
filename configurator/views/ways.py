"""Ways to another machine with the customer's choices: cheapest, quickest, within a budget.

They are proposals, to take or to leave. What was taken from an earlier proposal may change again.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from config.money import Money
from configurator.engine.optimise import Proposal, cheapest, quickest, within_budget
from configurator.models import PlantLoad
from configurator.selectors import engine_model, option_details, price_book, supplies
from configurator.selectors.shipping import UNHEARD_OF
from configurator.views.answer import Answer, fewest_choices
from configurator.views.budgets import UnreadableBudget, read_budget
from configurator.views.changes import Notice, would_change
from configurator.views.delays import Delays
from configurator.views.wish import Wish, pairs


@dataclass(frozen=True, slots=True)
class Found:
    """What the engine proposes to who made the choices `own`. Money in minor units.

    `problem` says why it was not asked.
    """

    way: str
    own: Mapping[str, str]
    proposal: Proposal | None = None
    budget_minor: int = 0
    problem: str = ""

    @property
    def chosen(self) -> Mapping[str, str]:
        """The proposed configuration; empty without one."""
        return {} if self.proposal is None else self.proposal.chosen


def seek(now: Answer, wish: Wish, load: PlantLoad) -> Found | None:
    """Ask for the proposal that the wish asks for, if it does."""
    if not wish.way:
        return None
    model, book = engine_model(now.version), price_book(now.price_list)
    own = {group: option for group, option in wish.own.items() if group in now.explicit}
    if wish.way == "cheapest":
        return Found("cheapest", own, cheapest(model, own, book=book))
    if wish.way == "quickest":
        return Found("quickest", own, quickest(model, own, book=book, days=_Days(now, load)))
    try:
        budget = read_budget(wish.budget, book.currency)
    except UnreadableBudget as error:
        return Found("budget", own, problem=str(error))
    if (now.evaluation.total_minor or 0) <= budget:
        return Found("budget", own, budget_minor=budget)
    return Found("budget", own, within_budget(model, own, book=book, budget_minor=budget), budget)


class _Days:
    """How long an option's pieces take. What comes while jobs are queued costs no time at all."""

    def __init__(self, now: Answer, load: PlantLoad) -> None:
        self._details = option_details(now.version)
        numbers = {detail.part_number for detail in self._details.values()}
        self._supplies = supplies(numbers - {""})
        self._queue = load.queue_days

    def __call__(self, group: str, option: str, pieces: int) -> int | None:
        number = self._details[group, option].part_number
        if not number:
            return 0
        days = self._supplies.get(number, UNHEARD_OF).days(pieces)
        return None if days is None else max(0, days - self._queue)


def told(found: Found, now: Answer, delays: Delays) -> Notice:
    """The proposal in words, or that there is nothing to gain."""
    if found.problem:
        return Notice(_("This budget cannot be read"), "error", found.problem)
    return {"cheapest": _cheapest, "quickest": _quickest, "budget": _budget}[found.way](
        found, now, delays
    )


def _cheapest(found: Found, now: Answer, delays: Delays) -> Notice:
    proposal, total = found.proposal, _total(now)
    if proposal is None or proposal.total_minor >= total:
        return Notice(_("This is the cheapest machine with your choices"), "good")
    title = (
        _("The cheapest machine with your choices: %(total)s")
        if proposal.is_exact
        else _("The cheapest machine that we found with your choices: %(total)s")
    ) % {"total": _money(proposal.total_minor, now)}
    return _offer(title, found, now, delays)


def _quickest(found: Found, now: Answer, delays: Delays) -> Notice:
    proposal, days = found.proposal, delays.days_with(now.chosen)
    sooner = None if proposal is None else delays.days_with(proposal.chosen)
    if proposal is None or sooner is None or (days is not None and sooner >= days):
        if days is None:
            return Notice(_("With your choices no machine has a date yet"), "wait")
        return Notice(_("No machine with your choices ships sooner"), "good")
    title = (
        _("The quickest machine with your choices: %(total)s")
        if proposal.is_exact
        else _("The quickest machine that we found with your choices: %(total)s")
    ) % {"total": _money(proposal.total_minor, now)}
    return _offer(title, found, now, delays)


def _budget(found: Found, now: Answer, delays: Delays) -> Notice:
    proposal, total = found.proposal, _total(now)
    budget = _money(found.budget_minor, now)
    if proposal is None:
        left = _money(found.budget_minor - total, now)
        words = {"budget": budget, "left": left}
        text = (
            _("%(left)s of your %(budget)s are left.") % words if found.budget_minor > total else ""
        )
        return Notice(_("Your machine is within your budget"), "good", text)
    if proposal.fits:
        words = {"budget": budget, "total": _money(proposal.total_minor, now)}
        title = _("A machine with your choices within %(budget)s: %(total)s") % words
        return _offer(title, found, now, delays)
    least = _money(proposal.total_minor, now)
    title = _("With your choices the least it can be is %(least)s") % {"least": least}
    over = _("%(over)s above your budget of %(budget)s.") % {
        "over": _money(proposal.total_minor - found.budget_minor, now),
        "budget": budget,
    }
    if proposal.total_minor >= total:
        return Notice(title, "wait", _("%(over)s That is this machine.") % {"over": over})
    return _offer(title, found, now, delays, tone="wait", before=over)


def _offer(
    title: str, found: Found, now: Answer, delays: Delays, *, tone: str = "", before: str = ""
) -> Notice:
    """What would change, for how much and how many days; and the button that takes it."""
    minor = (found.proposal.total_minor if found.proposal else 0) - _total(now)
    money = Money(minor, now.price_list.currency).format(is_delta=True)
    days, _tone = delays.against_now(delays.days_with(found.chosen))
    more = fewest_choices(now.version, now.price_list, found.chosen, found.own)
    return Notice(
        title=title,
        tone=tone,
        text=before,
        figures=(money if minor else _("same price"), days),
        changes=would_change(now, found.chosen),
        take=pairs(more),
    )


def _total(now: Answer) -> int:
    return now.evaluation.total_minor or 0


def _money(minor: int, now: Answer) -> str:
    return Money(minor, now.price_list.currency).format()
