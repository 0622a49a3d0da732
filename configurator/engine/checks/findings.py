"""What a check finds, and whether it may be lived with."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

type FindingKind = Literal[
    "malformed",
    "void",
    "invalid_defaults",
    "no_sentence",
    "dead_option",
    "false_optional",
    "redundant_rule",
    "never_applies",
    "unknown_value",
    "mixed_units",
]

# These are told, and stand in no one's way.
ADVICE: frozenset[str] = frozenset({"unknown_value", "mixed_units"})
# These may be meant: they block until somebody says why they are.
ACCEPTABLE: frozenset[str] = frozenset(
    {"dead_option", "false_optional", "redundant_rule", "never_applies"}
)

MOST_NAMED = 4  # options or rules that a finding names before it counts them

# Told before a step: its name, its number from 1, and how many steps there are.
type Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at; a blocking one keeps the model from being published.

    `where` names the place in one word ("graphics.long", a rule's code, the model's code), and
    identifies the finding together with its kind. `group`, `option` and `rule` are the codes of
    what is to be changed, "" where they do not apply.
    """

    kind: FindingKind
    where: str
    message: str
    group: str = ""
    option: str = ""
    rule: str = ""

    @property
    def is_blocking(self) -> bool:
        return self.kind not in ADVICE

    @property
    def is_acceptable(self) -> bool:
        """May it stay if somebody says why?"""
        return self.kind in ACCEPTABLE


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was found, what blocks first."""

    findings: tuple[Finding, ...]

    @property
    def is_publishable(self) -> bool:
        """Does nothing stand in the way of publishing that could not be accepted?"""
        return not any(f.is_blocking and not f.is_acceptable for f in self.findings)


def report_of(findings: Iterable[Finding]) -> Report:
    """The findings in the order of their weight: never, unless accepted, advice."""
    return Report(tuple(sorted(findings, key=lambda f: (not f.is_blocking, f.is_acceptable))))
