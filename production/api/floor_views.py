"""What scanners and test stations ask and post: jobs; scans and results, once by client id."""

from typing import cast

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from production.api.floor_serializers import (
    CheckAnswerSerializer,
    CheckSerializer,
    ScanAnswerSerializer,
    ScanRefusalSerializer,
    ScanSerializer,
    WaitingJobsSerializer,
)
from production.api.serializers import JobErrorSerializer
from production.api.stations import IsStation, StationAuthentication, StationUser
from production.errors import UnknownJob
from production.models import AssemblyJob, Station
from production.selectors.stations import jobs_before
from production.services.checks import record_check
from production.services.scanning import scan

REFUSALS = {400: JobErrorSerializer, 401: JobErrorSerializer, 403: JobErrorSerializer}


class FloorView(APIView):
    """For stations alone: a session or a person's token does not count here."""

    authentication_classes = (StationAuthentication,)
    permission_classes = (IsStation,)

    @property
    def station(self) -> Station:
        """Who posts: the permission has let nobody else in."""
        return cast(StationUser, self.request.user).station


class Jobs(FloorView):
    @extend_schema(
        operation_id="floor_jobs",
        responses={200: WaitingJobsSerializer, 401: JobErrorSerializer, 403: JobErrorSerializer},
        summary="The jobs at this station's work center",
    )
    def get(self, request: Request) -> Response:
        """What can be started here or is under way, and what each job waits to be told."""
        center = self.station.work_center
        told = {
            "work_center": center.name,
            "operation": center.operation,
            "jobs": jobs_before(center),
        }
        return Response(WaitingJobsSerializer(told).data)


class Scans(FloorView):
    @extend_schema(
        operation_id="floor_scan",
        request=ScanSerializer,
        responses={200: ScanAnswerSerializer, **REFUSALS, 409: ScanRefusalSerializer},
        summary="One scan",
    )
    def post(self, request: Request) -> Response:
        """200 when the scan is accepted, 409 when it is refused: the answer says what to do."""
        data = ScanSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        told = data.validated_data
        result = scan(
            client_id=told["client_id"],
            job_number=told["job"] or None,
            code=told["code"],
            actor=_actor(self.station, told["operator"]),
            station=self.station,
            quantity=told["quantity"],
        )
        answer = ScanAnswerSerializer(result).data
        if result.is_accepted:
            return Response(answer)
        refusal = {"code": "scan_refused", "detail": result.message, **answer}
        return Response(refusal, status.HTTP_409_CONFLICT)


class Checks(FloorView):
    @extend_schema(
        operation_id="floor_check",
        request=CheckSerializer,
        responses={
            200: CheckAnswerSerializer,
            **REFUSALS,
            404: JobErrorSerializer,
            409: JobErrorSerializer,
        },
        summary="The result of one check",
    )
    def post(self, request: Request) -> Response:
        """A repeated check is another result, and the last one counts."""
        data = CheckSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        told = data.validated_data
        job = AssemblyJob.objects.filter(number__iexact=told["job"]).first()
        if job is None:
            raise UnknownJob(f"There is no job {told['job']}.")
        result = record_check(
            client_id=told["client_id"],
            job_id=job.pk,
            code=told["check"],
            actor=_actor(self.station, told["operator"]),
            is_passed=told["is_passed"],
            value=told["value"],
            note=told["note"],
        )
        result.refresh_from_db()
        return Response(CheckAnswerSerializer(result).data)


def _actor(station: Station, operator: str) -> str:
    return f"station:{station.name}" + (f", {operator}" if operator else "")
