from django.db import models
from django.db.models.functions import Now

from config.outbox.work_item import WorkItem


class OutboxEvent(models.Model):
    """A fact, written in the transaction that made it true. `(name, key)` happens once."""

    name = models.CharField(max_length=80)
    key = models.CharField(max_length=120)
    payload = models.JSONField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "key"], name="outbox_event_happens_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.key}"


class Delivery(WorkItem):
    """One event on its way to one subscriber."""

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    subscriber = models.CharField(max_length=120)

    class Meta(WorkItem.Meta):
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["event", "subscriber"], name="outbox_delivery_once_per_subscriber"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.subscriber}"


class Errand(WorkItem):
    """Something that the web process asks a worker to do, and what came of it."""

    name = models.CharField(max_length=80)
    arguments = models.JSONField()
    asked_by = models.CharField(max_length=120)
    answer = models.CharField(max_length=500, blank=True)

    class Meta(WorkItem.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.name} for {self.asked_by}"
