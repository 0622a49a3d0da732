"""Product models and their versions."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action

from config.console.access import actor_of
from configurator.admin.access import WhileDraft, is_asked_for, tried
from configurator.forms.authoring import GroupForm, version_form
from configurator.models import ModelVersion, OptionGroup, ProductModel, Rule, VersionRun
from configurator.services import publishing
from configurator.services.authoring import draft_from
from configurator.services.authoring.rules import condition_text
from configurator.services.runs import request_version_run


@admin.register(ProductModel)
class ProductModelAdmin(ModelAdmin):
    list_display = ["name", "slug", "tagline", "drawing", "is_listed", "position"]
    search_fields = ["name", "slug"]


class OptionGroupInline(WhileDraft, TabularInline):
    model = OptionGroup
    form = GroupForm
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


class RuleInline(TabularInline):
    """To look at; they are written on the rules' own page, or one by one."""

    model = Rule
    fields = readonly_fields = ["code", "name", "severity", "condition"]
    extra = 0
    can_delete = False
    show_change_link = True
    tab = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display
    def condition(self, rule: Rule) -> str:
        return condition_text(rule)


@admin.register(ModelVersion)
class ModelVersionAdmin(WhileDraft, ModelAdmin):
    list_display = ["product_model", "number", "status", "valid_from", "short_sha256"]
    list_filter = ["status", "product_model"]
    list_select_related = ["product_model"]
    search_fields = ["product_model__name"]
    readonly_fields = ["status", "valid_from", "ir_sha256", "chosen_by_default"]
    inlines = [OptionGroupInline, RuleInline]
    actions = ["check_versions", "publish_versions", "reopen_versions", "draft_next_versions"]
    actions_detail = ["overview", "try_it", "edit_rules"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelVersion]:
        """The IR may be megabytes and is never shown."""
        return super().get_queryset(request).defer("ir")

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """A select for the default of every group."""
        is_open = self.has_change_permission(request, obj)
        form = version_form(obj if is_open else None)
        return super().get_form(request, obj, **kwargs | {"form": form})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        version = ["product_model", "number", "status", "valid_from", "ir_sha256"]
        if obj is None:
            return [(None, {"fields": ["product_model", "number"]})]
        if not self.has_change_permission(request, obj):
            return [(None, {"fields": [*version, "chosen_by_default"]})]
        selects = list(version_form(obj).default_fields)
        return [
            (None, {"fields": version}),
            ("Defaults", {"fields": selects, "classes": ["tab"]}),
        ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ModelVersion], search_term: str
    ) -> tuple[QuerySet[ModelVersion], bool]:
        """Rules and groups are put into a draft: no other is offered for them."""
        is_part = request.GET.get("model_name") in {"rule", "optiongroup"}
        if is_part and is_asked_for(request, "version"):
            queryset = queryset.filter(status=ModelVersion.Status.DRAFT)
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description="defaults")
    def chosen_by_default(self, version: ModelVersion) -> str:
        return ", ".join(f"{group}: {option}" for group, option in version.defaults.items())

    @admin.display(description="content")
    def short_sha256(self, version: ModelVersion) -> str:
        return version.ir_sha256[:12]

    @action(description="Overview")
    def overview(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("ops:version", pk=object_id)

    @action(description="Try it")
    def try_it(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("ops:version-try", pk=object_id)

    @action(description="Rules")
    def edit_rules(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("ops:version-rules", pk=object_id)

    @admin.action(description="Check: prove it sound", permissions=["change"])
    def check_versions(self, request: HttpRequest, queryset: QuerySet[ModelVersion]) -> None:
        self._have_run(request, queryset, VersionRun.Purpose.CHECK)

    @admin.action(description="Check, then put on sale at once", permissions=["change"])
    def publish_versions(self, request: HttpRequest, queryset: QuerySet[ModelVersion]) -> None:
        self._have_run(request, queryset, VersionRun.Purpose.PUBLISH)

    def _have_run(
        self, request: HttpRequest, queryset: QuerySet[ModelVersion], purpose: str
    ) -> None:
        """A worker does it; how it goes stands on the version's page."""
        for version in queryset:
            run = tried(
                request,
                request_version_run,
                version_id=version.pk,
                purpose=purpose,
                actor=actor_of(request),
            )
            if run is not None:
                told = '{} is being checked. <a href="{}">See how it goes</a>'
                url = reverse("ops:version", args=[version.pk])
                messages.success(request, format_html(told, version, url))

    @admin.action(description="Reopen a checked version for changes", permissions=["change"])
    def reopen_versions(self, request: HttpRequest, queryset: QuerySet[ModelVersion]) -> None:
        for version in queryset:
            asked = {"version_id": version.pk, "actor": actor_of(request)}
            if tried(request, publishing.reopen_model_version, **asked) is not None:
                messages.success(request, f"{version} is a draft again")

    @admin.action(description="Draft the next version from it", permissions=["add"])
    def draft_next_versions(self, request: HttpRequest, queryset: QuerySet[ModelVersion]) -> None:
        for version in queryset:
            made = tried(request, draft_from, version_id=version.pk, actor=actor_of(request))
            if made is not None:
                messages.success(request, f"{made} is a draft now")
