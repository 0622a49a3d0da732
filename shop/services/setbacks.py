"""A machine that was further already: put right, or made anew. The order's stage stays reached."""

from django.db import transaction

from config.audit.services import record_state
from config.locks import lock_rows
from shop.models import Order
from shop.services.fulfilment import STAGES, WAY

# How the note begins; the customer's page reads it.
SET_BACK = "set back to "


@transaction.atomic(savepoint=False)
def record_standing(*, order_id: int, stage: str, actor: str) -> Order:
    """The machine that is furthest behind is at `stage` now: kitting, build, test or boxing.

    The stages of an order only go forward; where a machine is behind the one that was reached,
    the order says where it is again, until it has caught up. Repeatable.
    """
    (order,) = lock_rows(Order, [order_id])
    at = Order.Status(stage)
    is_behind = order.status in STAGES and WAY.index(at) < WAY.index(Order.Status(order.status))
    again = str(at) if is_behind else ""
    if order.set_back_to != again:
        order.set_back_to = again
        order.save(update_fields=["set_back_to"])
        why = f"{SET_BACK}{again}" if again else "caught up again"
        record_state(order, from_state=str(order.status), why=why, actor=actor)
    return order
