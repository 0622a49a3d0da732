from production.models.as_built import CheckResult, PieceSource, SerialUnit
from production.models.assembly_job import AssemblyJob, JobHold, JobOperation, OperationAttempt
from production.models.bom import (
    BillOfMaterial,
    BomLine,
    BomSnapshot,
    CheckItem,
    InstructionStep,
)
from production.models.material import (
    Allocation,
    MaterialRequirement,
    ReceiptOutcome,
    ScheduledReceipt,
)
from production.models.part import Part, SupplyProfile
from production.models.scanning import ScanEvent, Station
from production.models.stock import (
    Bin,
    BinCount,
    BinStock,
    QualityHold,
    StockLevel,
    StockMovement,
)
from production.models.work_center import Closure, PlantSchedule, Shift, WorkCenter

__all__ = [
    "Allocation",
    "AssemblyJob",
    "BillOfMaterial",
    "Bin",
    "BinCount",
    "BinStock",
    "BomLine",
    "BomSnapshot",
    "CheckItem",
    "CheckResult",
    "Closure",
    "InstructionStep",
    "JobHold",
    "JobOperation",
    "MaterialRequirement",
    "OperationAttempt",
    "Part",
    "PieceSource",
    "PlantSchedule",
    "QualityHold",
    "ReceiptOutcome",
    "ScanEvent",
    "ScheduledReceipt",
    "SerialUnit",
    "Shift",
    "Station",
    "StockLevel",
    "StockMovement",
    "SupplyProfile",
    "WorkCenter",
]
