"""Real processes around the test's database: worker, relay, broker and a mail server."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiosmtpd.controller import Controller
from django.db import connection

from config.embedded.ports import any_free
from config.embedded.valkey import Valkey
from config.embedded.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
# Two cores, and whatever else runs on them: a wait that ends is never slower than it must be.
DEADLINE_S = 120.0


def eventually(condition: Callable[[], Any], what: str) -> None:
    """Wait until the condition holds; fail with `what` when it never does."""

    def holds() -> bool:
        result = bool(condition())
        connection.close()  # a fresh look each time, no snapshot of an open transaction
        return result

    assert wait_until(holds, within_s=DEADLINE_S, every_s=0.1), f"never came true: {what}"


class Postbox:
    """A mail server that keeps what it accepts."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.controller = Controller(self, hostname="127.0.0.1", port=any_free())
        self.controller.start()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        mail = BytesParser(policy=policy.default).parsebytes(envelope.content)
        self.mails.append(mail)  # type: ignore[arg-type]
        return "250 kept"

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.controller.port}"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if address in str(mail["To"])]

    def stop(self) -> None:
        self.controller.stop()


class Plant:
    """The processes of one shop over the test database. Each may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postbox = Postbox()
        self.broker = Valkey(folder / "valkey", is_fast=True, ends_with_us=True)
        self.broker.start()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start_worker(self) -> None:
        """One solo worker on all queues, ready when it says so."""
        self._start(
            "worker",
            "-m", "celery", "-A", "config.celery", "worker", "-P", "solo",
            "-Q", "default,payments,production,suppliers,mail",
            "--without-gossip", "--without-mingle", "--loglevel=INFO",
            ready=" ready.",
        )  # fmt: skip

    def start_relay(self) -> None:
        self._start("relay", "manage.py", "relay", ready="listening")

    def kill(self, name: str) -> None:
        """kill -9, with everything that it started."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)
        self.broker.stop()
        self.postbox.stop()

    def _start(self, name: str, *command: str, ready: str) -> None:
        before = len(self.log(name))
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        process = self.processes[name]
        wait_until(
            lambda: ready in self.log(name)[before:] or process.poll() is not None,
            within_s=DEADLINE_S,
        )
        said = self.log(name)[before:]
        assert ready in said, f"{name} never said {ready!r}:\n{said}"

    def _environment(self) -> dict[str, str]:
        place = connection.settings_dict
        password = f":{quote(place['PASSWORD'], safe='')}" if place["PASSWORD"] else ""
        return {
            **os.environ,
            "CARTWRIGHT_NO_BOOTSTRAP": "1",
            "PYTHONUNBUFFERED": "1",
            "DATABASE_URL": f"postgresql://{quote(place['USER'], safe='')}{password}"
            f"@{place['HOST']}:{place['PORT']}/{place['NAME']}",
            "REDIS_URL": self.broker.url,
            "EMAIL_URL": self.postbox.url,
        }
