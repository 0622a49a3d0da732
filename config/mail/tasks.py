from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from config.locks import only_one
from config.mail.models import MailAttachment, OutgoingMail

# Banks ask for the mails of an order up to a year and a half after it; its papers last longer.
KEEP_CONTENTS = timedelta(days=730)


@shared_task(name="mail.forget_contents")
def forget_contents() -> None:
    """Empty mails that were accepted `KEEP_CONTENTS` ago, and drop their attachments.

    Key and Message-ID stay for good: they are why no mail is sent twice.
    """
    with only_one("mail.forget_contents") as is_mine:
        if not is_mine:
            return
        old = OutgoingMail.objects.filter(done_at__lt=timezone.now() - KEEP_CONTENTS)
        MailAttachment.objects.filter(mail__in=old).delete()
        old.exclude(body_text="").update(body_text="", body_html="")
