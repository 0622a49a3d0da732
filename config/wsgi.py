import logging
import os
from threading import Event, Thread

from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

logger = logging.getLogger(__name__)

# A web process may be up before the schema and the machines are: it looks again for a while.
LOOK_EVERY_S = 2.0
LOOK_TIMES = 60


def warm_up() -> None:
    """Have the machines on sale compiled before the first customer asks, beside the requests."""
    from configurator.selectors import warm_up as compile_models

    for _ in range(LOOK_TIMES):
        try:
            if compile_models():
                return
        except DatabaseError as error:
            logger.info("not warmed up yet: %s", error)
        finally:
            connection.close()
        Event().wait(LOOK_EVERY_S)


Thread(target=warm_up, name="warm-up", daemon=True).start()
