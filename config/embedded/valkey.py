"""A real Valkey of our own: start, reuse, stop. Only the program is borrowed."""

import os
import signal
import subprocess
from pathlib import Path

import redis

from config.embedded.binaries import valkey_server
from config.embedded.errors import EmbeddedError
from config.embedded.footing import Footing
from config.embedded.identity import ProcessRecord
from config.embedded.keepsakes import candidate_ports, kept_secret
from config.embedded.ports import LOOPBACK
from config.embedded.waiting import wait_until

ANSWER_S = 5.0
START_S = 30.0  # a large append-only file has to be read first


class Valkey:
    """One server in one folder, with a password: its CONFIG command can write files as us."""

    def __init__(self, folder: Path, *, is_fast: bool = False, ends_with_us: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._is_fast = is_fast
        self._ends_with_us = ends_with_us
        self._record_file = folder / "process.json"
        self._port_file = folder / "port"
        self._log = folder / "server.log"
        self._password = kept_secret(folder / "password")
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@{LOOPBACK}:{int(self._port_file.read_text())}/0"

    @property
    def pid(self) -> int | None:
        """Of its first process, as long as that was not stopped by us."""
        record = ProcessRecord.read(self._record_file)
        return record.pid if record else None

    @property
    def is_alive(self) -> bool:
        """Whether its process exists; cheap to ask, says nothing of its health."""
        record = ProcessRecord.read(self._record_file)
        return record is not None and record.is_alive

    @property
    def is_running(self) -> bool:
        record = ProcessRecord.read(self._record_file)
        if record is None:
            return False
        wait_until(lambda: not record.is_alive or self._answers(), within_s=ANSWER_S)
        return record.is_alive and self._answers()

    @property
    def version(self) -> str:
        with redis.Redis.from_url(self.url, protocol=2) as client:
            about = client.info("server")
        return str(about.get("valkey_version") or about["redis_version"])

    def start(self) -> str:
        """Start it unless it runs already; its URL."""
        if self.is_running:
            return self.url
        self.stop()
        program = valkey_server()
        for port in candidate_ports(self._port_file):
            self._port_file.write_text(str(port))
            if self._start_on(port, program):
                return self.url
        raise EmbeddedError(f"Valkey did not start. Log: {self._log}")

    def stop(self) -> None:
        """Ask it to end, which also writes what it keeps."""
        if record := ProcessRecord.read(self._record_file):
            record.end(politely=signal.SIGTERM, within_s=10.0)
        if self._child:
            self._child.wait()
            self._child = None
        self._record_file.unlink(missing_ok=True)

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _start_on(self, port: int, program: Path) -> bool:
        settings = self._folder / "valkey.conf"
        settings.touch(mode=0o600)
        settings.write_text(self._settings(port))
        # Valkey has nothing against root, so it runs as whoever we are.
        command = Footing(way="as is", folder=self._folder).command(
            program, str(settings), end_with=signal.SIGTERM if self._ends_with_us else 0
        )
        with self._log.open("wb") as log:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                env=os.environ | {"LC_ALL": "C"},
                start_new_session=True,
            )
        self._child = child
        ProcessRecord.of(child.pid).write(self._record_file)
        wait_until(lambda: child.poll() is not None or self._answers(), within_s=START_S)
        if child.poll() is None and self._answers():
            return True
        self.stop()
        return False

    def _settings(self, port: int) -> str:
        keeping = ["appendonly no"] if self._is_fast else ["appendonly yes", "appendfsync everysec"]
        return "\n".join(
            [
                f"bind {LOOPBACK}",
                f"port {port}",
                f"dir {_quoted(self._folder)}",
                f"requirepass {self._password}",
                "daemonize no",
                'save ""',
                # A full broker must refuse, not forget: a forgotten lock or message is worse.
                "maxmemory-policy noeviction",
                *keeping,
                "",
            ]
        )


def _quoted(path: Path) -> str:
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
