"""Promises that Django's constraints cannot say, as migration operations in plain SQL."""

from django.db.migrations import RunSQL

# One function serves every append-only table.
CREATE_REFUSE_REWRITE = RunSQL(
    """
    CREATE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    "DROP FUNCTION refuse_rewrite()",
)


def append_only(table: str) -> RunSQL:
    """Refuse every UPDATE and DELETE of `table`: its rows are facts."""
    return RunSQL(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()",
        f"DROP TRIGGER {table}_append_only ON {table}",
    )


def foreign_key(
    *, name: str, table: str, columns: str, to_table: str, to_columns: str
) -> list[RunSQL]:
    """A foreign key over several columns, and the unique key that it needs on the other side."""
    unique = f"{name}_key"
    return [
        RunSQL(
            f"ALTER TABLE {to_table} ADD CONSTRAINT {unique} UNIQUE ({to_columns})",
            f"ALTER TABLE {to_table} DROP CONSTRAINT {unique}",
        ),
        RunSQL(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns}) "
            f"REFERENCES {to_table} ({to_columns})",
            f"ALTER TABLE {table} DROP CONSTRAINT {name}",
        ),
    ]


def checked_at_commit(*, name: str, function: str, tables: dict[str, str]) -> list[RunSQL]:
    """A condition over several rows, checked when the transaction commits.

    `function` is the body of a plpgsql trigger function; `tables` maps a table to the events
    ("INSERT OR UPDATE OF on_hand") that may break the condition.
    """
    operations = [
        RunSQL(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${function}$$",
            f"DROP FUNCTION {name}()",
        )
    ]
    operations += [
        RunSQL(
            f"CREATE CONSTRAINT TRIGGER {name}_on_{table} AFTER {events} ON {table} "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"DROP TRIGGER {name}_on_{table} ON {table}",
        )
        for table, events in tables.items()
    ]
    return operations


def sequence(name: str, start: int) -> RunSQL:
    """Numbers that people read: never used twice, gaps allowed."""
    return RunSQL(f"CREATE SEQUENCE {name} START {start}", f"DROP SEQUENCE {name}")
