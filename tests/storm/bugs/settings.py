"""The product's settings, and the app that makes it wrong in one place."""

from config.settings import *  # noqa: F403 - all of them
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.storm.bugs.apps.SeededBug"]
