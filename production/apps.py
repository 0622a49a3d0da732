from django.apps import AppConfig


class ProductionConfig(AppConfig):
    name = "production"

    def ready(self) -> None:
        from config.outbox.bus import subscribe
        from production.services.planning import plan_order
        from shop.events import OrderReleased

        subscribe(OrderReleased, plan_order, name="production.plan_order", queue="production")
