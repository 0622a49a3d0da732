"""The kept mails: one .eml file each, and beside it a small file of what the envelope said."""

import itertools
import json
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Envelope:
    """What SMTP said about a mail, which its own headers need not repeat."""

    id: str
    received_at: str  # ISO 8601, UTC
    sender: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    number: int  # its place in the mail, from 0
    filename: str
    content_type: str
    content: bytes


class StoredMail:
    """A kept mail, parsed."""

    def __init__(self, envelope: Envelope, raw: bytes) -> None:
        self.envelope = envelope
        self.raw = raw
        self.message: EmailMessage = message_from_bytes(raw, policy=policy.default)

    def header(self, name: str) -> str:
        """A header as text on one line; empty when it is missing or cannot be read."""
        try:
            return " ".join(str(self.message.get(name, "")).split())
        except (ValueError, IndexError, AttributeError):  # the parser gives up on some nonsense
            return ""

    @property
    def subject(self) -> str:
        return self.header("Subject") or "(no subject)"

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    @property
    def attachments(self) -> list[Attachment]:
        return [
            Attachment(
                number=number,
                filename=part.get_filename() or f"part-{number + 1}",
                content_type=part.get_content_type(),
                content=_decoded(part),
            )
            for number, part in enumerate(self.message.iter_attachments())
        ]

    def _body(self, subtype: str) -> str:
        part = self.message.get_body(preferencelist=(subtype,))
        if part is None:
            return ""
        try:
            return str(part.get_content())
        except (LookupError, KeyError):  # an unknown character set
            return _decoded(part).decode("utf-8", errors="replace")

    def summary(self) -> dict[str, Any]:
        return asdict(self.envelope) | {
            "recipients": list(self.envelope.recipients),
            "subject": self.subject,
            "message_id": self.header("Message-ID"),
            "attachments": [
                {
                    "number": attachment.number,
                    "filename": attachment.filename,
                    "content_type": attachment.content_type,
                    "size": len(attachment.content),
                }
                for attachment in self.attachments
            ],
        }


def _decoded(part: MIMEPart) -> bytes:
    """A part's content without its transfer encoding; of a multipart part, nothing."""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


class MailStore:
    """Mails in a folder, in the order in which they came."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._adding = threading.Lock()
        self._summaries: dict[str, dict[str, Any]] = {}
        for file in sorted(folder.glob("*.json")):
            if mail := self.get(file.stem):
                self._summaries[file.stem] = mail.summary()
        last = int(max(self._summaries, default="0"))
        self._numbers = itertools.count(last + 1)

    def add(self, *, sender: str, recipients: list[str], raw: bytes) -> str:
        """Keep a mail; its number. When this returns, it is on disk."""
        with self._adding:
            number = f"{next(self._numbers):06d}"
            envelope = Envelope(
                id=number,
                received_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
                sender=sender,
                recipients=tuple(recipients),
            )
            (self._folder / f"{number}.eml").write_bytes(raw)
            # The envelope comes last: a mail counts as kept once both files are there.
            fresh = self._folder / f"{number}.new"
            fresh.write_text(json.dumps(asdict(envelope)), encoding="utf-8")
            fresh.replace(self._folder / f"{number}.json")
            self._summaries[number] = StoredMail(envelope, raw).summary()
        return number

    def get(self, number: str) -> StoredMail | None:
        if not (number.isascii() and number.isdigit()):
            return None
        try:
            fields = json.loads((self._folder / f"{number}.json").read_text(encoding="utf-8"))
            raw = (self._folder / f"{number}.eml").read_bytes()
        except (OSError, ValueError):
            return None
        recipients = tuple(fields.pop("recipients"))
        return StoredMail(Envelope(recipients=recipients, **fields), raw)

    def summaries(self, *, since: str = "") -> list[dict[str, Any]]:
        """What is kept, newest first; only what came after the number `since`."""
        with self._adding:
            kept = list(self._summaries.values())
        return [summary for summary in reversed(kept) if summary["id"] > since]
