"""A worker for the browser tests: runs the errands of the pages, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from django.db import connection

from config.outbox import sources
from config.outbox.models import Errand

LOOK_EVERY_S = 0.05


@contextmanager
def clerk_at_work() -> Iterator[None]:
    """Runs until the block ends, in a thread with a connection of its own."""
    is_over = Event()

    def work() -> None:
        while not is_over.wait(LOOK_EVERY_S):
            for key in Errand.objects.filter(sends=0, failures=0).values_list("pk", flat=True):
                sources.run("outbox.errand", key)
                Errand.objects.filter(pk=key).update(sends=1)
        connection.close()

    thread = Thread(target=work, name="clerk", daemon=True)
    thread.start()
    yield
    is_over.set()
    thread.join()
