from rest_framework import serializers

from production.models import JobOperation, ScanEvent
from production.selectors.stations import WaitingJob
from production.services.scan_codes import LONGEST_CODE
from production.services.scanning import MOST_PIECES, ScanResult

CLIENT_ID = "Made by the station for each event: the same one sent again counts once."
OPERATOR = "Who held the scanner, as the house knows them; empty: the station alone."


class FloorEventSerializer(serializers.Serializer[object]):
    """What every event of a station says."""

    client_id = serializers.UUIDField(help_text=CLIENT_ID)
    operator = serializers.CharField(
        max_length=40, required=False, default="", allow_blank=True, help_text=OPERATOR
    )


class ScanSerializer(FloorEventSerializer):
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


class CheckSerializer(FloorEventSerializer):
    """`value` for a check with a unit, `is_passed` for one without."""

    job = serializers.CharField(max_length=24, help_text="The job's number.")
    check = serializers.CharField(max_length=40, help_text="The check's code.")
    is_passed = serializers.BooleanField(required=False, allow_null=True, default=None)
    value = serializers.DecimalField(
        max_digits=15, decimal_places=6, required=False, allow_null=True, default=None
    )
    note = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


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
