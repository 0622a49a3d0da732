"""What the configurator puts into the operations console: doors to the records it is kept in."""

from config.console.registry import MenuEntry, register_entry


def register() -> None:
    """Called once, in `ready()`."""
    for position, (title, model) in enumerate(
        (("Machines", "productmodel"), ("Options", "option"), ("Prices", "pricelist")), start=1
    ):
        register_entry(
            MenuEntry(
                section="Sell",
                title=title,
                url_name=f"admin:configurator_{model}_changelist",
                permission=f"configurator.view_{model}",
                position=position,
            )
        )
