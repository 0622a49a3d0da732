from django.contrib import admin

from config.outbox.again import STATE_FIELDS, Replay, try_again_action
from config.outbox.models import Delivery, Errand, OutboxEvent
from config.records import RecordAdmin, RecordInline


class DeliveryInline(RecordInline):
    model = Delivery
    fields = ["subscriber", "sends", "failures", "done_at", "dead_at", "last_error"]


@admin.register(OutboxEvent)
class OutboxEventAdmin(RecordAdmin):
    list_display = ["name", "key", "created_at"]
    list_filter = ["name"]
    search_fields = ["name", "key"]
    inlines = [DeliveryInline]


@admin.register(Delivery)
class DeliveryAdmin(Replay, RecordAdmin):
    """Events on their way. What is dead waits here for somebody to try it again."""

    list_display = ["event", "subscriber", "sends", "failures", "done_at", "dead_at"]
    list_filter = [
        "subscriber",
        ("done_at", admin.EmptyFieldListFilter),
        ("dead_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["event"]
    search_fields = ["subscriber", "event__key"]
    fields = ["event", "subscriber", *STATE_FIELDS]
    actions = [try_again_action]


@admin.register(Errand)
class ErrandAdmin(Replay, RecordAdmin):
    """What the web asked of a worker. What is dead waits here for somebody to try it again."""

    list_display = ["name", "arguments", "asked_by", "answer", "done_at", "dead_at"]
    list_filter = ["name", ("dead_at", admin.EmptyFieldListFilter)]
    fields = ["name", "arguments", "asked_by", "answer", *STATE_FIELDS]
    actions = [try_again_action]
