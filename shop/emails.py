"""The mails that the shop sends: one card, one state, one button each."""

from config.mail.services import queue_mail
from shop.models import Order, Payment


def queue_order_paid(*, order: Order) -> None:
    """The receipt: what was bought, and what happens now."""
    queue_mail(
        key=f"order-paid-{order.pk}",
        about=order.number,
        to_email=order.email,
        template="shop/order_paid",
        context={"order": order},
    )


def queue_payment_failed(*, payment: Payment) -> None:
    """A payment that was on its way did not arrive; nothing was built, one may pay again."""
    queue_mail(
        key=f"payment-failed-{payment.pk}",
        about=payment.order.number,
        to_email=payment.order.email,
        template="shop/payment_failed",
        context={"order": payment.order, "payment": payment},
    )
