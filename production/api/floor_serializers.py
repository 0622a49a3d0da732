from rest_framework import serializers

from production.models import ScanEvent
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
