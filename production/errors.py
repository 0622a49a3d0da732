"""What may go wrong by rule in production."""

from config.errors import CartwrightError, IllegalTransition, NotFound

__all__ = [
    "BillIncomplete",
    "IllegalTransition",
    "NotCleared",
    "OperationOutOfOrder",
    "OverReceipt",
    "ProductionError",
    "ShortOfStock",
    "UnknownJob",
    "UnknownOperation",
    "UnknownPart",
    "UnknownReceipt",
]


class ProductionError(CartwrightError):
    code = "production_error"


class NotCleared(ProductionError):
    """Nothing is made for an order whose money has not cleared."""

    code = "not_cleared"
    http_status = 409


class BillIncomplete(ProductionError):
    """The bill of material cannot be exploded for a configuration; the message says where."""

    code = "bill_incomplete"
    http_status = 409


class ShortOfStock(ProductionError):
    """More was asked of the shelf than lies free on it."""

    code = "short_of_stock"
    http_status = 409


class OverReceipt(ProductionError):
    """More came in than was on its way under this reference."""

    code = "over_receipt"
    http_status = 409


class OperationOutOfOrder(IllegalTransition):
    """An operation may start when the one before it is done, and end when it has started."""

    code = "operation_out_of_order"


class UnknownJob(NotFound):
    code = "unknown_job"


class UnknownOperation(NotFound):
    code = "unknown_operation"


class UnknownPart(NotFound):
    code = "unknown_part"


class UnknownReceipt(NotFound):
    code = "unknown_receipt"
