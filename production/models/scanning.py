from django.db import models
from django.db.models.functions import Now

from production.models.assembly_job import AssemblyJob
from production.models.material import MaterialRequirement
from production.models.part import Part
from production.models.stock import Bin
from production.models.work_center import WorkCenter


class Station(models.Model):
    """A test station or a scanner that posts events by itself, known by a token.

    Only the token's hash is stored; the token is shown once, when it is made.
    """

    name = models.CharField(max_length=60, unique=True)
    work_center = models.ForeignKey(WorkCenter, on_delete=models.PROTECT, related_name="posts")
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    is_active = models.BooleanField(default=True)
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return self.name


class ScanEvent(models.Model):
    """One scan, as it came and what came of it. Append-only.

    `client_id` is made by the scanner: the same scan sent twice is answered twice and counts once.
    """

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted"
        REFUSED = "refused"

    class Kind(models.TextChoices):
        PICK = "pick"  # pieces taken for the job: counts
        BY_HAND = "by_hand"  # counted and confirmed without a scanner: counts
        PART = "part"  # a part of the job held up to the scanner: counts nothing
        SERIAL = "serial"
        JOB = "job"  # from here on scans are for this job
        BIN = "bin"
        ACTION = "action"  # an operation started or finished
        CHECK = "check"
        TRACKING = "tracking"  # the carrier's label on the box
        UNKNOWN = "unknown"

    client_id = models.UUIDField(unique=True)
    job = models.ForeignKey(
        AssemblyJob, null=True, blank=True, on_delete=models.PROTECT, related_name="scans"
    )
    kind = models.CharField(
        max_length=8, choices=Kind, default=Kind.UNKNOWN, db_default=Kind.UNKNOWN
    )
    requirement = models.ForeignKey(
        MaterialRequirement, null=True, blank=True, on_delete=models.PROTECT, related_name="scans"
    )
    part = models.ForeignKey(Part, null=True, blank=True, on_delete=models.PROTECT)
    bin = models.ForeignKey(
        Bin,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,
        help_text="The bin itself, or the one that pieces were picked from.",
    )
    code = models.CharField(max_length=200, help_text="As the scanner sent it.")
    serial = models.CharField(max_length=80, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    outcome = models.CharField(max_length=8, choices=Outcome)
    message = models.CharField(max_length=300)
    expected = models.CharField(
        max_length=300, blank=True, default="", db_default="", help_text="What to scan next."
    )
    actor = models.CharField(max_length=120)
    station = models.ForeignKey(Station, null=True, blank=True, on_delete=models.PROTECT)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["job", "id"], name="scan_by_job"),
            # Which job somebody is at: the last that they scanned.
            models.Index(fields=["actor", "station", "id"], name="scan_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.outcome}"
