"""What may go wrong by rule in production."""

from config.errors import CartwrightError, IllegalTransition, NotFound

__all__ = [
    "BillIncomplete",
    "CountRefused",
    "IllegalTransition",
    "MoveRefused",
    "NotCleared",
    "OperationOutOfOrder",
    "OverReceipt",
    "ProductionError",
    "ShortOfStock",
    "UnknownBin",
    "UnknownHold",
    "UnknownJob",
    "UnknownOperation",
    "UnknownPart",
    "UnknownReceipt",
    "UnknownRequirement",
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


class MoveRefused(ProductionError):
    """Pieces cannot be moved so: nothing, too many, or from a place to itself."""

    code = "move_refused"


class CountRefused(ProductionError):
    """A count that cannot be believed: impossible, unexplained, or overtaken by a movement."""

    code = "count_refused"
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


class UnknownBin(NotFound):
    code = "unknown_bin"


class UnknownHold(NotFound):
    code = "unknown_hold"


class UnknownRequirement(NotFound):
    code = "unknown_requirement"
