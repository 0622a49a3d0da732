from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from config.mailsink.store import MailStore

LOOPBACK = "127.0.0.1"
START_S = 30.0  # on a machine that is busy starting everything else


class Keep:
    """aiosmtpd's handler: accepts every recipient and keeps every mail."""

    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content or b""
        number = self._store.add(
            sender=envelope.mail_from or "",
            recipients=envelope.rcpt_tos,
            raw=content if isinstance(content, bytes) else content.encode(),
        )
        return f"250 Kept as {number}"


def smtp_server(store: MailStore, *, port: int) -> Controller:
    """A server in a thread of its own, once `start` is called."""
    return Controller(
        Keep(store), hostname=LOOPBACK, port=port, ready_timeout=START_S, enable_SMTPUTF8=True
    )
