from django.db import models

from config.outbox.work_item import WorkItem


class OutgoingMail(WorkItem):
    """A mail, rendered once, sent at least once under one Message-ID.

    `done_at` is when the mail server accepted it.
    """

    key = models.CharField(
        max_length=160, unique=True, help_text="What makes it this mail, e.g. order-shipped-42."
    )
    message_id = models.CharField(max_length=200, unique=True)
    about = models.CharField(max_length=60, db_index=True, help_text="Number of its order or PO.")
    to_email = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    body_text = models.TextField()
    body_html = models.TextField(blank=True, default="")
    in_reply_to = models.CharField(max_length=200, blank=True, default="")

    class Meta(WorkItem.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.subject} → {self.to_email}"


class MailAttachment(models.Model):
    """A file of a mail, byte for byte as it was and will be sent."""

    mail = models.ForeignKey(OutgoingMail, on_delete=models.CASCADE, related_name="attachments")
    filename = models.CharField(max_length=120)
    content_type = models.CharField(max_length=80)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.filename
