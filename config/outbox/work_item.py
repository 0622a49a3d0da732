"""A row that stands for work still to be done: the base of every queue that we keep ourselves."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class WorkItem(models.Model):
    """Work that a relay hands out until it is done.

    `sends` counts how often it was handed to the broker (a lost message costs one),
    `failures` how often the work itself raised. After `MAX_FAILURES` it is dead: shown to staff,
    never tried again by itself, never forgotten.
    """

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField(db_default=Now(), help_text="Not handed out before.")
    sends = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    dead_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(done_at__isnull=True, dead_at__isnull=True),
                name="%(app_label)s_%(class)s_due",
            )
        ]
