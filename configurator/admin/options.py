"""Groups and options, their attributes as lines."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline

from configurator.admin.access import WhileDraft, is_asked_for, tried
from configurator.forms.authoring import GroupForm, OptionForm, OptionRowForm, PricedOptionForm
from configurator.models import ModelVersion, Option, OptionGroup
from configurator.services.authoring import make_optional
from configurator.services.authoring.values import write_attributes

PRICE_RIGHTS = ("configurator.add_optionprice", "configurator.change_optionprice")
FIELDS = ["code", "name", "facts", "part_number", "is_service", "attributes", "position"]


class AsLines:
    """Attributes as lines, also where they are only shown."""

    @admin.display(description="attributes")
    def lines(self, option: Option) -> str:
        written = write_attributes(option.attributes)
        return format_html('<pre class="font-mono">{}</pre>', written)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)  # type: ignore[misc]
        if self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            return fields
        return ["lines" if name == "attributes" else name for name in fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), "lines"]  # type: ignore[misc]


class OptionInline(AsLines, WhileDraft, TabularInline):
    model = Option
    form = OptionRowForm
    fields = ["code", "name", "part_number", "attributes", "position", "whole_form"]
    readonly_fields = ["whole_form"]
    extra = 0
    per_page = 50

    @admin.display(description="facts, price")
    def whole_form(self, option: Option) -> str:
        """Where the rest of it is written."""
        if option.pk is None:
            return "after saving"
        url = reverse("admin:configurator_option_change", args=[option.pk])
        return format_html('<a class="underline" href="{}">whole form</a>', url)


@admin.register(OptionGroup)
class OptionGroupAdmin(WhileDraft, ModelAdmin):
    form = GroupForm
    list_display = ["name", "code", "version", "quantity_for", "position"]
    list_filter = ["version__product_model", "version__status"]
    list_select_related = ["version__product_model", "quantity_for__version__product_model"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["version", "quantity_for"]
    inlines = [OptionInline]
    actions = ["make_optional"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OptionGroup], search_term: str
    ) -> tuple[QuerySet[OptionGroup], bool]:
        """An option is put into a group of a draft: no other is offered."""
        if is_asked_for(request, "group"):
            queryset = queryset.filter(version__status=ModelVersion.Status.DRAFT)
        return super().get_search_results(request, queryset, search_term)

    @admin.action(description="Make optional: add “None” at no price", permissions=["change"])
    def make_optional(self, request: HttpRequest, queryset: QuerySet[OptionGroup]) -> None:
        for group in queryset:
            if tried(request, make_optional, group_id=group.pk) is not None:
                messages.success(request, f"{group} can be left out now")


@admin.register(Option)
class OptionAdmin(AsLines, WhileDraft, ModelAdmin):
    list_display = ["name", "code", "group", "part_number", "facts"]
    list_filter = ["group__version__product_model", "group__code", "group__version__status"]
    list_select_related = ["group__version__product_model"]
    search_fields = ["name", "code", "part_number", "facts"]
    autocomplete_fields = ["group"]
    ordering = ["-group__version", "group__position", "group", "position", "pk"]
    fields = ["group", *FIELDS]

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Without its field a price is neither shown nor touched."""
        form = PricedOptionForm if self._may_price(request, obj) else OptionForm
        return super().get_form(request, obj, **kwargs | {"form": form})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        return [*fields[:-1], "price", fields[-1]] if self._may_price(request, obj) else fields

    def _may_price(self, request: HttpRequest, obj: Any) -> bool:
        """Who may set prices, while they may be set here."""
        is_open = obj is None or self.has_change_permission(request, obj)
        return is_open and request.user.has_perms(PRICE_RIGHTS)
