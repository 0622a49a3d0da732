"""How long an order can be paid at the price that it was placed at."""

from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone

from shop.models import Order

# Who hears on a Friday evening that the bank refused can still pay another way on Monday.
TO_PAY_AGAIN = timedelta(days=3)


def last_day(placed_on: date) -> date:
    """The last day on which an order of this day can be paid."""
    return placed_on + timedelta(days=settings.UNPAID_ORDER_DAYS)


def is_over(order: Order) -> bool:
    return order.pay_until_on < timezone.localdate()


def leave_time(order: Order) -> None:
    """A bank took its days to refuse: the customer has some to pay another way.

    The caller holds the order's lock.
    """
    last = timezone.localdate() + TO_PAY_AGAIN
    if order.pay_until_on < last:
        order.pay_until_on = last
        order.save(update_fields=["pay_until_on"])
