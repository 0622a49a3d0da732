from django.apps import AppConfig


class CartwrightConfig(AppConfig):
    """The composition root: commands and template filters, nothing to store."""

    name = "config"
    label = "cartwright"
