from suppliers.models.offer import Offer
from suppliers.models.purchase_order import (
    GoodsReceipt,
    Pegging,
    PromiseEvent,
    PurchaseOrder,
    PurchaseOrderLine,
)
from suppliers.models.supplier import Supplier

__all__ = [
    "GoodsReceipt",
    "Offer",
    "Pegging",
    "PromiseEvent",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "Supplier",
]
