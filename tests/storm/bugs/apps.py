import os

from django.apps import AppConfig


class SeededBug(AppConfig):
    """Comes last among the apps: what it replaces has been registered by then."""

    name = "tests.storm.bugs"
    label = "seeded_bug"

    def ready(self) -> None:
        from tests.storm.bugs import BUGS

        BUGS[os.environ["STORM_BUG"]].patch()
