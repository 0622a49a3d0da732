"""Bills of material as pure functions: no Django, no database, no clock."""

from production.bom.as_ordered import (
    OPERATIONS,
    Alternate,
    Check,
    ExplodedLine,
    Need,
    Snapshot,
    Step,
    as_json,
    needs,
    net_needs,
    snapshot,
    snapshot_from_json,
)
from production.bom.errors import (
    BillCycle,
    BillError,
    BillFormatError,
    MissingBill,
    MissingChoice,
    MissingPart,
    UnknownQuantity,
)
from production.bom.explode import explode
from production.bom.lines import Bill, Choice, Compare, Line, Quantity, line_from_json
from production.bom.netting import Netted, Requirement, net

__all__ = [
    "OPERATIONS",
    "Alternate",
    "Bill",
    "BillCycle",
    "BillError",
    "BillFormatError",
    "Check",
    "Choice",
    "Compare",
    "ExplodedLine",
    "Line",
    "MissingBill",
    "MissingChoice",
    "MissingPart",
    "Need",
    "Netted",
    "Quantity",
    "Requirement",
    "Snapshot",
    "Step",
    "UnknownQuantity",
    "as_json",
    "explode",
    "line_from_json",
    "needs",
    "net",
    "net_needs",
    "snapshot",
    "snapshot_from_json",
]
