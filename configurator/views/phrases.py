"""What an option does to the rest of the machine, in words and prices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from config.money import Money
from configurator.engine.evaluate import Change
from configurator.engine.ir import Model
from configurator.engine.price import PriceBook, quantity_of
from configurator.selectors import OptionDetail

MOST_NAMED = 2  # parts that a sentence names before it counts them
KEPT_DIFFERENCES = 8192
KEPT_CHANGES = 8192
LONGEST_LABEL = 80  # letters of what a button says would change
type Details = Mapping[tuple[str, str], OptionDetail]
type Told = tuple[str, str, str]  # a part, its new option, the difference in price or nothing


@dataclass(frozen=True)
class Phrases:
    """Speaks of changes to the configuration `chosen`."""

    model: Model
    chosen: Mapping[str, str]
    book: PriceBook
    details: Details

    def difference(self, minor: int) -> str:
        """`+$70`, `−$70` or `same price`."""
        return _difference(minor, self.book.currency) if minor else self._same_price

    def changed(self, changes: Sequence[tuple[str, str]]) -> str:
        """`the case to Tower case and the power supply to 850 W supply`, or how many parts.

        What they change to is left out where it would make a button too long to read.
        """
        if len(changes) > MOST_NAMED:
            count = len(changes)
            return ngettext("%(n)d other part", "%(n)d other parts", count) % {"n": count}
        parts = [
            {"part": self._part(group), "option": self.details[group, option].name}
            for group, option in changes
        ]
        told = _(" and ").join(_("the %(part)s to %(option)s") % words for words in parts)
        if len(told) <= LONGEST_LABEL:
            return told
        return _(" and ").join(_("the %(part)s") % words for words in parts)

    def also_changes(self, group: str, option: str, changes: Sequence[Change]) -> str:
        """`also changes the power supply to Corsair RM1200x (+$70)`, when `option` is taken."""
        then = {**self.chosen, **dict(changes), group: option}
        told = tuple(self._change(change, group, then) for change in changes[:MOST_NAMED])
        return _also_changes(told, len(changes) - len(told), get_language() or "")

    def _change(self, change: Change, taken: str, then: Mapping[str, str]) -> Told:
        """The part, what it changes to, and its price where that is told here."""
        part, option = self._part(change.group), self.details[change.group, change.option].name
        line = self._line(change.group)
        # A line that two changes share is told once, by its part; the taken option tells its own.
        is_told_elsewhere = line != change.group and then[line] != self.chosen[line]
        if line == self._line(taken) or is_told_elsewhere:
            return part, option, ""
        minor = self._amount(line, then) - self._amount(line, self.chosen)
        return part, option, self.difference(minor)

    def _part(self, code: str) -> str:
        return in_sentence(self._group_names[code])

    @cached_property
    def _same_price(self) -> str:
        return _("same price")  # most options of a page say so

    @cached_property
    def _group_names(self) -> dict[str, str]:
        return {group.code: group.name for group in self.model.groups}

    @cached_property
    def _counted(self) -> dict[str, str]:
        """Group that is a quantity → what it counts."""
        return {g.code: g.quantity_for for g in self.model.groups if g.quantity_for}

    def _line(self, code: str) -> str:
        """The group whose price line a group is on: a quantity is on that of what it counts."""
        return self._counted.get(code, code)

    def _amount(self, line: str, choices: Mapping[str, str]) -> int:
        return self.book.unit_minor(line, choices[line]) * quantity_of(self.model, choices, line)


def in_sentence(name: str) -> str:
    """A group's name inside a sentence: Power supply → power supply, but RAM stays."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


@lru_cache(maxsize=KEPT_CHANGES)
def _also_changes(changes: tuple[Told, ...], more: int, language: str) -> str:
    """The language is only here to be part of the key: most options of a group say the same."""
    told = [
        (_("the %(part)s to %(option)s (%(price)s)") if price else _("the %(part)s to %(option)s"))
        % {"part": part, "option": option, "price": price}
        for part, option, price in changes
    ]
    if more:
        told.append(ngettext("%(n)d more part", "%(n)d more parts", more) % {"n": more})
    *first, last = told
    listed = _(", ").join(first) + _(" and ") + last if first else last
    return _("also changes %(parts)s") % {"parts": listed}


@lru_cache(maxsize=KEPT_DIFFERENCES)
def _difference(minor: int, currency: str) -> str:
    """A page says over a hundred, and mostly those that it said before."""
    return Money(minor, currency).format(is_delta=True)
