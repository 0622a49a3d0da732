from django.db import models


class OptionAvailability(models.Model):
    """How soon a part can be had. Production writes it down; the configure page only reads."""

    part_number = models.CharField(max_length=60, primary_key=True)
    in_stock = models.PositiveIntegerField(default=0, help_text="Free now, nobody's order.")
    lead_days = models.PositiveSmallIntegerField(
        null=True, help_text="Working days from order to our door; empty means unknown."
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "option availabilities"

    def __str__(self) -> str:
        return self.part_number


class PlantLoad(models.Model):
    """How long the queue of jobs is: one row, written down by production."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    queue_days = models.PositiveSmallIntegerField(
        default=0, help_text="Working days of jobs ahead."
    )
    build_days = models.PositiveSmallIntegerField(
        default=2,
        null=True,
        help_text="Working days from complete parts to a shipped box; empty: nobody works.",
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="plant_load_is_one_row")
        ]
