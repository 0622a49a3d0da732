"""A run's findings as the desk shows them: by kind, with links to what is to be changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from configurator.models import AcceptedFinding, ModelVersion
from configurator.selectors.runs import Content, content_of

MOST_SHOWN = 60  # of one kind

KINDS: dict[str, str | Promise] = {
    "malformed": _("Not written as it must be"),
    "void": _("Rules that allow nothing"),
    "invalid_defaults": _("The default configuration breaks a rule"),
    "no_sentence": _("Rules without a sentence"),
    "no_price": _("No price"),
    "no_part": _("Nothing to build in"),
    "no_bill": _("Cannot be built"),
    "dead_option": _("Options that nobody can have"),
    "false_optional": _("Choices that are none"),
    "redundant_rule": _("Rules that change nothing"),
    "never_applies": _("Rules that never apply"),
    "unknown_value": _("Facts that nobody knows"),
    "mixed_units": _("Units that do not agree"),
}


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """`url` leads to the form where it is mended; `accepted` is why it is meant, or None."""

    kind: str
    where: str
    message: str
    url: str
    accepted: AcceptedFinding | None


@dataclass(frozen=True, slots=True)
class Section:
    """The findings of one kind. `tone` is that of a state: stop, go, or nothing for advice."""

    kind: str
    title: str | Promise
    tone: str
    findings: list[ShownFinding]
    more: int
    is_acceptable: bool
    accepted_kind: AcceptedFinding | None

    @property
    def count(self) -> int:
        return len(self.findings) + self.more


def sections(version: ModelVersion, report: Iterable[Mapping[str, Any]]) -> list[Section]:
    """What is in the way first, then what was accepted, then advice."""
    accepted = {(row.kind, row.where): row for row in version.accepted.all()}
    content = content_of(version)
    by_kind: dict[str, list[Mapping[str, Any]]] = {}
    for told in report:
        by_kind.setdefault(told["kind"], []).append(told)
    made = [_section(kind, told, accepted, content) for kind, told in by_kind.items()]
    return sorted(made, key=lambda section: ("stop", "go", "").index(section.tone))


def _section(
    kind: str,
    told: list[Mapping[str, Any]],
    accepted: Mapping[tuple[str, str], AcceptedFinding],
    content: Content,
) -> Section:
    whole = accepted.get((kind, ""))
    shown = [
        ShownFinding(
            kind,
            one["where"],
            one["message"],
            _url(one, content),
            accepted.get((kind, one["where"])) or whole,
        )
        for one in told
    ]
    shown.sort(key=lambda finding: finding.accepted is not None)
    tone = ""
    if told[0]["is_blocking"]:
        tone = "go" if all(finding.accepted for finding in shown) else "stop"
    return Section(
        kind=kind,
        title=KINDS.get(kind, kind),
        tone=tone,
        findings=shown[:MOST_SHOWN],
        more=max(len(shown) - MOST_SHOWN, 0),
        is_acceptable=told[0]["is_acceptable"],
        accepted_kind=whole,
    )


def _url(told: Mapping[str, Any], content: Content) -> str:
    """The admin's form of the culprit; "" where the version itself is the culprit."""
    if key := content.rules.get(told["rule"]):
        return reverse("admin:configurator_rule_change", args=[key])
    if key := content.options.get((told["group"], told["option"])):
        return reverse("admin:configurator_option_change", args=[key])
    if key := content.groups.get(told["group"]):
        return reverse("admin:configurator_optiongroup_change", args=[key])
    return ""
