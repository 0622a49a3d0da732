from django.apps import AppConfig


class CartwrightConfig(AppConfig):
    """The composition root: commands and template filters, nothing to store."""

    name = "config"
    label = "cartwright"

    def ready(self) -> None:
        # Every process publishes to our broker, not only Celery's own; in every thread of it.
        from config.celery import app

        app.set_default()
