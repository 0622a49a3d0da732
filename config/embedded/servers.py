"""The two servers together, shared by every command of one installation.

Whoever comes first starts them, whoever is last out stops them. Who is in is held by locks of the
kernel, which a killed process cannot leave behind.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from config.embedded.footing import Way
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey

type Report = Callable[[str, Callable[[], str]], None]


def in_silence(_title: str, step: Callable[[], str]) -> None:
    """Do a step and say nothing. A louder report prints what the step returns."""
    step()


@dataclass(slots=True)
class EmbeddedServers:
    """PostgreSQL and Valkey in one folder. `open` and `close` may be called by many processes."""

    home: Path
    is_fast: bool = False
    ends_with_us: bool = False
    way: Way | None = None
    _in_use: IO[str] | None = field(default=None, init=False)
    _postgres: Postgres | None = field(default=None, init=False)
    _valkey: Valkey | None = field(default=None, init=False)

    def open(
        self, *, needs_postgres: bool = True, needs_valkey: bool = True, report: Report = in_silence
    ) -> dict[str, str]:
        """Start what is asked for and not yet running; the environment variables that name it."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        found: dict[str, str] = {}
        with self._alone():
            self._in_use = (self.home / "in-use.lock").open("a")
            fcntl.flock(self._in_use, fcntl.LOCK_SH)
            if needs_postgres:
                report("PostgreSQL", self._open_postgres)
                found["DATABASE_URL"] = self.postgres.url
            if needs_valkey:
                report("Valkey", self._open_valkey)
                found["REDIS_URL"] = self.valkey.url
        return found

    def close(self) -> None:
        """Leave, and stop the servers when nobody else is in."""
        if self._in_use is None:
            return
        with self._alone(), self._in_use:
            try:
                fcntl.flock(self._in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            finally:
                in_use, self._in_use = self._in_use, None
            self.valkey.stop()
            self.postgres.stop()
            fcntl.flock(in_use, fcntl.LOCK_UN)

    def revive(self) -> list[str]:
        """Start again what ended although it is in use; the names of those."""
        ended = [s for s in (self._postgres, self._valkey) if s and not s.is_alive]
        if not ended:
            return []
        with self._alone():
            for server in ended:
                server.start()
        return [type(server).__name__ for server in ended]

    @property
    def postgres(self) -> Postgres:
        if self._postgres is None:
            self._postgres = Postgres(
                self.home / "postgres",
                is_fast=self.is_fast,
                ends_with_us=self.ends_with_us,
                way=self.way,
            )
        return self._postgres

    @property
    def valkey(self) -> Valkey:
        if self._valkey is None:
            self._valkey = Valkey(
                self.home / "valkey", is_fast=self.is_fast, ends_with_us=self.ends_with_us
            )
        return self._valkey

    def _open_postgres(self) -> str:
        self.postgres.start()
        return f"PostgreSQL {self.postgres.version}"

    def _open_valkey(self) -> str:
        self.valkey.start()
        return f"Valkey {self.valkey.version}"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops."""
        with (self.home / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def home_folder() -> Path:
    """CARTWRIGHT_HOME, else .cartwright beside manage.py."""
    project = Path(__file__).resolve().parents[2]
    return Path(os.environ.get("CARTWRIGHT_HOME") or project / ".cartwright").absolute()
