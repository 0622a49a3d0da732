from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "shop"

    def ready(self) -> None:
        from config.outbox import sources
        from shop import console
        from shop.models import StripeEvent
        from shop.services.inbox import LEASE, work_off

        sources.register(
            sources.Source(
                model=StripeEvent,
                perform=work_off,
                queue=lambda row: "payments",
                name=lambda row: f"shop.work_off {row.type}",
                is_transactional=False,
                lease=LEASE,
            )
        )
        console.register()
