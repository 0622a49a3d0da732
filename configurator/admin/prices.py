"""Price lists."""

from django.contrib import admin
from unfold.admin import ModelAdmin, TabularInline

from configurator.admin.access import UntilValid
from configurator.models import ModelPrice, OptionPrice, PriceList


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
