"""The one way a state changes: checked against the model's own table, and written down."""

from django.db import connection

from config.audit.models import StateChange, Stateful
from config.errors import IllegalTransition


def change_status(subject: Stateful, *, to: str, why: str, actor: str = "system") -> None:
    """Move a record, whose row the caller has locked, to another state.

    Raises `IllegalTransition` when `to` may not follow the present state.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("change_status() belongs inside a transaction, on a locked row")
    before = str(subject.status)
    if str(to) not in subject.TRANSITIONS.get(before, frozenset()):
        raise IllegalTransition(f"{subject} is {before}; it cannot become {to}")
    subject.status = to
    subject.save(update_fields=["status"])
    record_state(subject, from_state=before, why=why, actor=actor)


def record_state(
    subject: Stateful, *, why: str, actor: str = "system", from_state: str = ""
) -> None:
    """Write down the state a record is in: its first, or one that `change_status` just set."""
    StateChange.objects.create(
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        from_state=from_state,
        to_state=str(subject.status),
        actor=actor,
        why=why[:500],
    )
