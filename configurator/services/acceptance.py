"""Findings that are meant: staff say why, and the version may go on sale with them."""

from collections.abc import Mapping

from django.db import transaction

from config.audit.services import record_state
from config.locks import lock_rows
from configurator.engine.check import ACCEPTABLE
from configurator.errors import NotAcceptable
from configurator.models import AcceptedFinding, ModelVersion, Option, OptionGroup, Rule

OF_RULES = frozenset({"redundant_rule", "never_applies"})
FALSE_OPTIONAL = "false_optional"
LONGEST_REASON = 300
LONGEST_PLACE = 160


@transaction.atomic
def accept_finding(
    *, version_id: int, kind: str, where: str = "", reason: str, actor: str
) -> AcceptedFinding:
    """Write down why a finding of a draft is meant; without `where`, every one of its kind.

    Said again, the later reason counts. Raises NotAcceptable for a kind that is never accepted,
    without a reason, and for a version that is not a draft.
    """
    version = _draft(version_id)
    said = " ".join(reason.split())
    if kind not in ACCEPTABLE:
        raise NotAcceptable(f"A finding of kind {kind[:20]!r} cannot be accepted; mend it.")
    if not said or len(said) > LONGEST_REASON:
        raise NotAcceptable(f"Reason: expected 1 to {LONGEST_REASON} characters, got {len(said)}.")
    if len(where) > LONGEST_PLACE:
        raise NotAcceptable(f"No finding is at {where[:40]!r}…")
    row, _ = AcceptedFinding.objects.update_or_create(
        version=version, kind=kind, where=where, defaults={"reason": said, "actor": actor}
    )
    why = f"accepted {_words(kind)} {where}".strip()
    record_state(version, from_state=version.status, why=f"{why}: {said}", actor=actor)
    return row


@transaction.atomic
def accept_kinds(*, version_id: int, reasons: Mapping[str, str], actor: str) -> None:
    """Accept every finding of these kinds, each for its reason."""
    for kind, reason in reasons.items():
        accept_finding(version_id=version_id, kind=kind, reason=reason, actor=actor)


@transaction.atomic
def withdraw_acceptance(*, version_id: int, kind: str, where: str = "", actor: str) -> None:
    """Let a finding of a draft stand in the way again; one that was not accepted is no error."""
    version = _draft(version_id)
    gone, _ = AcceptedFinding.objects.filter(version=version, kind=kind, where=where).delete()
    if gone:
        why = f"no longer accepted: {_words(kind)} {where}".strip()
        record_state(version, from_state=version.status, why=why, actor=actor)


@transaction.atomic
def carry_acceptances(*, source_id: int, draft_id: int) -> int:
    """What was accepted in one version holds in its next draft, too; returns how many.

    Where every finding of a kind was, this holds for what the source has, place by place: nobody
    has looked yet at what the draft will have beyond it.
    """
    draft = _draft(draft_id)
    rows = AcceptedFinding.objects.filter(version=source_id)
    carried = [(row, where) for row in rows for where in _places(row)]
    made = AcceptedFinding.objects.bulk_create(
        [
            AcceptedFinding(
                version=draft, kind=row.kind, where=where, reason=row.reason, actor=row.actor
            )
            for row, where in carried
        ],
        ignore_conflicts=True,
    )
    return len(made)


def _places(row: AcceptedFinding) -> list[str]:
    """Where a finding of the row's kind can be in its version."""
    if row.where:
        return [row.where]
    if row.kind in OF_RULES:
        return list(Rule.objects.filter(version=row.version_id).values_list("code", flat=True))
    options = Option.objects.filter(group__version=row.version_id)
    places = [f"{group}.{option}" for group, option in options.values_list("group__code", "code")]
    if row.kind == FALSE_OPTIONAL:
        groups = OptionGroup.objects.filter(version=row.version_id)
        places += groups.values_list("code", flat=True)
    return places


def _words(kind: str) -> str:
    return f"“{kind.replace('_', ' ')}”"


def _draft(version_id: int) -> ModelVersion:
    (version,) = lock_rows(ModelVersion, [version_id])
    if version.status != ModelVersion.Status.DRAFT:
        state = version.get_status_display().lower()
        raise NotAcceptable(f"{version} is {state}; only in a draft can findings be accepted.")
    return version
