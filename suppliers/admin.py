"""Records of purchasing. What moves a state is done at the console, by its services."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from suppliers.models import Offer, PurchaseOrder, PurchaseOrderLine, Supplier
from suppliers.services.offers import tell_production


@admin.register(Supplier)
class SupplierAdmin(ModelAdmin):
    list_display = ["name", "code", "email", "currency", "is_active"]
    list_filter = ["is_active", "currency"]
    search_fields = ["name", "code", "email"]

    def get_readonly_fields(self, request: HttpRequest, obj: Supplier | None = None) -> list[str]:
        """Offers are in their supplier's currency, so it stays while there are any."""
        return ["currency"] if obj and obj.offers.exists() else []

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Supplier, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's own order
        """Who stops selling, or starts again, changes what can be promised."""
        super().save_model(request, obj, form, change)
        tell_production(part_ids=set(obj.offers.values_list("part_id", flat=True)))


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
    exclude = ["currency"]  # its supplier's

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Offer, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's own order
        obj.currency = obj.supplier.currency
        before = Offer.objects.filter(pk=obj.pk).values_list("part_id", flat=True)
        parts = {*before, obj.part_id}
        super().save_model(request, obj, form, change)
        tell_production(part_ids=parts)

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Offer) -> None:
        super().delete_model(request, obj)
        tell_production(part_ids=[obj.part_id])

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Offer]) -> None:
        parts = set(queryset.values_list("part_id", flat=True))
        super().delete_queryset(request, queryset)
        tell_production(part_ids=parts)


class PurchaseOrderLineInline(TabularInline):
    model = PurchaseOrderLine
    extra = 0
    can_delete = False
    fields = readonly_fields = [
        "line_number", "sku", "description", "quantity", "push_quantity", "push_reason",
        "received_quantity", "price_minor", "requested_on", "promised_on",
        "later_quantity", "later_on",
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
