from django.db import models
from django.db.models import F, Q


class WorkCenter(models.Model):
    """A place on the floor where one kind of operation is done, on so many stations at once."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    operation = models.CharField(max_length=8, unique=True)
    standard_minutes = models.PositiveSmallIntegerField(
        default=30, help_text="What one job takes here, as planned."
    )
    stations = models.PositiveSmallIntegerField(
        default=1, db_default=1, help_text="How many jobs it works on at the same time."
    )
    wip_limit = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Jobs that may be under way here; empty: no limit."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stations__gte=1), name="work_center_has_a_station"),
            models.CheckConstraint(
                condition=Q(standard_minutes__gte=1), name="work_center_takes_time"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Shift(models.Model):
    """When a work center is manned, every week: local time, within one day.

    Two shifts of one work center do not overlap: an exclusion constraint, made in a migration.
    """

    class Weekday(models.IntegerChoices):
        MONDAY = 0
        TUESDAY = 1
        WEDNESDAY = 2
        THURSDAY = 3
        FRIDAY = 4
        SATURDAY = 5
        SUNDAY = 6

    work_center = models.ForeignKey(WorkCenter, on_delete=models.CASCADE, related_name="shifts")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    starts_at = models.TimeField()
    ends_at = models.TimeField()

    class Meta:
        ordering = ["work_center", "weekday", "starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="shift_weekday_0_to_6"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts_at:%H:%M}–{self.ends_at:%H:%M}"


class Closure(models.Model):
    """A day on which nobody works: a holiday, or one work center that is down."""

    on = models.DateField()
    name = models.CharField(max_length=80)
    work_center = models.ForeignKey(
        WorkCenter,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="closures",
        help_text="Empty: the whole plant.",
    )

    class Meta:
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(
                fields=["on", "work_center"], nulls_distinct=False, name="closure_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.on}: {self.name}"


class PlantSchedule(models.Model):
    """When stations are taken, by the last reschedule: one row, from which a quote reads."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    taken = models.JSONField(
        default=dict, help_text="Operation → of each station the spans, in seconds since 1970."
    )
    last_job_id = models.BigIntegerField(default=0, help_text="Newer jobs are not in it.")
    job_count = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="plant_schedule_is_one_row")]

    def __str__(self) -> str:
        return f"schedule of {self.made_at}"
