from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from config.outbox.work_item import WorkItem
from configurator.models.product_model import ModelVersion


class VersionRun(WorkItem):
    """A version being checked, or checked and published, by a worker; its report afterwards.

    One at a time for each version. What a finished run says is never changed (a trigger).
    """

    class Purpose(models.TextChoices):
        CHECK = "check"
        PUBLISH = "publish"

    class Outcome(models.TextChoices):
        PASSED = "passed"
        REFUSED = "refused"  # something was found that must be mended or accepted first
        FAILED = "failed"  # the run itself broke, more than once

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="runs")
    purpose = models.CharField(max_length=8, choices=Purpose)
    valid_from = models.DateTimeField(
        null=True, blank=True, help_text="When it goes on sale; empty means at once."
    )
    actor = models.CharField(max_length=120)

    step = models.PositiveSmallIntegerField(default=0)
    steps = models.PositiveSmallIntegerField(default=0)
    step_name = models.CharField(max_length=60, blank=True)

    outcome = models.CharField(max_length=8, choices=Outcome, blank=True, default="")
    reasons = models.JSONField(default=list, help_text="Why it was refused or failed, in words.")
    report = models.JSONField(default=list, help_text="What was found, what blocks first.")
    ir_sha256 = models.CharField(max_length=64, blank=True, help_text="What the report is about.")
    variants = models.TextField(blank=True, help_text="Digits of the exact number of variants.")
    answering = models.JSONField(
        default=dict, help_text="Who answers for it: rung, reason, bytes, seconds."
    )
    impact = models.JSONField(
        null=True, help_text="What becomes of the configurations in carts and unpaid orders."
    )

    class Meta(WorkItem.Meta):
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version"],
                condition=Q(done_at__isnull=True, dead_at__isnull=True),
                name="version_run_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", done_at__isnull=True)
                | (~Q(outcome="") & Q(done_at__isnull=False)),
                name="version_run_done_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(purpose="publish"),
                name="version_run_date_is_for_publishing",
            ),
            models.CheckConstraint(
                condition=Q(step__lte=F("steps")), name="version_run_step_within_steps"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="refused") | ~Q(reasons=[]), name="version_run_refused_has_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.purpose}"

    @property
    def is_under_way(self) -> bool:
        return self.done_at is None and self.dead_at is None


class AcceptedFinding(models.Model):
    """Staff say why something that a check finds is meant. Part of the version, frozen with it.

    `where` is the finding's place; empty stands for every finding of the kind.
    """

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="accepted")
    kind = models.CharField(max_length=20)
    where = models.CharField(max_length=160, blank=True)
    reason = models.CharField(max_length=300)
    actor = models.CharField(max_length=120)
    accepted_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["kind", "where"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "kind", "where"], name="accepted_finding_once"
            ),
            models.CheckConstraint(
                condition=Q(reason__regex=r"\S"), name="accepted_finding_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["dead_option", "false_optional", "redundant_rule", "never_applies"]
                ),
                name="accepted_finding_is_acceptable",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.kind} {self.where}".strip()
