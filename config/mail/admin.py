from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from config.mail.models import MailAttachment, OutgoingMail
from config.outbox.again import STATE_FIELDS, Replay, do_again, try_again_action
from config.records import RecordAdmin, RecordInline


class AttachmentInline(RecordInline):
    model = MailAttachment
    fields = ["filename", "content_type", "sha256"]


@admin.action(description="Send again (same Message-ID)", permissions=["replay"])
def send_again(
    modeladmin: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet[OutgoingMail]
) -> None:
    """A reader whose server kept the first one sees it once."""
    count = do_again(queryset.exclude(body_text=""))
    messages.success(request, f"{count} queued to be sent again.")


@admin.register(OutgoingMail)
class OutgoingMailAdmin(Replay, RecordAdmin):
    """Every mail that was or will be sent, as it was rendered."""

    list_display = ["subject", "about", "to_email", "created_at", "done_at", "failures", "dead_at"]
    list_filter = [
        ("done_at", admin.EmptyFieldListFilter),
        ("dead_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["subject", "about", "to_email", "key"]
    fields = ["subject", "to_email", "about", "key", "message_id", "body_text", *STATE_FIELDS]
    inlines = [AttachmentInline]
    actions = [try_again_action, send_again]
