from production.models.assembly_job import AssemblyJob, JobOperation, WorkCenter
from production.models.bom import BillOfMaterial, BomLine, BomSnapshot
from production.models.material import Allocation, MaterialRequirement, ScheduledReceipt
from production.models.part import Part, SupplyProfile
from production.models.stock import StockLevel, StockMovement

__all__ = [
    "Allocation",
    "AssemblyJob",
    "BillOfMaterial",
    "BomLine",
    "BomSnapshot",
    "JobOperation",
    "MaterialRequirement",
    "Part",
    "ScheduledReceipt",
    "StockLevel",
    "StockMovement",
    "SupplyProfile",
    "WorkCenter",
]
