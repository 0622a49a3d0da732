"""What taking an option would do."""

from typing import NamedTuple


class Change(NamedTuple):
    """A filled-in group that changes, and the option that it changes to."""

    group: str
    option: str


class OptionState(NamedTuple):
    """What taking an option would do, the explicit choices of the other groups kept.

    `changes` are the filled-in options that would change with it, in model order.
    `delta_minor` is the difference to the current total; None if impossible or without prices.
    """

    is_possible: bool
    changes: tuple[Change, ...]
    delta_minor: int | None


IMPOSSIBLE = OptionState(False, (), None)
POSSIBLE = OptionState(True, (), None)
