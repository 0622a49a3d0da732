"""Rows read as a queryset reads them, for statements that are written out by hand."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

from django.db import connection, models

quoted = connection.ops.quote_name


@cache
def columns_of(model: type[models.Model], table: str = "") -> str:
    """All columns of a model, as `row_of` wants them; `table`: its name in the statement."""
    of = f"{quoted(table)}." if table else ""
    return ", ".join(f"{of}{quoted(str(field.column))}" for field in model._meta.concrete_fields)


@cache
def written_for(statement: str, model: type[models.Model]) -> str:
    """A statement with `{table}`, `{key}` and `{columns}` of a model filled in, once for each."""
    key = model._meta.pk
    return statement.format(
        columns=columns_of(model),
        table=quoted(model._meta.db_table),
        key=quoted(str(key.column)),
        key_type=key.rel_db_type(connection),
    )


def rows_of[M: models.Model](model: type[M], statement: str, values: Sequence[Any]) -> list[M]:
    """What a statement `written_for` a model finds, as objects."""
    with connection.cursor() as cursor:
        cursor.execute(written_for(statement, model), values)
        return [row_of(model, row) for row in cursor.fetchall()]


def row_of[M: models.Model](model: type[M], values: Sequence[Any]) -> M:
    """The object for one row of `columns_of`."""
    names, read = _reading(model)
    if read:
        values = [
            read[place](value) if place in read else value for place, value in enumerate(values)
        ]
    return model.from_db(connection.alias, names, values)


@cache
def _reading(model: type[models.Model]) -> tuple[list[str], dict[int, Callable[[Any], Any]]]:
    """The names of the columns; by place, what makes a value of a few of them."""
    fields = model._meta.concrete_fields
    return [field.attname for field in fields], {
        place: partial(field.from_db_value, expression=field.cached_col, connection=connection)
        for place, field in enumerate(fields)
        if hasattr(field, "from_db_value")
    }
