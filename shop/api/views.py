"""Orders by API: their state for whoever has the secret link, all of them for staff."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.permissions import AllowAny, BasePermission, IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from shop import selectors
from shop.api.serializers import (
    OrderErrorSerializer,
    OrderProgressSerializer,
    StaffOrderDetailSerializer,
    StaffOrderSerializer,
)
from shop.errors import NotFound, ShopError
from shop.forms import shown
from shop.models import Order


class OrderStatusThrottle(SimpleRateThrottle):
    """Enough to follow an order, too little to try tokens."""

    scope = "order_status"
    rate = "120/min"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class OrderStatus(APIView):
    permission_classes = (AllowAny,)
    throttle_classes = (OrderStatusThrottle,)

    @extend_schema(
        operation_id="orders_status",
        responses={200: OrderProgressSerializer, 404: OrderErrorSerializer},
        summary="How far an order is, and where each of its parts",
    )
    def get(self, request: Request, token: str) -> Response:
        """The token is the secret part of the order's link; it tells no address."""
        orders = Order.objects.select_related("shipment").prefetch_related(
            "lines__configuration", "lines__tracked_parts"
        )
        order = orders.filter(token=token).first()
        if order is None:
            raise NotFound("No order has this link.")
        return Response(
            OrderProgressSerializer(order).data,
            headers={"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"},
        )


class MayViewOrders(BasePermission):
    message = "This needs the permission shop.view_order."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user and request.user.has_perm("shop.view_order"))


class UnknownStatus(ShopError):
    """The list was asked for a state that no order has."""

    code = "unknown_status"


STATUS = OpenApiParameter(
    "status", OpenApiTypes.STR, enum=list(Order.Status.values), description="Only this state."
)
QUERY = OpenApiParameter("q", OpenApiTypes.STR, description="Part of a number, name or e-mail.")


@extend_schema_view(
    list=extend_schema(
        operation_id="orders_list",
        summary="Orders, newest first",
        parameters=[STATUS, QUERY],
        responses={200: StaffOrderSerializer(many=True), 400: OrderErrorSerializer},
    ),
    retrieve=extend_schema(
        operation_id="orders_retrieve",
        summary="One order with its lines, parts and payments",
        responses={200: StaffOrderDetailSerializer, 404: OrderErrorSerializer},
    ),
)
class StaffOrders(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """For staff tokens. Nothing is changed here: every change is a service with a reason."""

    permission_classes = (IsAdminUser, MayViewOrders)
    serializer_class = StaffOrderSerializer
    queryset = Order.objects.none()
    lookup_field = "number"
    lookup_value_regex = r"[A-Za-z0-9-]{1,16}"
    shapes: ClassVar[dict[str, Any]] = {"retrieve": StaffOrderDetailSerializer}

    def get_serializer_class(self) -> Any:
        return self.shapes.get(self.action, StaffOrderSerializer)

    def get_queryset(self) -> QuerySet[Order]:
        status = self.request.query_params.get("status", "")
        if status and status not in Order.Status.values:
            raise UnknownStatus(
                f"status: expected one of {', '.join(Order.Status.values)}, got “{shown(status)}”."
            )
        query = self.request.query_params.get("q", "").strip()[:80]
        orders = selectors.orders_for_staff(status=status, query=query)
        if self.action != "retrieve":
            return orders
        return orders.select_related("clearance").prefetch_related(
            "lines__configuration", "lines__tracked_parts", "payments"
        )
