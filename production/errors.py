"""What may go wrong by rule in production."""

from collections.abc import Sequence

from config.errors import CartwrightError, IllegalTransition, NotFound
from production.bom.checking import BillFinding

__all__ = [
    "BillIncomplete",
    "BillRefused",
    "CheckRefused",
    "ClientIdReused",
    "CountRefused",
    "HoldRefused",
    "IllegalTransition",
    "JobOnHold",
    "KitIncomplete",
    "MachineIncomplete",
    "MoveRefused",
    "NotCleared",
    "OperationOutOfOrder",
    "OverReceipt",
    "ProductionError",
    "RequirementRefused",
    "SerialRefused",
    "ShortOfStock",
    "SwapRefused",
    "UnknownBin",
    "UnknownCheck",
    "UnknownHold",
    "UnknownJob",
    "UnknownOperation",
    "UnknownPart",
    "UnknownReceipt",
    "UnknownRequirement",
    "UnknownSerial",
    "WorkCenterFull",
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


class BillRefused(ProductionError):
    """A bill cannot be released; `findings` say what is wrong, each with its place."""

    code = "bill_refused"
    http_status = 422

    def __init__(self, bill: str, findings: Sequence[BillFinding]) -> None:
        told = "; ".join(map(str, findings))
        super().__init__(f"{bill} cannot be released: {told}")
        self.findings = tuple(findings)


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


class JobOnHold(ProductionError):
    """Nobody works on a job that is held until the hold is lifted."""

    code = "job_on_hold"
    http_status = 409


class HoldRefused(ProductionError):
    """A hold that says nothing, or on a job that is held or over already."""

    code = "hold_refused"
    http_status = 409


class WorkCenterFull(ProductionError):
    """As many jobs are under way at a work center as may be."""

    code = "work_center_full"
    http_status = 409


class KitIncomplete(ProductionError):
    """Parts of a kit are neither scanned nor confirmed by hand, or not there."""

    code = "kit_incomplete"
    http_status = 409


class MachineIncomplete(ProductionError):
    """A machine is boxed with every serial written down and every check passed."""

    code = "machine_incomplete"
    http_status = 409


class SerialRefused(ProductionError):
    """A serial number that is no serial number, or sits in a machine already."""

    code = "serial_refused"
    http_status = 409


class CheckRefused(ProductionError):
    """A result that does not answer the check."""

    code = "check_refused"


class SwapRefused(ProductionError):
    """A part that is not approved for the job, or is built in already."""

    code = "swap_refused"
    http_status = 409


class ClientIdReused(ProductionError):
    """One client id came with two different contents."""

    code = "client_id_reused"
    http_status = 409


class UnknownCheck(NotFound):
    code = "unknown_check"


class UnknownSerial(NotFound):
    code = "unknown_serial"


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


class RequirementRefused(ProductionError):
    """A job cannot need that: less than a piece, or another part for more than is left."""

    code = "requirement_refused"
    http_status = 409
