from django.apps import AppConfig


class SuppliersConfig(AppConfig):
    name = "suppliers"

    def ready(self) -> None:
        from config.outbox import errands
        from config.outbox.bus import subscribe
        from production.events import MaterialRequired, MaterialShortAgain
        from suppliers import console
        from suppliers.services import sourcing

        subscribe(
            MaterialRequired,
            sourcing.source_order,
            name="suppliers.source_order",
            queue="suppliers",
        )
        subscribe(
            MaterialShortAgain,
            sourcing.source_what_is_short_again,
            name="suppliers.source_what_is_short_again",
            queue="suppliers",
        )
        errands.register(sourcing.SOURCE_AGAIN, sourcing.source_order_again, queue="suppliers")
        console.register()
