"""Rows that only services write."""

from django.contrib import admin

from config.records import RecordAdmin
from configurator.models import (
    AcceptedFinding,
    Configuration,
    EngineCircuit,
    OptionAvailability,
    PlantLoad,
    VersionRun,
)


@admin.register(Configuration)
class ConfigurationAdmin(RecordAdmin):
    list_display = ["share_code", "version", "total_minor", "currency", "created_at"]
    list_filter = ["version__product_model"]
    list_select_related = ["version__product_model"]
    search_fields = ["share_code", "sha256"]


@admin.register(OptionAvailability)
class OptionAvailabilityAdmin(RecordAdmin):
    """What production wrote down."""

    list_display = ["part_number", "in_stock", "lead_days", "updated_at"]
    search_fields = ["part_number"]


@admin.register(EngineCircuit)
class EngineCircuitAdmin(RecordAdmin):
    """Who answers for a model: its circuit, or the solver and why."""

    list_display = ["ir_sha256", "outcome", "done_at", "last_error"]


@admin.register(PlantLoad)
class PlantLoadAdmin(RecordAdmin):
    list_display = ["queue_days", "build_days", "updated_at"]


@admin.register(VersionRun)
class VersionRunAdmin(RecordAdmin):
    """Checks and publications, and what they found."""

    list_display = ["version", "purpose", "outcome", "actor", "created_at", "done_at"]
    list_filter = ["purpose", "outcome", "version__product_model"]
    list_select_related = ["version__product_model"]
    search_fields = ["version__product_model__name", "actor"]


@admin.register(AcceptedFinding)
class AcceptedFindingAdmin(RecordAdmin):
    """What staff said is meant, and why."""

    list_display = ["version", "kind", "where", "reason", "actor"]
    list_filter = ["kind", "version__product_model"]
    list_select_related = ["version__product_model"]
    search_fields = ["where", "reason"]
