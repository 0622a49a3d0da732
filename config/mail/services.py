"""Queue a mail inside the transaction that gives reason for it; a worker sends it."""

import hashlib
import smtplib
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from config.mail.errors import MailServerAway
from config.mail.models import OutgoingMail
from config.rows import row_of, written_for

# Ten answers of the mail server, each waited for as long as `settings.MAILERS` allows: nobody
# else may begin to send a mail that is still being sent.
LEASE = timedelta(minutes=4)
PERMANENT = 500  # from here on an answer means: never (RFC 5321, 4.2.1)
# A server that let us wait in vain is not asked again for so many times as long, so that a worker
# spends most of its time on other work.
REST_TIMES = 3


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str
    content_type: str
    content: bytes


def message_id(key: str) -> str:
    """The Message-ID of the mail `key`: the same on every resend, so that a reader sees one."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"<{digest}@{settings.MAIL_DOMAIN}>"


def queue_mail(
    *,
    key: str,
    about: str,
    to_email: str,
    template: str,
    context: Mapping[str, Any],
    attachments: Iterable[Attachment] = (),
    in_reply_to: str = "",
) -> OutgoingMail:
    """Render `templates/mail/<template>.txt` (first line: subject) and `.html`, and queue them.

    A mail whose `key` is queued or sent already is left as it is.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("queue_mail() belongs inside the transaction that gives reason for it")
    values = {"base_url": settings.BASE_URL, **context}
    subject, _, text = render_to_string(f"mail/{template}.txt", values).strip().partition("\n")
    attached = list(attachments)
    return _write(
        key,
        [
            *(key, message_id(key), about, to_email, " ".join(subject.split())[:200]),
            *(text.strip() + "\n", render_to_string(f"mail/{template}.html", values), in_reply_to),
            [one.filename for one in attached],
            [one.content_type for one in attached],
            [one.content for one in attached],
        ],
    )


# The mail, its attachments, and the bell that rings on commit; nothing where its key is known.
WRITE = """
WITH mail AS (
    INSERT INTO {table}
        (key, message_id, about, to_email, subject, body_text, body_html, in_reply_to, sends,
         failures, last_error)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0, 0, '') ON CONFLICT (key) DO NOTHING
    RETURNING {columns}
), attached AS (
    INSERT INTO mail_mailattachment (mail_id, filename, content_type, content, sha256)
    SELECT mail.id, filename, content_type, content, encode(sha256(content), 'hex')
    FROM mail, unnest(%s::text[], %s::text[], %s::bytea[]) WITH ORDINALITY
        AS it (filename, content_type, content, place)
    ORDER BY place
)
SELECT pg_notify('outbox', ''), mail.* FROM mail
"""


def _write(key: str, values: Sequence[Any]) -> OutgoingMail:
    with connection.cursor() as cursor:
        cursor.execute(written_for(WRITE, OutgoingMail), values)
        row = cursor.fetchone()
    return row_of(OutgoingMail, row[1:]) if row else OutgoingMail.objects.get(key=key)


class Rest:
    """Until when this process leaves a mail server alone that did not answer."""

    def __init__(self) -> None:
        self._until = 0.0

    def check(self) -> None:
        """Raise `MailServerAway` while the server is left alone."""
        if time.monotonic() < self._until:
            raise MailServerAway("it did not answer a moment ago")

    def begin(self, *, waited_s: float) -> None:
        self._until = time.monotonic() + REST_TIMES * waited_s


_rest = Rest()


def send_mail(mail: OutgoingMail) -> None:
    """Hand a queued mail to the mail server. Runs under a lease, outside any transaction.

    Raises `MailServerAway` where trying later is of use.
    """
    _rest.check()
    headers = {"Message-ID": mail.message_id}
    if mail.in_reply_to:
        headers |= {"In-Reply-To": mail.in_reply_to, "References": mail.in_reply_to}
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.body_text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[mail.to_email],
        headers=headers,
    )
    if mail.body_html:
        message.attach_alternative(mail.body_html, "text/html")
    for attachment in mail.attachments.order_by("pk"):
        message.attach(attachment.filename, bytes(attachment.content), attachment.content_type)
    began = time.monotonic()
    try:
        message.send()
    except OSError as error:  # smtplib's own errors are of this kind too
        answers = _answers(error)
        if any(code >= PERMANENT for code in answers):
            raise
        if not answers:
            _rest.begin(waited_s=time.monotonic() - began)
        raise MailServerAway(f"{type(error).__name__}: {error}") from error


def _answers(error: OSError) -> list[int]:
    """The SMTP codes that a failure came with; none when nobody answered."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []


@transaction.atomic
def resend_mail(*, key: str) -> None:
    """Send a mail again, byte for byte, under its Message-ID; one that failed for good too.

    One whose contents were forgotten (`mail.forget_contents`) is left alone.
    """
    OutgoingMail.objects.filter(key=key).exclude(body_text="").update(
        done_at=None, dead_at=None, failures=0, due_at=timezone.now()
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('outbox', '')")
