"""Jobs for staff's own programs: read them, start and finish their operations."""

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import BasePermission, DjangoModelPermissions, IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from production.api.serializers import (
    AssemblyJobDetailSerializer,
    AssemblyJobSerializer,
    FinishSerializer,
    JobErrorSerializer,
)
from production.models import AssemblyJob, JobOperation
from production.services import shop_floor

KIND = OpenApiParameter("kind", OpenApiTypes.STR, "path", enum=JobOperation.Kind.values)
STATUS = OpenApiParameter("status", OpenApiTypes.STR, enum=AssemblyJob.Status.values)
MOVED = {
    200: AssemblyJobDetailSerializer,
    404: JobErrorSerializer,
    409: JobErrorSerializer,
}


class CanView(DjangoModelPermissions):
    """Django's permissions, also for reading."""

    perms_map = {**DjangoModelPermissions.perms_map, "GET": ["%(app_label)s.view_%(model_name)s"]}


class CanMove(BasePermission):
    """May the caller change jobs?"""

    def has_permission(self, request: Request, view: object) -> bool:
        return request.user.has_perm("production.change_assemblyjob")


class AssemblyJobViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[AssemblyJob]
):
    """Read assembly jobs; every change is a named action, never a PATCH of `status`."""

    queryset = (
        AssemblyJob.objects.select_related("order_line__order")
        .prefetch_related("operations")
        .order_by("-pk")
    )
    permission_classes = [IsAdminUser, CanView]
    lookup_field = "number"
    lookup_value_regex = "[^/]+"

    def get_serializer_class(self) -> type[BaseSerializer[AssemblyJob]]:
        return AssemblyJobSerializer if self.action == "list" else AssemblyJobDetailSerializer

    @extend_schema(parameters=[STATUS])
    def list(self, request: Request) -> Response:
        """All jobs, newest first; `status` narrows them."""
        return super().list(request)

    def get_queryset(self) -> QuerySet[AssemblyJob]:
        queryset = super().get_queryset()
        if self.action != "list":
            return queryset.prefetch_related("requirements__part")
        status = self.request.query_params.get("status")
        return queryset.filter(status=status) if status else queryset

    @extend_schema(parameters=[KIND], request=None, responses=MOVED)
    @action(
        detail=True,
        methods=["post"],
        url_path=r"operations/(?P<kind>[a-z]+)/start",
        permission_classes=[IsAdminUser, CanMove],
    )
    def start(self, request: Request, number: str, kind: str) -> Response:
        """Begin an operation: kitting, build, test, box, in this order."""
        shop_floor.start_operation(
            job_id=self.get_object().pk, kind=kind, actor=f"staff:{request.user.get_username()}"
        )
        return self._answer()

    @extend_schema(parameters=[KIND], request=FinishSerializer, responses=MOVED)
    @action(
        detail=True,
        methods=["post"],
        url_path=r"operations/(?P<kind>[a-z]+)/finish",
        permission_classes=[IsAdminUser, CanMove],
    )
    def finish(self, request: Request, number: str, kind: str) -> Response:
        """End an operation that is under way; the last box of an order ships it."""
        data = FinishSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        shop_floor.finish_operation(
            job_id=self.get_object().pk,
            kind=kind,
            actor=f"staff:{request.user.get_username()}",
            tracking_number=data.validated_data["tracking_number"],
            by_hand=data.validated_data["by_hand"],
        )
        return self._answer()

    def _answer(self) -> Response:
        return Response(AssemblyJobDetailSerializer(self.get_object()).data)
