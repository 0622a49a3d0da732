from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class Stateful(models.Model):
    """A record whose `status` changes only by `change_status`, along `TRANSITIONS`."""

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]]
    status = models.CharField(max_length=20)  # each says its own choices

    class Meta:
        abstract = True


class StateChange(models.Model):
    """Who changed which record's state, when, from what, to what, and why. Append-only."""

    subject_type = models.CharField(max_length=60, help_text='Model label, e.g. "shop.order".')
    subject_id = models.BigIntegerField()
    from_state = models.CharField(max_length=40, blank=True)
    to_state = models.CharField(max_length=40)
    actor = models.CharField(max_length=120, help_text='"customer", "stripe", "staff:anna", …')
    why = models.CharField(max_length=500)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="audit_by_subject")
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}: {self.from_state} → {self.to_state}"
