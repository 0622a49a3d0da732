from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "shop"

    def ready(self) -> None:
        from config.outbox import errands, sources
        from config.outbox.bus import subscribe
        from shop import console
        from shop.events import OrderShipped
        from shop.models import DisputeCall, RefundCall, StripeEvent
        from shop.services import asking, disputes, fulfilment, refunds
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
        subscribe(
            OrderShipped,
            fulfilment.book_shipment,
            name="shop.book_shipment",
            queue="payments",
        )
        errands.register(asking.SYNC_PAYMENT, asking.sync_payment, queue="payments")
        errands.register(asking.CLEAR_FREE_ORDER, asking.clear_free_order, queue="payments")
        errands.register(asking.RECONCILE, asking.reconcile, queue="payments")
        sources.register(
            sources.Source(
                model=RefundCall,
                perform=refunds.perform_refund,
                queue=lambda row: "payments",
                name=lambda row: "shop.perform_refund",
                is_transactional=False,
                lease=refunds.LEASE,
            )
        )
        sources.register(
            sources.Source(
                model=DisputeCall,
                perform=disputes.send,
                queue=lambda row: "payments",
                name=lambda row: "shop.answer_dispute",
                is_transactional=False,
                lease=disputes.LEASE,
            )
        )
        console.register()
