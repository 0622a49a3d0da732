"""What may go wrong by rule with suppliers."""

from config.errors import CartwrightError, IllegalTransition, NotFound

__all__ = ["BadPromise", "IllegalTransition", "NotFound", "ReceiptRefused", "SupplierError"]


class SupplierError(CartwrightError):
    code = "supplier_error"


class BadPromise(SupplierError):
    """A date or a line that a purchase order cannot take."""

    code = "bad_promise"


class ReceiptRefused(SupplierError):
    """More came than was ordered, or nothing did."""

    code = "receipt_refused"
