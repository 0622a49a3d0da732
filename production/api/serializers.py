from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from production.models import AssemblyJob, JobOperation, MaterialRequirement


class JobOperationSerializer(serializers.ModelSerializer[JobOperation]):
    class Meta:
        model = JobOperation
        fields = ["kind", "status", "started_at", "finished_at", "done_by"]


class MaterialRequirementSerializer(serializers.ModelSerializer[MaterialRequirement]):
    """`quantity` pieces are needed; `allocated_quantity` of them lie on the shelf for the job."""

    part_number = serializers.CharField(source="part.part_number")
    name = serializers.CharField(source="part.name")

    class Meta:
        model = MaterialRequirement
        fields = [
            "part_number", "name", "operation", "quantity", "allocated_quantity",
            "issued_quantity",
        ]  # fmt: skip


class AssemblyJobSerializer(serializers.ModelSerializer[AssemblyJob]):
    """A job for one machine; days as ISO dates."""

    order = serializers.SerializerMethodField()
    machine = serializers.CharField(source="order_line.name")
    operations = JobOperationSerializer(many=True)

    class Meta:
        model = AssemblyJob
        fields = [
            "number", "order", "machine", "unit", "status", "due_on", "parts_due_on", "created_at",
            "operations",
        ]  # fmt: skip

    @extend_schema_field(serializers.CharField(help_text="The order's number."))
    def get_order(self, job: AssemblyJob) -> str:
        return job.order_line.order.number


class AssemblyJobDetailSerializer(AssemblyJobSerializer):
    requirements = MaterialRequirementSerializer(many=True)

    class Meta(AssemblyJobSerializer.Meta):
        fields = [*AssemblyJobSerializer.Meta.fields, "requirements"]


class FinishSerializer(serializers.Serializer[object]):
    """What may be told when an operation ends."""

    tracking_number = serializers.CharField(
        max_length=60, required=False, default="", allow_blank=True,
        help_text="Of the parcel, when the last box of an order is closed.",
    )  # fmt: skip
    by_hand = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True,
        help_text="Why pieces of the kit that nobody scanned count as picked.",
    )  # fmt: skip


class JobErrorSerializer(serializers.Serializer[object]):
    """`code` is stable; `detail` says what, expected and got."""

    code = serializers.CharField()
    detail = serializers.CharField()
