"""What an option does to the rest of the machine, in words and prices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.money import Money
from configurator.engine.evaluate import Change
from configurator.engine.ir import Model
from configurator.engine.price import PriceBook, quantity_of
from configurator.selectors import OptionDetail

MOST_NAMED = 2  # parts that a sentence names before it counts them
KEPT_DIFFERENCES = 8192
LONGEST_LABEL = 80  # letters of what a button says would change
type Details = Mapping[tuple[str, str], OptionDetail]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Speaks of changes to the configuration `chosen`."""

    model: Model
    chosen: Mapping[str, str]
    book: PriceBook
    details: Details

    def difference(self, minor: int) -> str:
        """`+$70`, `−$70` or `same price`."""
        return _difference(minor, self.book.currency) if minor else _("same price")

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
        told = [self._change(change, group, then) for change in changes[:MOST_NAMED]]
        more = len(changes) - len(told)
        if more:
            told.append(ngettext("%(n)d more part", "%(n)d more parts", more) % {"n": more})
        *first, last = told
        listed = _(", ").join(first) + _(" and ") + last if first else last
        return _("also changes %(parts)s") % {"parts": listed}

    def _change(self, change: Change, taken: str, then: Mapping[str, str]) -> str:
        words = {
            "part": self._part(change.group),
            "option": self.details[change.group, change.option].name,
        }
        line = self._line(change.group)
        # A line that two changes share is told once, by its part; the taken option tells its own.
        is_told_elsewhere = line != change.group and then[line] != self.chosen[line]
        if line == self._line(taken) or is_told_elsewhere:
            return _("the %(part)s to %(option)s") % words
        price = self.difference(self._amount(line, then) - self._amount(line, self.chosen))
        return _("the %(part)s to %(option)s (%(price)s)") % {**words, "price": price}

    def _part(self, code: str) -> str:
        return in_sentence(self._group_names[code])

    @property
    def _group_names(self) -> dict[str, str]:
        return {group.code: group.name for group in self.model.groups}

    def _line(self, code: str) -> str:
        """The group whose price line a group is on: a quantity is on that of what it counts."""
        return next((g.quantity_for or code for g in self.model.groups if g.code == code), code)

    def _amount(self, line: str, choices: Mapping[str, str]) -> int:
        return self.book.unit_minor(line, choices[line]) * quantity_of(self.model, choices, line)


def in_sentence(name: str) -> str:
    """A group's name inside a sentence: Power supply → power supply, but RAM stays."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


@lru_cache(maxsize=KEPT_DIFFERENCES)
def _difference(minor: int, currency: str) -> str:
    """A page says over a hundred, and mostly those that it said before."""
    return Money(minor, currency).format(is_delta=True)
