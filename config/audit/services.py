"""The one way a state changes: checked against the model's own table, and written down."""

from collections.abc import Sequence

from django.db import DatabaseError, connection

from config.audit.models import Stateful
from config.errors import IllegalTransition

# Said some twenty times in the life of an order, so neither is put together anew each time.
MOVE = "UPDATE {table} SET {columns} WHERE id = %s"
WRITE_DOWN = """
INSERT INTO audit_statechange (subject_type, subject_id, from_state, to_state, actor, why)
VALUES (%s, %s, %s, %s, %s, %s)
"""


def change_status(
    subject: Stateful, *, to: str, why: str, actor: str = "system", beside: Sequence[str] = ()
) -> None:
    """Move a record, whose row the caller has locked, to another state.

    `beside`: fields of the record that changed with its state and are saved with it. Raises
    `IllegalTransition` when `to` may not follow the present state.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("change_status() belongs inside a transaction, on a locked row")
    before = str(subject.status)
    if str(to) not in subject.TRANSITIONS.get(before, frozenset()):
        raise IllegalTransition(f"{subject} is {before}; it cannot become {to}")
    subject.status = to
    _save(subject, ["status", *beside])
    record_state(subject, from_state=before, why=why, actor=actor)


def record_state(
    subject: Stateful, *, why: str, actor: str = "system", from_state: str = ""
) -> None:
    """Write down the state a record is in: its first, or one that `change_status` just set."""
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE_DOWN,
            [
                subject._meta.label_lower,
                subject.pk,
                from_state,
                str(subject.status),
                actor,
                why[:500],
            ],
        )


WRITE_ALL_DOWN = """
INSERT INTO audit_statechange (subject_type, subject_id, from_state, to_state, actor, why)
SELECT %s, it.id, it.from_state, it.to_state, %s, %s
FROM unnest(%s::bigint[], %s::text[], %s::text[]) WITH ORDINALITY
    AS it (id, from_state, to_state, place)
ORDER BY place
"""
MOVE_ALL = "UPDATE {table} SET status = %s WHERE id = ANY (%s::bigint[])"


def change_statuses(
    subjects: Sequence[Stateful], *, to: str, why: str, actor: str = "system"
) -> None:
    """`change_status` for many of one kind: two statements for any number."""
    before = [str(subject.status) for subject in subjects]
    for subject, state in zip(subjects, before, strict=True):
        if str(to) not in subject.TRANSITIONS.get(state, frozenset()):
            raise IllegalTransition(f"{subject} is {state}; it cannot become {to}")
        subject.status = to
    if not subjects:
        return
    table = connection.ops.quote_name(subjects[0]._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(MOVE_ALL.format(table=table), [str(to), [one.pk for one in subjects]])
    record_states(subjects, why=why, actor=actor, from_states=before)


def record_states(
    subjects: Sequence[Stateful],
    *,
    why: str,
    actor: str = "system",
    from_states: Sequence[str] = (),
) -> None:
    """`record_state` for many of one kind, in their order. One statement."""
    if not subjects:
        return
    columns = [
        [subject.pk for subject in subjects],
        list(from_states) or [""] * len(subjects),
        [str(subject.status) for subject in subjects],
    ]
    with connection.cursor() as cursor:
        cursor.execute(WRITE_ALL_DOWN, [subjects[0]._meta.label_lower, actor, why[:500], *columns])


def _save(subject: Stateful, names: Sequence[str]) -> None:
    fields = [field for field in subject._meta.concrete_fields if field.name in names]
    quoted = connection.ops.quote_name
    statement = MOVE.format(
        table=quoted(subject._meta.db_table),
        columns=", ".join(f"{quoted(str(field.column))} = %s" for field in fields),
    )
    values = [
        field.get_db_prep_save(field.value_from_object(subject), connection) for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, subject.pk])
        if cursor.rowcount != 1:
            raise DatabaseError(f"{subject} is not in the database.")
