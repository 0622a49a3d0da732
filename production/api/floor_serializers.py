from collections import Counter
from typing import Any

from rest_framework import serializers

from production.models import JobOperation, ScanEvent
from production.selectors.stations import WaitingJob
from production.services.scan_codes import LONGEST_CODE
from production.services.scanning import MOST_PIECES, ScanResult
from production.services.serials import LONGEST_SERIAL

CLIENT_ID = "Made by the station for each event: the same one sent again counts once."
JOB = "The job's number."
MOST_AT_ONCE = 500
OPERATOR = "Who held the scanner, as the house knows them; empty: the station alone."


class ByStationSerializer(serializers.Serializer[object]):
    """What every post of a station says."""

    operator = serializers.CharField(
        max_length=40, required=False, default="", allow_blank=True, help_text=OPERATOR
    )


class ScanSerializer(ByStationSerializer):
    client_id = serializers.UUIDField(help_text=CLIENT_ID)
    code = serializers.CharField(
        max_length=LONGEST_CODE, allow_blank=True,
        help_text="As it was read: a part's number, a serial number, or a label of the house.",
    )  # fmt: skip
    job = serializers.CharField(
        max_length=24, required=False, default="", allow_blank=True,
        help_text="The job's number; empty: the job that was scanned last here.",
    )  # fmt: skip
    quantity = serializers.IntegerField(
        min_value=1, max_value=MOST_PIECES, required=False, default=1
    )


class FoundSerializer(serializers.Serializer[object]):
    """`value` for a check with a unit, `is_passed` for one without."""

    client_id = serializers.UUIDField(help_text=CLIENT_ID)
    check = serializers.CharField(max_length=40, help_text="The check's code.")
    is_passed = serializers.BooleanField(required=False, allow_null=True, default=None)
    value = serializers.DecimalField(
        max_digits=15, decimal_places=6, required=False, allow_null=True, default=None
    )
    note = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class CheckSerializer(FoundSerializer, ByStationSerializer):
    job = serializers.CharField(max_length=24, help_text=JOB)


class WholeSerializer(ByStationSerializer):
    """All of one kind that there is to say of a machine: all of it is taken, or nothing."""

    job = serializers.CharField(max_length=24, help_text=JOB)


class ProtocolSerializer(WholeSerializer):
    results: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=FoundSerializer(), allow_empty=False, max_length=MOST_AT_ONCE
    )

    def validate_results(self, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return _each_once(found)


class PieceSerializer(serializers.Serializer[object]):
    client_id = serializers.UUIDField(help_text=CLIENT_ID)
    part_number = serializers.CharField(max_length=60, help_text="Our number of its part.")
    serial = serializers.CharField(max_length=LONGEST_SERIAL)


class PiecesSerializer(WholeSerializer):
    pieces: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=PieceSerializer(), allow_empty=False, max_length=MOST_AT_ONCE
    )

    def validate_pieces(self, named: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return _each_once(named)


def _each_once(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for client_id, count in Counter(event["client_id"] for event in events).items():
        if count > 1:
            raise serializers.ValidationError(
                f"Expected a client id of its own for each, got {client_id} {count} times."
            )
    return events


class ScanAnswerSerializer(serializers.Serializer[ScanResult]):
    """`message` is what happened, `expected` what to scan next; a repeat is answered the same."""

    outcome = serializers.ChoiceField(choices=ScanEvent.Outcome.choices)
    kind = serializers.ChoiceField(choices=ScanEvent.Kind.choices)
    message = serializers.CharField()
    expected = serializers.CharField()
    job = serializers.CharField(source="job.number", default="")
    part_number = serializers.CharField(source="requirement.part.part_number", default="")
    is_repeat = serializers.BooleanField()


class ScanRefusalSerializer(ScanAnswerSerializer):
    """A refused scan, with `code` and `detail` as every refusal has them."""

    code = serializers.CharField(help_text="scan_refused, client_id_reused")
    detail = serializers.CharField()


class CheckAnswerSerializer(serializers.Serializer[object]):
    """`is_passed` for a measured value: within the limits of the job's own bill."""

    job = serializers.CharField(source="job.number")
    check = serializers.CharField(source="code")
    is_passed = serializers.BooleanField()
    value = serializers.DecimalField(max_digits=12, decimal_places=3, allow_null=True)
    at = serializers.DateTimeField()


class ProtocolAnswerSerializer(serializers.Serializer[object]):
    """The results in the order in which they came; a repeat is answered the same."""

    job = serializers.CharField()
    results = CheckAnswerSerializer(many=True)
    open_checks = serializers.ListField(
        child=serializers.CharField(), help_text="Codes of the checks that have not passed now."
    )


class PieceAnswerSerializer(serializers.Serializer[ScanEvent]):
    part_number = serializers.CharField(source="requirement.part.part_number")
    serial = serializers.CharField()
    message = serializers.CharField()


class PiecesAnswerSerializer(serializers.Serializer[object]):
    """The pieces in the order in which they came; a repeat is answered the same."""

    job = serializers.CharField()
    pieces = PieceAnswerSerializer(many=True)
    expected = serializers.CharField(help_text="What comes next, in words, as a scan tells it.")


class WaitingJobSerializer(serializers.Serializer[WaitingJob]):
    """A job at the station's work center: all that comes before is done."""

    number = serializers.CharField(help_text="What `job` of a scan or a check takes.")
    machine = serializers.CharField()
    operation = serializers.ChoiceField(choices=JobOperation.Kind.choices)
    status = serializers.ChoiceField(
        choices=[one for one in JobOperation.Status.choices if one[0] != "done"],
        help_text="pending: it can be started; in_progress: it is under way.",
    )
    is_held = serializers.BooleanField(help_text="Nobody goes on with it until it is lifted.")
    expects = serializers.CharField(
        help_text="What comes next, in words; a check is named with its code. Empty: on hold."
    )
    need_by = serializers.DateTimeField(
        allow_null=True, help_text="When it must be over to keep the promise."
    )
    started_at = serializers.DateTimeField(allow_null=True)


class WaitingJobsSerializer(serializers.Serializer[object]):
    """`jobs`: under way first, then by the time at which they must be over; at most 200."""

    work_center = serializers.CharField()
    operation = serializers.CharField()
    jobs = WaitingJobSerializer(many=True)
