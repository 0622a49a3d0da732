"""Records of selling. What moves a state or money is done by services, from the console."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.decorators import display

from config.money import Money
from config.outbox.again import STATE_FIELDS, Replay, do_again, try_again_action
from config.records import RecordAdmin, RecordInline
from shop.console import order_url
from shop.models import (
    BalanceRecord,
    Dispute,
    DisputeAnswer,
    DisputeCall,
    LedgerEntry,
    LedgerTransaction,
    Order,
    OrderLine,
    Payment,
    PaymentClearance,
    PaymentHold,
    Refund,
    RefundCall,
    RefundLine,
    RejectedEvent,
    ShippingMethod,
    StripeEvent,
)


class OrderLineInline(RecordInline):
    model = OrderLine
    fields = ["name", "quantity", "unit_minor", "amount_minor"]


class PaymentInline(RecordInline):
    model = Payment
    fields = ["attempt", "status", "amount_minor", "currency", "method", "refund_due_minor"]


@admin.register(Order)
class OrderAdmin(RecordAdmin):
    list_display = ["number", "status", "name", "total", "placed_at", "likely_ships_on", "at_work"]
    list_filter = ["status", "country"]
    search_fields = ["number", "name", "email"]
    exclude = ["token", "checkout_key"]  # who has the link sees the order
    date_hierarchy = "placed_at"
    inlines = [OrderLineInline, PaymentInline]

    @display(description="Total")
    def total(self, order: Order) -> str:
        return Money(order.total_minor, order.currency).format()

    @display(description="Console")
    def at_work(self, order: Order) -> str:
        return format_html('<a href="{}">open</a>', order_url(order))


@admin.register(Payment)
class PaymentAdmin(RecordAdmin):
    list_display = ["__str__", "status", "amount", "method", "created_at", "last_synced_at"]
    list_filter = ["status", "method"]
    list_select_related = ["order"]
    search_fields = ["order__number", "payment_intent_id", "session_id"]
    exclude = ["checkout_url"]

    @display(description="Amount")
    def amount(self, payment: Payment) -> str:
        return Money(payment.amount_minor, payment.currency).format()


@admin.register(PaymentHold)
class PaymentHoldAdmin(RecordAdmin):
    list_display = ["order", "reason", "detail", "opened_at", "closed_at", "closed_by"]
    list_filter = ["reason", ("closed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["order"]
    search_fields = ["order__number"]


class RefundLineInline(RecordInline):
    model = RefundLine
    fields = ["order_line", "quantity", "amount_minor"]


@admin.register(Refund)
class RefundAdmin(RecordAdmin):
    list_display = ["__str__", "status", "amount", "requested_by", "approved_by", "requested_at"]
    list_filter = ["status"]
    list_select_related = ["payment__order"]
    search_fields = ["payment__order__number", "stripe_id", "reason"]
    inlines = [RefundLineInline]

    @display(description="Amount")
    def amount(self, refund: Refund) -> str:
        return Money(refund.amount_minor, refund.currency).format()


@admin.register(RefundCall)
class RefundCallAdmin(Replay, RecordAdmin):
    """A call that was given up may be tried again: its key gives the money once."""

    list_display = ["__str__", "created_at", "failures", "done_at", "dead_at"]
    list_filter = [("dead_at", admin.EmptyFieldListFilter)]
    list_select_related = ["refund__payment__order"]
    fields = ["refund", *STATE_FIELDS]
    actions = [try_again_action]


class DisputeAnswerInline(RecordInline):
    model = DisputeAnswer
    fields = ["kind", "status", "asked_by", "asked_at", "approved_by", "failure"]


@admin.register(Dispute)
class DisputeAdmin(RecordAdmin):
    list_display = ["__str__", "status", "amount", "reason", "evidence_due_at", "opened_at"]
    list_filter = ["status", "reason"]
    list_select_related = ["payment__order"]
    search_fields = ["payment__order__number", "stripe_id", "charge_id"]
    inlines = [DisputeAnswerInline]

    @display(description="Amount")
    def amount(self, dispute: Dispute) -> str:
        return Money(dispute.amount_minor, dispute.currency).format()


@admin.register(DisputeCall)
class DisputeCallAdmin(Replay, RecordAdmin):
    """A call that was given up may be tried again: its key tells the bank once."""

    list_display = ["__str__", "created_at", "failures", "done_at", "dead_at"]
    list_filter = [("dead_at", admin.EmptyFieldListFilter)]
    list_select_related = ["answer__dispute__payment__order"]
    fields = ["answer", *STATE_FIELDS]
    actions = [try_again_action]


@admin.register(PaymentClearance)
class PaymentClearanceAdmin(RecordAdmin):
    """The cards that pull everything. The database refuses to rewrite them."""

    list_display = ["order", "payment", "amount_minor", "currency", "cleared_at"]
    list_select_related = ["order", "payment__order"]
    search_fields = ["order__number"]


class LedgerEntryInline(RecordInline):
    model = LedgerEntry
    fields = ["account", "amount_minor", "currency"]


@admin.register(LedgerTransaction)
class LedgerTransactionAdmin(RecordAdmin):
    list_display = ["memo", "order", "posted_at", "key"]
    list_select_related = ["order"]
    search_fields = ["memo", "order__number", "key"]
    date_hierarchy = "posted_at"
    inlines = [LedgerEntryInline]


@admin.register(BalanceRecord)
class BalanceRecordAdmin(RecordAdmin):
    """Stripe's balance as it was read. The database refuses to rewrite it."""

    list_display = ["happened_at", "category", "amount", "payment", "stripe_id"]
    list_filter = ["category"]
    list_select_related = ["payment__order"]
    search_fields = ["stripe_id", "source_id", "payment__order__number"]
    date_hierarchy = "happened_at"

    @display(description="Amount")
    def amount(self, record: BalanceRecord) -> str:
        return Money(record.amount_minor, record.currency).format()


@admin.register(ShippingMethod)
class ShippingMethodAdmin(ModelAdmin):
    """May be changed: an order keeps the price that it was placed at."""

    list_display = ["name", "code", "transit_days", "price", "is_offered", "position"]
    list_filter = ["is_offered", "currency"]

    @display(description="Price")
    def price(self, method: ShippingMethod) -> str:
        return Money(method.price_minor, method.currency).format()


@admin.action(description="Work off again", permissions=["replay"])
def replay(modeladmin: ModelAdmin, request: HttpRequest, queryset: QuerySet[StripeEvent]) -> None:
    """Harmless: an event is only a hint to look at its payment again."""
    modeladmin.message_user(request, f"{do_again(queryset)} are due again now.")


@admin.register(StripeEvent)
class StripeEventAdmin(Replay, RecordAdmin):
    list_display = ["type", "event_id", "created_at", "outcome", "failures", "dead_at"]
    list_filter = ["type", ("dead_at", admin.EmptyFieldListFilter)]
    search_fields = ["event_id", "object_id", "outcome"]
    fields = ["event_id", "type", "object_id", "outcome", *STATE_FIELDS, "payload"]
    actions = [try_again_action, replay]


@admin.register(RejectedEvent)
class RejectedEventAdmin(RecordAdmin):
    list_display = ["received_at", "type", "reason", "event_id"]
    search_fields = ["event_id", "reason"]
    ordering = ["-received_at"]
