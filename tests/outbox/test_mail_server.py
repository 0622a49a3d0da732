"""What the mail server may do, and what becomes of the mail."""

import smtplib
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import transaction
from django.utils import timezone

from config.embedded.ports import any_free
from config.env import mailer
from config.mail import services
from config.mail.models import OutgoingMail
from config.mail.services import queue_mail
from config.outbox import sources

pytestmark = pytest.mark.django_db(transaction=True)


class MoodyServer:
    """Answers every mail with `answer`; counts those that it took."""

    def __init__(self) -> None:
        self.answer = "250 kept"
        self.hangs_up = False
        self.taken: list[bytes] = []
        self.controller = Controller(self, hostname="127.0.0.1", port=any_free())
        self.controller.start()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            self.taken.append(envelope.content)
        return self.answer

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.hangs_up:
            server.transport.abort()
        return "221 bye"


@pytest.fixture
def server(settings) -> Iterator[MoodyServer]:
    server = MoodyServer()
    settings.MAILERS = {"default": mailer(f"smtp://127.0.0.1:{server.controller.port}")}
    yield server
    server.controller.stop()


@pytest.fixture
def mail(monkeypatch) -> OutgoingMail:
    monkeypatch.setattr(services, "_rest", services.Rest())
    with transaction.atomic():
        return queue_mail(
            key="order-shipped-1",
            about="CW-2041",
            to_email="ada@example.com",
            template="suppliers/called_off",
            context={},
        )


def send(mail: OutgoingMail) -> OutgoingMail:
    sources.run("mail.outgoingmail", mail.pk)
    mail.refresh_from_db()
    return mail


def test_a_server_that_hangs_up_after_taking_a_mail_has_taken_it(server, mail):
    server.hangs_up = True
    assert send(mail).done_at is not None
    send(mail)
    assert len(server.taken) == 1


@pytest.mark.parametrize("answer", ["421 too busy", "452 mailbox full"])
def test_a_server_that_says_later_is_asked_again_for_days(server, mail, answer):
    OutgoingMail.objects.update(failures=sources.MAX_FAILURES)
    server.answer = answer
    assert send(mail).dead_at is None
    server.answer = "250 kept"
    assert send(mail).done_at is not None
    assert len(server.taken) == 1


def test_a_server_that_is_away_is_asked_again_for_days(settings, mail):
    settings.MAILERS = {"default": mailer(f"smtp://127.0.0.1:{any_free()}")}
    OutgoingMail.objects.update(failures=sources.MAX_FAILURES)
    assert send(mail).dead_at is None
    assert "MailServerAway" in mail.last_error


def test_a_server_that_hangs_does_not_take_up_all_of_a_workers_time(settings, mail):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        there = mailer(f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        there["OPTIONS"] |= {"timeout": 1}
        settings.MAILERS = {"default": there}
        assert "time" in send(mail).last_error
        began = time.monotonic()
        assert "a moment ago" in send(mail).last_error
        assert time.monotonic() - began < 1
    assert mail.dead_at is None


def test_a_server_that_says_never_is_not_asked_for_ever(server, mail):
    server.answer = "550 no such mailbox"
    OutgoingMail.objects.update(failures=sources.MAX_FAILURES - 1)
    assert send(mail).dead_at is not None
    assert smtplib.SMTPDataError.__name__ in mail.last_error


def test_nobody_else_sends_a_mail_that_is_being_sent(server, mail):
    """The lease outlasts every answer that the server may take its time for."""
    source = next(s for s in sources.all_sources() if s.label == "mail.outgoingmail")
    slowest = 10 * mailer("smtp://127.0.0.1")["OPTIONS"]["timeout"]
    assert source.lease.total_seconds() > slowest
    OutgoingMail.objects.update(leased_until=timezone.now() + source.lease)
    assert send(mail).done_at is None
    assert server.taken == []
