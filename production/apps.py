from django.apps import AppConfig


class ProductionConfig(AppConfig):
    name = "production"

    def ready(self) -> None:
        from config.outbox import errands
        from config.outbox.bus import subscribe
        from production import console
        from production.events import MaterialRequired
        from production.services.cancelling import cancel_jobs
        from production.services.planning import plan_order
        from production.services.scheduling import (
            RESCHEDULE,
            ask_after_planning,
            reschedule_as_asked,
        )
        from production.services.scrapping import SCRAP_ISSUED, scrap_as_asked
        from production.services.scrapping_machines import SCRAP_MACHINE, scrap_machine_as_asked
        from production.services.swapping import SWAP_PART, swap_as_asked
        from shop.events import OrderCancelled, OrderReleased

        subscribe(OrderReleased, plan_order, name="production.plan_order", queue="production")
        subscribe(OrderCancelled, cancel_jobs, name="production.cancel_jobs", queue="production")
        subscribe(
            MaterialRequired,
            ask_after_planning,
            name="production.ask_reschedule",
            queue="production",
        )
        errands.register(RESCHEDULE, reschedule_as_asked, queue="production")
        errands.register(SCRAP_ISSUED, scrap_as_asked, queue="production")
        errands.register(SCRAP_MACHINE, scrap_machine_as_asked, queue="production")
        errands.register(SWAP_PART, swap_as_asked, queue="production")
        console.register()
