from django.contrib import admin

from config.audit.models import StateChange
from config.records import RecordAdmin


@admin.register(StateChange)
class StateChangeAdmin(RecordAdmin):
    """Who changed which state, when, and why. The database refuses to rewrite it."""

    list_display = ["at", "subject_type", "subject_id", "from_state", "to_state", "actor", "why"]
    list_filter = ["subject_type", "to_state"]
    search_fields = ["actor", "why", "=subject_id"]
    ordering = ["-at", "-pk"]
