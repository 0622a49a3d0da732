"""Bills of material as pure functions: no Django, no database, no clock."""

from production.bom.errors import (
    BillCycle,
    BillError,
    BillFormatError,
    MissingBill,
    MissingChoice,
    MissingPart,
    UnknownQuantity,
)
from production.bom.explode import ExplodedLine, Need, explode, needs
from production.bom.lines import Bill, Choice, Compare, Line, Quantity, line_from_json
from production.bom.netting import Netted, Requirement, net

__all__ = [
    "Bill",
    "BillCycle",
    "BillError",
    "BillFormatError",
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
    "UnknownQuantity",
    "explode",
    "line_from_json",
    "needs",
    "net",
]
