from django.db import models
from django.db.models.functions import Now

from config.outbox.work_item import WorkItem


class StripeEvent(WorkItem):
    """The inbox: a verified event as it came, to be worked off later. Only a hint, never a fact."""

    event_id = models.CharField(max_length=120, unique=True)
    type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=120, blank=True)
    payload = models.JSONField()
    outcome = models.CharField(max_length=200, blank=True, help_text="What came of it.")

    class Meta(WorkItem.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class RejectedEvent(models.Model):
    """A signed event that is not for us: another mode, another order, another amount."""

    event_id = models.CharField(max_length=120)
    type = models.CharField(max_length=80)
    reason = models.CharField(max_length=300)
    received_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.event_id}: {self.reason}"
