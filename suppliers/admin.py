"""Records of purchasing. What moves a state is done at the console, by its services."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from suppliers.models import Offer, PurchaseOrder, PurchaseOrderLine, Supplier


@admin.register(Supplier)
class SupplierAdmin(ModelAdmin):
    list_display = ["name", "code", "email", "currency", "is_active"]
    list_filter = ["is_active", "currency"]
    search_fields = ["name", "code", "email"]


@admin.register(Offer)
class OfferAdmin(ModelAdmin):
    list_display = [
        "sku", "supplier", "part", "price_minor", "currency", "moq", "pack_quantity", "lead_days",
        "is_active",
    ]  # fmt: skip
    list_filter = ["supplier", "is_active"]
    list_select_related = ["supplier", "part"]
    search_fields = ["sku", "part__part_number", "part__name", "part__mpn"]
    autocomplete_fields = ["supplier", "part"]


class PurchaseOrderLineInline(TabularInline):
    model = PurchaseOrderLine
    extra = 0
    can_delete = False
    fields = readonly_fields = [
        "line_number", "sku", "description", "quantity", "push_quantity", "push_reason",
        "received_quantity", "price_minor", "requested_on", "promised_on",
    ]  # fmt: skip

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(PurchaseOrder)
class PurchaseOrderAdmin(ModelAdmin):
    """To look at: a purchase order is made by demand, never by hand."""

    list_display = ["number", "supplier", "status", "total_minor", "currency", "created_at"]
    list_filter = ["status", "supplier"]
    list_select_related = ["supplier"]
    search_fields = ["number", "supplier__name"]
    inlines = [PurchaseOrderLineInline]
    exclude = ["token"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
