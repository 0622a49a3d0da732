"""What scanners and test stations ask and post: jobs; scans and results, once by client id."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from production.api.floor_serializers import (
    CheckAnswerSerializer,
    CheckSerializer,
    PiecesAnswerSerializer,
    PiecesSerializer,
    ProtocolAnswerSerializer,
    ProtocolSerializer,
    ScanAnswerSerializer,
    ScanRefusalSerializer,
    ScanSerializer,
    WaitingJobsSerializer,
)
from production.api.serializers import JobErrorSerializer
from production.api.stations import IsStation, StationAuthentication, StationUser
from production.errors import UnknownJob
from production.models import AssemblyJob, CheckResult, Station
from production.selectors.checks import open_checks
from production.selectors.stations import jobs_before
from production.services.checks import Found, record_check, record_checks
from production.services.named_pieces import NamedPiece, capture_named_pieces
from production.services.scanning import scan

REFUSALS = {400: JobErrorSerializer, 401: JobErrorSerializer, 403: JobErrorSerializer}

OF_A_JOB = {**REFUSALS, 404: JobErrorSerializer, 409: JobErrorSerializer}


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
        responses={200: CheckAnswerSerializer, **OF_A_JOB},
        summary="The result of one check",
    )
    def post(self, request: Request) -> Response:
        """A repeated check is another result, and the last one counts."""
        data = CheckSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        told = data.validated_data
        job = _job_of(told)
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


class Protocols(FloorView):
    @extend_schema(
        operation_id="floor_protocol",
        request=ProtocolSerializer,
        responses={200: ProtocolAnswerSerializer, **OF_A_JOB},
        summary="The results of several checks of one job",
    )
    def post(self, request: Request) -> Response:
        """All of it is written down or, with the reason, nothing; each result once by its id."""
        data = ProtocolSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        told = data.validated_data
        job = _job_of(told)
        found = [
            Found(
                one["client_id"],
                one["check"],
                is_passed=one["is_passed"],
                value=one["value"],
                note=one["note"],
            )
            for one in told["results"]
        ]
        record_checks(job_id=job.pk, found=found, actor=_actor(self.station, told["operator"]))
        results = CheckResult.objects.select_related("job").in_bulk(
            [one.client_id for one in found], field_name="client_id"
        )
        answer = {
            "job": job.number,
            "results": [results[one.client_id] for one in found],
            "open_checks": [check.code for check in open_checks(job)],
        }
        return Response(ProtocolAnswerSerializer(answer).data)


class Pieces(FloorView):
    @extend_schema(
        operation_id="floor_pieces",
        request=PiecesSerializer,
        responses={200: PiecesAnswerSerializer, **OF_A_JOB},
        summary="The serial numbers of several pieces of one machine",
    )
    def post(self, request: Request) -> Response:
        """All of them are written down or, with the reason, none; each piece once by its id."""
        data = PiecesSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        told = data.validated_data
        job = _job_of(told)
        kept = capture_named_pieces(
            job_id=job.pk,
            pieces=[NamedPiece(**one) for one in told["pieces"]],
            actor=_actor(self.station, told["operator"]),
            station=self.station,
        )
        answer = {"job": job.number, "pieces": kept, "expected": kept[-1].expected}
        return Response(PiecesAnswerSerializer(answer).data)


def _job_of(told: dict[str, Any]) -> AssemblyJob:
    """The job that a post names. Raises `UnknownJob`."""
    job = AssemblyJob.objects.filter(number__iexact=told["job"]).first()
    if job is None:
        raise UnknownJob(f"There is no job {told['job']}.")
    return job


def _actor(station: Station, operator: str) -> str:
    return f"station:{station.name}" + (f", {operator}" if operator else "")
