import logging
import os

from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()


def warm_up() -> None:
    """Have the machines on sale compiled before the first customer asks."""
    from configurator.selectors import warm_up as compile_models

    try:
        compile_models()
    except DatabaseError as error:
        # Not migrated yet, or away: the first request then pays for it, or tells the fault.
        logging.getLogger(__name__).warning("nothing warmed up: %s", error)
    finally:
        connection.close()


warm_up()
