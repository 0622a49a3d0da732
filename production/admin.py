"""Records of production. What moves a state is done at the console, by its services."""

from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline

from config.errors import CartwrightError
from production.calendar_admin import ClosureAdmin, WorkCenterAdmin  # noqa: F401 - as below
from production.models import (
    AssemblyJob,
    BillOfMaterial,
    BomLine,
    JobOperation,
    MaterialRequirement,
    Part,
    ScheduledReceipt,
    StockLevel,
    StockMovement,
)
from production.services.counting import adjust_stock
from production.station_admin import StationAdmin  # noqa: F401 - registers itself


class ToLookAt(ModelAdmin):
    """Records that are made by services, never by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class InlineToLookAt(TabularInline):
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Part)
class PartAdmin(ModelAdmin):
    list_display = ["part_number", "name", "kind", "category", "manufacturer", "is_tracked"]
    list_filter = ["kind", "category", "is_tracked"]
    search_fields = ["part_number", "name", "mpn"]


class BomLineInline(InlineToLookAt):
    model = BomLine
    fields = readonly_fields = [
        "position", "component", "component_group", "quantity_per", "condition", "operation",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[BomLine]:
        return super().get_queryset(request).select_related("component", "bill__part")


@admin.register(BillOfMaterial)
class BillOfMaterialAdmin(ToLookAt):
    """To look things up; bills are written at the desk, where a released one stays as it is."""

    list_display = ["part", "revision", "status", "product_slug", "released_at", "at_the_desk"]
    list_filter = ["status"]
    list_select_related = ["part"]
    search_fields = ["part__part_number", "part__name", "product_slug"]
    readonly_fields = ["at_the_desk"]
    inlines = [BomLineInline]

    @admin.display(description="At the desk")
    def at_the_desk(self, obj: BillOfMaterial) -> str:
        return format_html('<a href="{}">{}</a>', reverse("ops:bill", args=[obj.pk]), obj)


class OperationInline(InlineToLookAt):
    model = JobOperation
    fields = readonly_fields = [
        "sequence", "kind", "status", "started_at", "finished_at", "done_by",
    ]  # fmt: skip


class RequirementInline(InlineToLookAt):
    model = MaterialRequirement
    fields = readonly_fields = [
        "part", "operation", "quantity", "allocated_quantity", "issued_quantity",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[MaterialRequirement]:
        return super().get_queryset(request).select_related("part")


@admin.register(AssemblyJob)
class AssemblyJobAdmin(ToLookAt):
    list_display = ["number", "order_line", "unit", "status", "due_on", "parts_due_on"]
    list_filter = ["status"]
    list_select_related = ["order_line__order"]
    search_fields = ["number"]
    inlines = [OperationInline, RequirementInline]


@admin.register(MaterialRequirement)
class MaterialRequirementAdmin(ToLookAt):
    list_display = ["job", "part", "operation", "quantity", "allocated_quantity", "issued_quantity"]
    list_filter = ["operation", "job__status"]
    list_select_related = ["job", "part"]
    search_fields = ["job__number", "part__part_number", "part__name"]


@admin.register(ScheduledReceipt)
class ScheduledReceiptAdmin(ToLookAt):
    list_display = [
        "reference", "part", "quantity", "received_quantity", "due_on", "is_confirmed",
        "supplier_name",
    ]  # fmt: skip
    list_filter = ["is_confirmed", "supplier_name"]
    list_select_related = ["part"]
    search_fields = ["reference", "part__part_number"]


class StockLevelForm(forms.ModelForm):
    """The bin by hand; the level only by a counted difference, which the service books."""

    difference = forms.IntegerField(
        required=False, help_text="What you counted more (3) or fewer (-3). Empty: no change."
    )
    reason = forms.CharField(required=False, max_length=80)

    class Meta:
        model = StockLevel
        fields = ["home_bin"]

    def clean(self) -> dict[str, object]:
        data = super().clean() or self.cleaned_data
        if data.get("difference") and not data.get("reason"):
            raise forms.ValidationError("A change of the level needs a reason.")
        return data


@admin.register(StockLevel)
class StockLevelAdmin(ModelAdmin):
    form = StockLevelForm
    list_display = ["part", "on_hand", "allocated", "on_hold", "home_bin"]
    list_select_related = ["part", "home_bin"]
    search_fields = ["part__part_number", "part__name", "home_bin__code"]
    readonly_fields = ["part", "on_hand", "allocated", "on_hold"]
    fields = ["part", "on_hand", "allocated", "on_hold", "home_bin", "difference", "reason"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: StockLevel,
        form: StockLevelForm,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        obj.save(update_fields=["home_bin"])
        if not form.cleaned_data.get("difference"):
            return
        try:
            adjust_stock(
                part_id=obj.pk,
                quantity=form.cleaned_data["difference"],
                reason=form.cleaned_data["reason"],
                key=f"admin:{uuid4()}",
                actor=f"staff:{request.user.get_username()}",
            )
        except CartwrightError as error:
            messages.error(request, str(error))


@admin.register(StockMovement)
class StockMovementAdmin(ToLookAt):
    list_display = ["moved_at", "part", "quantity", "kind", "origin", "reference"]
    list_filter = ["kind", "origin"]
    list_select_related = ["part"]
    search_fields = ["part__part_number", "reference"]
