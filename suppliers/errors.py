"""What may go wrong by rule with suppliers."""

from config.errors import CartwrightError, IllegalTransition, NotFound

__all__ = [
    "BadPromise",
    "IllegalTransition",
    "NotFound",
    "PurchaseOrderClosed",
    "ReceiptRefused",
    "SupplierError",
]


class SupplierError(CartwrightError):
    code = "supplier_error"


class BadPromise(SupplierError):
    """A day or a line that a purchase order cannot take."""

    code = "bad_promise"
    http_status = 422


class PurchaseOrderClosed(SupplierError):
    """Everything has come, or the order was cancelled: nothing about it changes any more."""

    code = "purchase_order_closed"
    http_status = 409


class ReceiptRefused(SupplierError):
    """More came than was ordered, or nothing did, or the key stands for another receipt."""

    code = "receipt_refused"
    http_status = 409
