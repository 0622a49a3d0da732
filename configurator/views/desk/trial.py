"""A machine tried at the desk: what the engine says of a set of choices, in words and links."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from config.money import Money
from configurator.engine.errors import ImpossibleOption, MissingPrice
from configurator.engine.evaluate import Evaluation, OptionState, evaluate
from configurator.engine.explain import Explanation, conflict, explain
from configurator.engine.ir import Group, Model, Option
from configurator.engine.price import PriceBook, price_lines
from configurator.engine.repair import Repair, repair

PICK = "pick."  # a field's name is this and the group's code
LONGEST_SEARCH = 60
SHOWN = 40  # options at a time; every one that is blocked is explained


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: known picks, oldest first; the group that is open; a search in it."""

    picks: Mapping[str, str]
    opened: str = ""
    search: str = ""
    is_whole: bool = False
    unknown: tuple[str, ...] = ()

    def url(self, **changes: Any) -> str:
        """The address of this trial with some of it changed; a search is over unless given."""
        fresh: dict[str, Any] = {"search": "", "is_whole": False}
        it = replace(self, **fresh | changes)
        query = [(f"{PICK}{group}", option) for group, option in it.picks.items()]
        query += [("open", it.opened)] if it.opened else []
        query += [("q", it.search)] if it.search else []
        query += [("all", "1")] if it.is_whole else []
        return f"?{urlencode(query)}"


def read_trial(query: QueryDict, model: Model) -> Trial:
    """Read a form or a link; what the model does not have is set aside and told."""
    picks: dict[str, str] = {}
    unknown = []
    for name in query:
        group, option = name.removeprefix(PICK), query.get(name, "")
        if group == name or not option:
            continue
        if option in model.options_by_code.get(group, ()):
            picks[group] = option
        else:
            unknown.append(f"{group}: {option}"[:LONGEST_SEARCH])
    opened = query.get("open", "")
    return Trial(
        picks=picks,
        opened=opened if opened in model.options_by_code else model.groups[0].code,
        search=" ".join(query.get("q", "").split())[:LONGEST_SEARCH],
        is_whole="all" in query,
        unknown=tuple(unknown[:10]),
    )


@dataclass(frozen=True, slots=True)
class WayOut:
    """A repair as a link: what would change, and the difference in price."""

    url: str
    changes: list[str]
    price: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Sentences as a customer reads them, and the rules by (address, name)."""

    sentences: tuple[str, ...]
    rules: list[tuple[str, str]]
    way_out: WayOut | None


@dataclass(frozen=True, slots=True)
class Row:
    """An option of the open group. `state`: picked, filled, possible, changes or blocked."""

    code: str
    name: str
    state: str
    price: str
    changes: list[str] = field(default_factory=list)
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group in the list beside: what is chosen in it, by whom, and how many fit if known."""

    code: str
    name: str
    chosen: str
    is_picked: bool
    is_open: bool
    url: str
    drop_url: str


@dataclass(frozen=True, slots=True)
class Answered:
    """All that the page shows of a trial."""

    trial: Trial
    groups: list[GroupLine]
    opened: GroupLine
    rows: list[Row]
    matching: int
    possible: int
    size: int
    whole_url: str
    total: str
    lines: list[dict[str, str]]
    warnings: tuple[str, ...]
    conflict: Reason | None
    unpriced: str


def answered(
    model: Model, trial: Trial, book: PriceBook | None, *, rule_url: Callable[[str], str]
) -> Answered:
    """Evaluate a trial. Without prices where the book is None or leaves an option out.

    `rule_url` leads to a rule by its code. Raises EngineError, such as InconsistentModel when the
    rules allow nothing.
    """
    unpriced = ""
    try:
        found = evaluate(model, trial.picks, book=book, groups=[trial.opened])
    except MissingPrice as error:
        unpriced, book = error.message, None
        found = evaluate(model, trial.picks, groups=[trial.opened])
    return _Words(model, trial, book, found, rule_url).all(unpriced)


@dataclass(frozen=True, slots=True)
class _Words:
    model: Model
    trial: Trial
    book: PriceBook | None
    found: Evaluation
    rule_url: Callable[[str], str]

    def all(self, unpriced: str) -> Answered:
        groups = [self._line(group) for group in self.model.groups]
        group = next(g for g in self.model.groups if g.code == self.trial.opened)
        matching = [o for o in group.options if self._matches(o)]
        shown = matching if self.trial.is_whole else self._first(matching)
        states = [self.found.states[group.code, option.code] for option in group.options]
        return Answered(
            trial=self.trial,
            groups=groups,
            opened=next(line for line in groups if line.is_open),
            rows=[self._row(group, option) for option in shown],
            matching=len(matching),
            possible=sum(state.is_possible for state in states),
            size=len(group.options),
            whole_url=self.trial.url(search=self.trial.search, is_whole=True),
            total=self._money(self.found.total_minor),
            lines=list(self._price_lines()),
            warnings=self.found.warnings,
            conflict=self._conflict(),
            unpriced=unpriced,
        )

    def _matches(self, option: Option) -> bool:
        text = f"{option.name} {option.code}".casefold()
        return all(word in text for word in self.trial.search.casefold().split())

    def _first(self, options: Sequence[Option]) -> list[Option]:
        """The chosen one is always among those shown."""
        chosen = self._chosen(self.trial.opened)
        kept = list(options[:SHOWN])
        if not self.trial.search and not any(o.code == chosen for o in kept):
            kept = [o for o in options if o.code == chosen] + kept
        return kept

    def _chosen(self, group: str) -> str:
        return self.trial.picks.get(group) or self.found.chosen.get(group, "")

    def _name(self, group: str, option: str) -> str:
        known = self.model.options_by_code[group].get(option)
        return known.name if known else ""

    def _line(self, group: Group) -> GroupLine:
        code, picks = group.code, self.trial.picks
        fewer = {other: option for other, option in picks.items() if other != code}
        return GroupLine(
            code=code,
            name=group.name,
            chosen=self._name(code, self._chosen(code)),
            is_picked=code in picks,
            is_open=code == self.trial.opened,
            url=self.trial.url(opened=code),
            drop_url=self.trial.url(picks=fewer) if code in picks else "",
        )

    def _row(self, group: Group, option: Option) -> Row:
        code, state = option.code, self.found.states[group.code, option.code]
        if not state.is_possible:
            reason = self._reason(explain(self.model, self.trial.picks, group.code, code))
            way_out = self._way_out(group.code, code)
            return Row(code, option.name, "blocked", "", reason=replace(reason, way_out=way_out))
        if code == self._chosen(group.code):
            how = "picked" if group.code in self.trial.picks else "filled"
            return Row(code, option.name, how, "")
        changes = [self._change(*change) for change in state.changes]
        how = "changes" if changes else "possible"
        return Row(code, option.name, how, self._difference(state), changes)

    def _change(self, group: str, option: str) -> str:
        return f"{self._group_name(group)}: {self._name(group, option)}"

    def _group_name(self, code: str) -> str:
        return next(group.name for group in self.model.groups if group.code == code)

    def _reason(self, why: Explanation) -> Reason:
        names = {rule.code: rule.name for rule in self.model.rules}
        links = [(self.rule_url(code), names.get(code, code)) for code in why.rules]
        return Reason(why.sentences, links, None)

    def _way_out(self, group: str, option: str) -> WayOut | None:
        """None when nothing helps: no machine has the option."""
        try:
            offer = repair(self.model, self.trial.picks, keep=(group, option), book=self.book)
        except ImpossibleOption:
            return None
        return WayOut(
            url=self.trial.url(picks=offer.choices),
            changes=self._changed(offer, group),
            price=self._money(offer.delta_minor, is_delta=True),
        )

    def _changed(self, offer: Repair, kept: str) -> list[str]:
        return [
            f"{self._group_name(group)}: {self._name(group, old)} → {self._name(group, new)}"
            for group, old, new in offer.changed
            if group != kept
        ]

    def _conflict(self) -> Reason | None:
        if self.found.is_consistent:
            return None
        why = self._reason(conflict(self.model, self.trial.picks))
        newest = list(self.trial.picks)[-1]
        return replace(why, way_out=self._way_out(newest, self.trial.picks[newest]))

    def _price_lines(self) -> Iterator[dict[str, str]]:
        if self.book is None or not self.found.chosen:
            return
        for line in price_lines(self.model, self.found.chosen, self.book):
            if line.amount_minor:
                times = f"{line.quantity} × " if line.quantity != 1 else ""
                yield {"name": f"{times}{line.name}", "value": self._money(line.amount_minor)}

    def _difference(self, state: OptionState) -> str:
        if state.delta_minor == 0:
            return _("same price")
        return self._money(state.delta_minor, is_delta=True)

    def _money(self, minor: int | None, *, is_delta: bool = False) -> str:
        if minor is None or self.book is None:
            return ""
        return Money(minor, self.book.currency).format(is_delta=is_delta)
