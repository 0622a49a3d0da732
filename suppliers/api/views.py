"""Purchase orders for staff's own programs: read them, book goods in."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import BasePermission, DjangoModelPermissions, IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response

from suppliers.api.serializers import PurchaseOrderSerializer, ReceiptSerializer
from suppliers.models import PurchaseOrder
from suppliers.services.receipts import receive_goods


class CanBookIn(BasePermission):
    """May the caller add goods receipts?"""

    def has_permission(self, request: Request, view: object) -> bool:
        return request.user.has_perm("suppliers.add_goodsreceipt")


class CanView(DjangoModelPermissions):
    """Django's permissions, also for reading."""

    perms_map = {**DjangoModelPermissions.perms_map, "GET": ["%(app_label)s.view_%(model_name)s"]}


class PurchaseOrderViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[PurchaseOrder]
):
    """Read purchase orders; what came in is a named action, never a PATCH of a state."""

    queryset = (
        PurchaseOrder.objects.select_related("supplier")
        .prefetch_related("lines__part")
        .order_by("-pk")
    )
    serializer_class = PurchaseOrderSerializer
    permission_classes = [IsAdminUser, CanView]
    lookup_field = "number"
    lookup_value_regex = r"[\w-]+"

    @extend_schema(request=ReceiptSerializer, responses=PurchaseOrderSerializer)
    @action(detail=True, methods=["post"], permission_classes=[IsAdminUser, CanBookIn])
    def receive(self, request: Request, number: str) -> Response:
        """Book what came in on one line."""
        purchase_order = self.get_object()
        data = ReceiptSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        line = get_object_or_404(
            purchase_order.lines, line_number=data.validated_data["line_number"]
        )
        receive_goods(
            line_id=line.pk,
            quantity=data.validated_data["quantity"],
            key=f"api-{data.validated_data['key']}",
            received_by=f"staff:{request.user.get_username()}",
        )
        return Response(self.get_serializer(self.get_object()).data)
