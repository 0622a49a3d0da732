from rest_framework import serializers

from suppliers.models import PurchaseOrder, PurchaseOrderLine


class PurchaseOrderLineSerializer(serializers.ModelSerializer[PurchaseOrderLine]):
    part_number = serializers.CharField(source="part.part_number")

    class Meta:
        model = PurchaseOrderLine
        fields = [
            "line_number", "part_number", "sku", "description", "quantity", "push_quantity",
            "push_reason", "received_quantity", "price_minor", "requested_on", "promised_on",
            "later_quantity", "later_on",
        ]  # fmt: skip


class PurchaseOrderSerializer(serializers.ModelSerializer[PurchaseOrder]):
    """Amounts in minor units of `currency`; days as ISO dates."""

    supplier = serializers.CharField(source="supplier.code")
    lines = PurchaseOrderLineSerializer(many=True)

    class Meta:
        model = PurchaseOrder
        fields = [
            "number", "revision", "supplier", "status", "currency", "total_minor", "created_at",
            "acknowledged_at", "lines",
        ]  # fmt: skip


class ReceiptSerializer(serializers.Serializer[object]):
    """`key` is the client's own: the same key twice books once."""

    line_number = serializers.IntegerField(min_value=1)
    quantity = serializers.IntegerField(min_value=1)
    key = serializers.CharField(max_length=80)
