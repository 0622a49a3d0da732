from django.apps import AppConfig


class CartwrightConfig(AppConfig):
    """The composition root: its commands, its frame for the console, nothing of its own to store."""

    name = "config"
    label = "cartwright"
