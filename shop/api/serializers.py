"""The shapes of the shop's API. Money is in minor units, dates are ISO."""

from rest_framework import serializers

from shop.models import Order, OrderLine, Payment, TrackedPart


class OrderErrorSerializer(serializers.Serializer):
    """Every refusal: a stable code, and what was expected and what came."""

    code = serializers.CharField()
    detail = serializers.CharField()


class TrackedPartSerializer(serializers.ModelSerializer):
    class Meta:
        model = TrackedPart
        fields = ["unit", "part_number", "name", "quantity", "state", "due_on", "serial"]


class OrderLineSerializer(serializers.ModelSerializer):
    configuration = serializers.CharField(
        source="configuration.share_code", help_text="Its short address."
    )

    class Meta:
        model = OrderLine
        fields = ["name", "configuration", "quantity", "unit_minor", "amount_minor"]


class OrderLineWithPartsSerializer(OrderLineSerializer):
    parts = TrackedPartSerializer(source="tracked_parts", many=True)

    class Meta(OrderLineSerializer.Meta):
        fields = [*OrderLineSerializer.Meta.fields, "parts"]


class OrderProgressSerializer(serializers.ModelSerializer):
    """What whoever has the secret link may know: no address, no e-mail."""

    lines = OrderLineWithPartsSerializer(many=True)
    carrier = serializers.CharField(source="shipment.carrier", default="")
    tracking_number = serializers.CharField(source="shipment.tracking_number", default="")

    class Meta:
        model = Order
        fields = [
            "number", "status", "currency", "items_minor", "shipping_minor", "total_minor",
            "promised_ships_on", "likely_ships_on", "promise_reason", "placed_at", "lines",
            "carrier", "tracking_number",
        ]  # fmt: skip


class PaymentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Payment
        fields = [
            "attempt", "status", "amount_minor", "currency", "method", "failure",
            "refund_due_minor", "payment_intent_id",
        ]  # fmt: skip


class StaffOrderSerializer(serializers.ModelSerializer):
    """A row of the list: who ordered what is worth, and how far it is."""

    has_hold = serializers.BooleanField()

    class Meta:
        model = Order
        fields = [
            "number", "status", "name", "email", "country", "currency", "total_minor",
            "promised_ships_on", "likely_ships_on", "placed_at", "has_hold",
        ]  # fmt: skip


class StaffOrderDetailSerializer(StaffOrderSerializer):
    lines = OrderLineWithPartsSerializer(many=True)
    payments = PaymentSerializer(many=True)
    cleared_at = serializers.DateTimeField(source="clearance.cleared_at", default=None)

    class Meta(StaffOrderSerializer.Meta):
        fields = [
            *StaffOrderSerializer.Meta.fields, "phone", "line1", "line2", "city", "postal_code",
            "region", "promise_reason", "cleared_at", "lines", "payments",
        ]  # fmt: skip
