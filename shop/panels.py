"""What the apps above put beside an order on the console's order page.

The shop cannot import who builds and who buys; they register a template and what fills it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices

PanelContext = Mapping[str, Any]
# Given an order's primary key: the template's context, or None where there is nothing to show.
PanelProvider = Callable[[int], PanelContext | None]


class Panel(TextChoices):
    """The columns of the page, in order: who paid, what is made, what is bought."""

    PAYMENTS = "payments", "Payments"
    JOBS = "jobs", "Jobs"
    PURCHASES = "purchases", "Purchase orders"


@dataclass(frozen=True, slots=True)
class OrderPanel:
    """`template` gets `order` and what the provider gives; shown to staff with `permission`."""

    column: Panel
    title: str
    template: str
    provider: PanelProvider
    permission: str
    position: int = 0


_panels: list[OrderPanel] = []


def register_order_panel(
    *,
    column: Panel,
    title: str,
    template: str,
    provider: PanelProvider,
    permission: str,
    position: int = 0,
) -> None:
    """Show `template` on the console's page of an order. Called in `ready()`, once a panel."""
    panel = OrderPanel(column, title, template, provider, permission, position)
    if any(known.template == template for known in _panels):
        raise ValueError(f"{template} is registered already")
    _panels.append(panel)
    _panels.sort(key=lambda one: (list(Panel).index(one.column), one.position, one.title))


def order_panels() -> tuple[OrderPanel, ...]:
    return tuple(_panels)
