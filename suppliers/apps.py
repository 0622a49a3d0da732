from django.apps import AppConfig


class SuppliersConfig(AppConfig):
    name = "suppliers"

    def ready(self) -> None:
        from config.console import registry
        from config.outbox.bus import subscribe
        from production.events import MaterialRequired
        from shop.panels import Panel, register_order_panel
        from suppliers import selectors
        from suppliers.services import sourcing

        subscribe(
            MaterialRequired,
            sourcing.source_order,
            name="suppliers.source_order",
            queue="suppliers",
        )
        registry.register_entry(
            registry.MenuEntry(
                section="Buy",
                title="Purchase orders",
                url_name="ops:purchase_orders",
                permission="suppliers.view_purchaseorder",
                count=selectors.count_overdue,
            )
        )
        registry.register_concerns("suppliers.view_purchaseorder", selectors.concerns)
        registry.register_finder("suppliers.view_purchaseorder", selectors.find_url)
        register_order_panel(
            column=Panel.PURCHASES,
            title="Purchase orders",
            template="ops/panels/order_purchases.html",
            provider=selectors.order_purchases_panel,
            permission="suppliers.view_purchaseorder",
        )
