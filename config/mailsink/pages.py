"""The inbox over HTTP: pages for a reader, JSON for a test. All that a mail holds is foreign."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from django.template import Context, Engine
from django.utils.html import urlize
from django.utils.safestring import SafeString, mark_safe

from config.mailsink.store import MailStore

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
PAGE_SIZE = 100
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A mail styles itself inline, as mails must. It may do nothing else: no script, nothing fetched;
# only its links open, each in a window of its own.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
FILES = {
    "/static/css/tokens.css": (PROJECT / "static/css/tokens.css", "text/css"),
    "/static/css/base.css": (PROJECT / "static/css/base.css", "text/css"),
    "/static/css/inbox.css": (HERE / "inbox.css", "text/css"),
    "/static/img/mark.svg": (PROJECT / "static/img/mark.svg", "image/svg+xml"),
    "/static/fonts/instrument-sans-latin-wght-normal.woff2": (
        PROJECT / "static/fonts/instrument-sans-latin-wght-normal.woff2",
        "font/woff2",
    ),
}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int = 200
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def answer(store: MailStore, target: str) -> Answer:
    """What a GET of a path (with its query) gets."""
    parts = urlsplit(target)
    for pattern, view in ROUTES:
        if match := re.fullmatch(pattern, parts.path):
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            return view(store, query, *match.groups())
    return not_found()


def inbox(store: MailStore, query: dict[str, str]) -> Answer:
    summaries = store.summaries()
    before = query.get("before", "")
    shown = [mail for mail in summaries if not before or mail["id"] < before][:PAGE_SIZE]
    mails = [
        {
            "id": mail["id"],
            "subject": mail["subject"],
            "sender": mail["sender"],
            "recipients": ", ".join(mail["recipients"]),
            "time": _time(mail["received_at"]),
            "iso": mail["received_at"],
            "files": ", ".join(attachment["filename"] for attachment in mail["attachments"]),
        }
        for mail in shown
    ]
    has_older = bool(shown) and shown[-1]["id"] != summaries[-1]["id"]
    count = f"{len(summaries)} mail" if len(summaries) == 1 else f"{len(summaries)} mails"
    older = shown[-1]["id"] if has_older else ""
    return _page("inbox.html", {"mails": mails, "count": count, "older": older})


def message(store: MailStore, query: dict[str, str], number: str) -> Answer:
    if not (mail := store.get(number)):
        return not_found()
    attachments = [
        {
            "number": str(attachment.number),
            "filename": attachment.filename,
            "content_type": attachment.content_type,
            "size": f"{len(attachment.content) / 1000:.1f} kB",
        }
        for attachment in mail.attachments
    ]
    context = {
        "id": number,
        "subject": mail.subject,
        "sender": mail.header("From") or mail.envelope.sender,
        "recipients": ", ".join(mail.envelope.recipients),
        "time": _time(mail.envelope.received_at),
        "iso": mail.envelope.received_at,
        "message_id": mail.header("Message-ID"),
        "text": _with_links(mail.text),
        "has_html": bool(mail.html),
        "attachments": attachments,
    }
    return _page("message.html", context)


def html_part(store: MailStore, query: dict[str, str], number: str) -> Answer:
    mail = store.get(number)
    if mail is None or not mail.html:
        return not_found()
    return Answer(
        body=_opening_links_outside(mail.html).encode(),
        headers={"Content-Security-Policy": MAIL_POLICY},
    )


def attachment_file(store: MailStore, query: dict[str, str], number: str, place: str) -> Answer:
    mail = store.get(number)
    files = mail.attachments if mail else []
    if int(place) >= len(files):
        return not_found()
    found = files[int(place)]
    return _download(found.content, found.content_type, found.filename)


def raw_mail(store: MailStore, query: dict[str, str], number: str) -> Answer:
    if not (mail := store.get(number)):
        return not_found()
    return _download(mail.raw, "message/rfc822", f"{number}.eml")


def api_messages(store: MailStore, query: dict[str, str]) -> Answer:
    """All mails, newest first; `?since=NUMBER` only those after it."""
    summaries = store.summaries(since=query.get("since", ""))
    return _json({"count": len(summaries), "messages": summaries})


def api_message(store: MailStore, query: dict[str, str], number: str) -> Answer:
    if not (mail := store.get(number)):
        return _json({"detail": f"no mail {number}"}, status=404)
    return _json(mail.summary() | {"text": mail.text, "html": mail.html})


def health(store: MailStore, query: dict[str, str]) -> Answer:
    return Answer(body=b"ok\n", content_type="text/plain; charset=utf-8")


def static_file(store: MailStore, query: dict[str, str], path: str) -> Answer:
    if path not in FILES:
        return not_found()
    file, content_type = FILES[path]
    return Answer(body=file.read_bytes(), content_type=content_type)


def not_found() -> Answer:
    return _page("not_found.html", {}, status=404)


ROUTES: list[tuple[str, Callable[..., Answer]]] = [
    (r"/", inbox),
    (r"/messages/(\d+)/", message),
    (r"/messages/(\d+)/html", html_part),
    (r"/messages/(\d+)/raw", raw_mail),
    (r"/messages/(\d+)/attachments/(\d{1,4})", attachment_file),
    (r"/api/messages", api_messages),
    (r"/api/messages/(\d+)", api_message),
    (r"/healthz", health),
    (r"(/static/.+)", static_file),
]


@cache
def _engine() -> Engine:
    """Django's templates without its settings: they escape by default."""
    return Engine(dirs=[str(HERE / "templates"), str(PROJECT / "templates")])


def _page(template: str, context: dict[str, object], status: int = 200) -> Answer:
    body = _engine().get_template(f"mailsink/{template}").render(Context(context, use_l10n=False))
    return Answer(
        status=status, body=body.encode(), headers={"Content-Security-Policy": PAGE_POLICY}
    )


def _json(data: dict[str, object], status: int = 200) -> Answer:
    return Answer(status=status, body=json.dumps(data).encode(), content_type="application/json")


def _download(content: bytes, content_type: str, filename: str) -> Answer:
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", content_type, re.ASCII):
        content_type = "application/octet-stream"
    disposition = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
    return Answer(
        body=content, content_type=content_type, headers={"Content-Disposition": disposition}
    )


def _time(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M:%S} UTC"


def _with_links(text: str) -> SafeString:
    """Foreign text, escaped, with its addresses as links."""
    return mark_safe(urlize(text, nofollow=True, autoescape=True))  # noqa: S308  (urlize escapes)


def _opening_links_outside(html: str) -> str:
    """A mail's own document, with its links leading out of the frame that shows it."""
    base = '<base target="_blank">'
    marked, count = re.subn(r"(<head\b[^>]*>)", rf"\1{base}", html, count=1, flags=re.IGNORECASE)
    return marked if count else base + html
