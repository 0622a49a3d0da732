"""What may go wrong by rule in the shop."""

from config.errors import CartwrightError, IllegalTransition, NotFound

__all__ = [
    "CartMoved",
    "CashierAway",
    "CashierRefused",
    "EmptyCart",
    "IllegalTransition",
    "NotAnswerable",
    "NotChargeable",
    "NotFound",
    "NotRefundable",
    "OrderFrozen",
    "OrderHeld",
    "PaymentUnderWay",
    "SecondPersonNeeded",
    "ShopError",
    "UnknownCartLine",
    "UnknownReference",
    "UnknownShippingMethod",
]


class ShopError(CartwrightError):
    code = "shop_error"


class CashierAway(ShopError):
    """Stripe did not answer, or answered that it cannot."""

    code = "cashier_away"
    http_status = 503
    is_outage = True


class CashierRefused(CashierAway):
    """Stripe answered, and will not: this request is wrong, others may do."""

    code = "cashier_refused"
    is_outage = False


class PaymentUnderWay(ShopError):
    """The order has a payment that may still clear: another one would charge twice."""

    code = "payment_under_way"
    http_status = 409


class UnknownReference(ShopError):
    """Money that names an order or a payment which is not ours."""

    code = "unknown_reference"


class NotRefundable(ShopError):
    """More than what is left of a payment, or of an order line; or nothing at all."""

    code = "not_refundable"
    http_status = 409


class NotAnswerable(ShopError):
    """The bank does not wait for an answer to this dispute, or one is under way."""

    code = "not_answerable"
    http_status = 409


class SecondPersonNeeded(ShopError):
    """A large refund, or a loss to accept, is approved by somebody else than who asked for it."""

    code = "second_person_needed"
    http_status = 403


class OrderHeld(ShopError):
    """A hold keeps the order from its release, or its box from leaving."""

    code = "order_held"
    http_status = 409


class EmptyCart(ShopError):
    """There is nothing to order."""

    code = "empty_cart"
    http_status = 409


class UnknownCartLine(ShopError):
    """The cart has no such line, or not in the state that was agreed to."""

    code = "unknown_cart_line"
    http_status = 404


class CartMoved(ShopError):
    """A line costs more than the customer agreed to, or cannot be built any more."""

    code = "cart_moved"
    http_status = 409


class NotChargeable(ShopError):
    """The cashier could not take this order at once; in parts it can."""

    code = "not_chargeable"
    http_status = 409


class UnknownShippingMethod(ShopError):
    """Not one of those we offer now."""

    code = "unknown_shipping_method"


class OrderFrozen(ShopError):
    """Kitting has begun: neither change nor cancellation from here on."""

    code = "order_frozen"
    http_status = 409
