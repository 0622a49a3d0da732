"""What a station names by an id of its own is written down once, also at the same instant."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError

from production.errors import ClientIdReused


@contextmanager
def each_id_once() -> Iterator[None]:
    """Around the insert. Raises `ClientIdReused` where another job has taken an id meanwhile.

    The same id for the same job comes here one after the other, by the job's lock, and is looked
    up first.
    """
    try:
        yield
    except IntegrityError as error:
        if "(client_id)" not in str(error):
            raise
        raise ClientIdReused("A client id of this was used for something else just now.") from error
