from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The frame of the operations console at /ops/; the apps register what goes into it."""

    name = "config.console"
    label = "console"
