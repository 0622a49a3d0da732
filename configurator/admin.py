"""Authoring product models. A version that has been checked is read-only; to change what is on
sale, make the next version. States move by the services, as list actions.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin, TabularInline

from config.errors import CartwrightError
from configurator.models import (
    Configuration,
    EngineCircuit,
    ModelPrice,
    ModelVersion,
    Option,
    OptionAvailability,
    OptionGroup,
    OptionPrice,
    PlantLoad,
    PriceList,
    ProductModel,
    Rule,
)
from configurator.services import publishing


class ToLookAt(ModelAdmin):
    """Rows that only services write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def _version_of(obj: Any) -> ModelVersion | None:
    if obj is None or isinstance(obj, ModelVersion):
        return obj
    if isinstance(obj, Option):
        return obj.group.version
    if isinstance(obj, PriceList | Rule | OptionGroup):
        return obj.version
    return None


class WhileDraft:
    """Editable while the version is a draft; the database refuses it later anyway."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_draft(obj) and super().has_change_permission(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_draft(obj) and super().has_delete_permission(request, obj)  # type: ignore[misc]

    def has_add_permission(self, request: HttpRequest, *parent: Any) -> bool:
        is_open = all(self._is_draft(obj) for obj in parent)
        return is_open and super().has_add_permission(request, *parent)  # type: ignore[misc]

    def _is_draft(self, obj: Any) -> bool:
        version = _version_of(obj)
        return version is None or version.status == ModelVersion.Status.DRAFT


@admin.register(ProductModel)
class ProductModelAdmin(ModelAdmin):
    list_display = ["name", "slug", "tagline", "drawing", "is_listed", "position"]
    search_fields = ["name", "slug"]


class OptionGroupInline(WhileDraft, TabularInline):
    model = OptionGroup
    fields = ["code", "name", "position", "quantity_for"]
    extra = 0
    show_change_link = True
    tab = True

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A quantity can only count a group of the same version."""
        if db_field.name == "quantity_for" and request.resolver_match:
            version = request.resolver_match.kwargs.get("object_id")
            kwargs["queryset"] = OptionGroup.objects.filter(version=version)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class RuleInline(WhileDraft, TabularInline):
    model = Rule
    fields = ["code", "name", "sentence", "severity", "constraint", "when", "position"]
    extra = 0
    tab = True


@admin.register(ModelVersion)
class ModelVersionAdmin(WhileDraft, ModelAdmin):
    list_display = ["product_model", "number", "status", "valid_from", "short_sha256"]
    list_filter = ["status", "product_model"]
    list_select_related = ["product_model"]
    search_fields = ["product_model__name"]
    readonly_fields = ["status", "valid_from", "ir_sha256"]
    inlines = [OptionGroupInline, RuleInline]
    actions = ["check_versions", "publish_versions", "reopen_versions"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelVersion]:
        """The IR may be megabytes and is never shown."""
        return super().get_queryset(request).defer("ir")

    @admin.display(description="content")
    def short_sha256(self, version: ModelVersion) -> str:
        return version.ir_sha256[:12]

    @admin.action(description="Check: prove it sound", permissions=["change"])
    def check_versions(self, request: HttpRequest, queryset: QuerySet[ModelVersion]) -> None:
        for version in queryset:
            report = self._tried(request, version, publishing.check_model_version)
            for finding in getattr(report, "findings", ())[:10]:
                messages.warning(request, f"{version}: {finding.where}: {finding.message}")

    @admin.action(description="Put on sale, retire the one before", permissions=["change"])
    def publish_versions(self, request: HttpRequest, queryset: QuerySet[ModelVersion]) -> None:
        for version in queryset:
            self._tried(request, version, publishing.publish_model_version)

    @admin.action(description="Reopen a checked version for changes", permissions=["change"])
    def reopen_versions(self, request: HttpRequest, queryset: QuerySet[ModelVersion]) -> None:
        for version in queryset:
            self._tried(request, version, publishing.reopen_model_version)

    def _tried(
        self, request: HttpRequest, version: ModelVersion, service: Callable[..., object]
    ) -> object:
        try:
            result = service(version_id=version.pk, actor=f"staff:{request.user.get_username()}")
        except CartwrightError as error:
            for line in str(error).splitlines()[:10]:
                messages.error(request, line)
            return None
        version.refresh_from_db(fields=["status"])
        messages.success(request, f"{version} is {version.get_status_display().lower()} now")
        return result


class OptionInline(WhileDraft, TabularInline):
    model = Option
    fields = ["code", "name", "facts", "part_number", "attributes", "position"]
    extra = 0
    per_page = 50


@admin.register(OptionGroup)
class OptionGroupAdmin(WhileDraft, ModelAdmin):
    list_display = ["name", "code", "version", "quantity_for", "position"]
    list_filter = ["version__product_model", "version__status"]
    list_select_related = ["version__product_model", "quantity_for__version__product_model"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["version", "quantity_for"]
    inlines = [OptionInline]


@admin.register(Option)
class OptionAdmin(WhileDraft, ModelAdmin):
    list_display = ["name", "code", "group", "part_number", "facts"]
    list_filter = ["group__version__product_model", "group__code", "group__version__status"]
    list_select_related = ["group__version__product_model"]
    search_fields = ["name", "code", "part_number", "facts"]
    autocomplete_fields = ["group"]


@admin.register(Rule)
class RuleAdmin(WhileDraft, ModelAdmin):
    list_display = ["name", "code", "version", "severity", "sentence"]
    list_filter = ["severity", "version__product_model", "version__status"]
    list_select_related = ["version__product_model"]
    search_fields = ["name", "code", "sentence"]
    autocomplete_fields = ["version"]


def is_valid_already(price_list: PriceList) -> bool:
    """Customers may have seen these prices: they change by a new list only."""
    is_draft = price_list.version.status == ModelVersion.Status.DRAFT
    return not is_draft and price_list.valid_from <= timezone.now()


class UntilValid:
    """Prices may be edited until customers can see them; the database holds it too."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_open(obj) and super().has_change_permission(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_open(obj) and super().has_delete_permission(request, obj)  # type: ignore[misc]

    def _is_open(self, obj: Any) -> bool:
        price_list = getattr(obj, "price_list", obj)
        return not isinstance(price_list, PriceList) or not is_valid_already(price_list)


class ModelPriceInline(UntilValid, TabularInline):
    model = ModelPrice


@admin.register(PriceList)
class PriceListAdmin(UntilValid, ModelAdmin):
    list_display = ["version", "currency", "number", "valid_from"]
    list_filter = ["currency", "version__product_model"]
    list_select_related = ["version__product_model"]
    search_fields = ["version__product_model__name"]
    autocomplete_fields = ["version"]
    inlines = [ModelPriceInline]


@admin.register(OptionPrice)
class OptionPriceAdmin(UntilValid, ModelAdmin):
    list_display = ["option", "group", "price_list", "amount_minor"]
    list_filter = ["price_list", "option__group__code"]
    list_select_related = ["option__group", "price_list__version__product_model"]
    search_fields = ["option__name", "option__code", "option__part_number"]
    autocomplete_fields = ["price_list", "option"]

    @admin.display(ordering="option__group__code")
    def group(self, price: OptionPrice) -> str:
        return price.option.group.name


@admin.register(Configuration)
class ConfigurationAdmin(ToLookAt):
    list_display = ["share_code", "version", "total_minor", "currency", "created_at"]
    list_filter = ["version__product_model"]
    list_select_related = ["version__product_model"]
    search_fields = ["share_code", "sha256"]


@admin.register(OptionAvailability)
class OptionAvailabilityAdmin(ToLookAt):
    """What production wrote down."""

    list_display = ["part_number", "in_stock", "lead_days", "updated_at"]
    search_fields = ["part_number"]


@admin.register(EngineCircuit)
class EngineCircuitAdmin(ToLookAt):
    """Who answers for a model: its circuit, or the solver and why."""

    list_display = ["ir_sha256", "outcome", "done_at", "last_error"]


@admin.register(PlantLoad)
class PlantLoadAdmin(ToLookAt):
    list_display = ["queue_days", "build_days", "updated_at"]
