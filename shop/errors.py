"""What may go wrong by rule in the shop."""

from config.errors import CartwrightError, IllegalTransition, NotFound

__all__ = [
    "CashierAway",
    "IllegalTransition",
    "NotFound",
    "OrderHeld",
    "PaymentUnderWay",
    "ShopError",
    "UnknownReference",
]


class ShopError(CartwrightError):
    code = "shop_error"


class CashierAway(ShopError):
    """Stripe did not answer, or answered that it cannot."""

    code = "cashier_away"
    http_status = 503


class PaymentUnderWay(ShopError):
    """The order has a payment that may still clear: another one would charge twice."""

    code = "payment_under_way"
    http_status = 409


class UnknownReference(ShopError):
    """Money that names an order or a payment which is not ours."""

    code = "unknown_reference"


class OrderHeld(ShopError):
    """A hold stops the release of the order."""

    code = "order_held"
    http_status = 409
