from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "config.outbox"
    label = "outbox"
    verbose_name = "Outbox"

    def ready(self) -> None:
        from config.outbox import bus, errands, sources
        from config.outbox.models import Delivery, Errand

        sources.register(
            sources.Source(
                model=Delivery,
                perform=bus.deliver,
                queue=bus.queue_of,
                name=bus.name_of,
                is_transactional=True,
            )
        )
        sources.register(
            sources.Source(
                model=Errand,
                perform=errands.run,
                queue=errands.queue_of,
                name=lambda errand: errand.name,
                is_transactional=False,
                lease=errands.LEASE,
            )
        )
