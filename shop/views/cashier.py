"""The way to the cashier, from the checkout and from an order's page."""

import logging

from shop.errors import CashierAway, CashierRefused, IllegalTransition, PaymentUnderWay
from shop.models import Order
from shop.services.asking import open_payment
from shop.views.see_other import SeeOther, see_other

logger = logging.getLogger(__name__)

# What the order's page is to tell, as `?cashier=`.
AWAY, REFUSED = "away", "refused"


def to_the_cashier(order: Order) -> SeeOther:
    """The cashier's page; or the order's own, which says why it is not that."""
    page = order.get_absolute_url()
    try:
        return see_other(open_payment(order_id=order.pk))
    except CashierRefused:  # trying again would not help
        logger.exception("%s cannot be paid", order)
        return see_other(f"{page}?cashier={REFUSED}")
    except CashierAway:
        return see_other(f"{page}?cashier={AWAY}")
    except (IllegalTransition, PaymentUnderWay):  # paid, over or under way: the page says
        return see_other(page)
