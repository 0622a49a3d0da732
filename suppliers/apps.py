from django.apps import AppConfig


class SuppliersConfig(AppConfig):
    name = "suppliers"

    def ready(self) -> None:
        from config.outbox import errands
        from config.outbox.bus import subscribe
        from production.events import MaterialRequired
        from suppliers import console
        from suppliers.services import sourcing

        subscribe(
            MaterialRequired,
            sourcing.source_order,
            name="suppliers.source_order",
            queue="suppliers",
        )
        errands.register(sourcing.SOURCE_AGAIN, sourcing.source_order_again, queue="suppliers")
        console.register()
