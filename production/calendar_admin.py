"""Work centers, their shifts and the days on which nobody works. Every change is planned anew."""

from collections.abc import Iterable
from datetime import time
from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminSelectWidget

from production.models import Closure, JobOperation, Shift, WorkCenter
from production.services.scheduling import ask_reschedule


class ShiftFormSet(BaseInlineFormSet):
    """Refuses shifts that overlap, as the database does, but says which."""

    def clean(self) -> None:
        super().clean()
        for earlier, later in overlaps(self._shifts()):
            self._told(later).add_error(
                "starts_at",
                _("Overlaps %(start)s–%(end)s on the same day.")
                % {"start": f"{earlier[1]:%H:%M}", "end": f"{earlier[2]:%H:%M}"},
            )

    def _shifts(self) -> list[tuple[int, time, time]]:
        cleaned = [
            form.cleaned_data
            for form in self.forms
            if form.is_valid() and not form.cleaned_data.get("DELETE")
        ]
        return [(it["weekday"], it["starts_at"], it["ends_at"]) for it in cleaned if it]

    def _told(self, shift: tuple[int, time, time]) -> forms.BaseForm:
        """The last form of a shift: where two say the same, the second is one too many."""
        return [
            form
            for form in self.forms
            if tuple(map(form.cleaned_data.get, ("weekday", "starts_at", "ends_at"))) == shift
        ][-1]


type Span = tuple[int, time, time]


def overlaps(shifts: Iterable[Span]) -> list[tuple[Span, Span]]:
    """Neighbours of (weekday, start, end) of which the later begins before the earlier ends."""
    return [
        (earlier, later)
        for earlier, later in pairwise(sorted(shifts))
        if earlier[0] == later[0] and later[1] < earlier[2]
    ]


class ShiftInline(TabularInline):
    model = Shift
    formset = ShiftFormSet
    extra = 0
    fields = ["weekday", "starts_at", "ends_at"]


class ClosureInline(TabularInline):
    model = Closure
    extra = 0
    fields = ["on", "name"]
    verbose_name_plural = gettext_lazy("days on which it alone is down")


class WorkCenterForm(forms.ModelForm):
    """One work center for each operation, so the operation is one of four."""

    operation = forms.ChoiceField(choices=JobOperation.Kind.choices, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = WorkCenter
        fields = ["name", "code", "operation", "standard_minutes", "stations", "wip_limit"]
        labels = {
            "standard_minutes": gettext_lazy("Minutes a job"),
            "wip_limit": gettext_lazy("Most under way"),
        }


class Planned(ModelAdmin):
    """What decides dates: after every change the jobs are planned anew."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        super().save_related(request, form, formsets, change)
        ask_reschedule(asked_by=f"staff:{request.user.get_username()}")

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        ask_reschedule(asked_by=f"staff:{request.user.get_username()}")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        super().delete_queryset(request, queryset)
        ask_reschedule(asked_by=f"staff:{request.user.get_username()}")


@admin.register(WorkCenter)
class WorkCenterAdmin(Planned):
    form = WorkCenterForm
    inlines = (ShiftInline, ClosureInline)
    list_display = ["name", "operation", "standard_minutes", "stations", "wip_limit", "hours"]
    ordering = ["pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkCenter]:
        return super().get_queryset(request).prefetch_related("shifts")

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False  # every machine passes each of them

    @admin.display(description=gettext_lazy("hours a week"))
    def hours(self, center: WorkCenter) -> str:
        """How long it is manned; none means that no job has a date."""
        minutes = sum(map(minutes_of, center.shifts.all()))
        return f"{minutes / 60:g}" if minutes else _("none: no job has a date")


def minutes_of(shift: Shift) -> int:
    start, end = shift.starts_at, shift.ends_at
    return (end.hour - start.hour) * 60 + end.minute - start.minute


@admin.register(Closure)
class ClosureAdmin(Planned):
    list_display = ["on", "name", "work_center"]
    list_filter = ["work_center"]
    list_select_related = ["work_center"]
    date_hierarchy = "on"
    ordering = ["-on"]
