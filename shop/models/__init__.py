from shop.models.cart import Cart, CartLine
from shop.models.clearance import PaymentClearance
from shop.models.dispute import Dispute, DisputeAnswer, DisputeCall
from shop.models.fulfilment import Shipment, TrackedPart
from shop.models.ledger import LedgerEntry, LedgerTransaction
from shop.models.order import Order, OrderLine, ShippingMethod
from shop.models.payment import Payment, PaymentHold
from shop.models.reconciliation import BalanceDifference, BalanceReading, BalanceRecord
from shop.models.refund import Refund, RefundCall, RefundLine
from shop.models.stripe_event import RejectedEvent, StripeEvent

__all__ = [
    "BalanceDifference",
    "BalanceReading",
    "BalanceRecord",
    "Cart",
    "CartLine",
    "Dispute",
    "DisputeAnswer",
    "DisputeCall",
    "LedgerEntry",
    "LedgerTransaction",
    "Order",
    "OrderLine",
    "Payment",
    "PaymentClearance",
    "PaymentHold",
    "Refund",
    "RefundCall",
    "RefundLine",
    "RejectedEvent",
    "Shipment",
    "ShippingMethod",
    "StripeEvent",
    "TrackedPart",
]
