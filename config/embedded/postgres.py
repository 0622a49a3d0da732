"""A real PostgreSQL of our own: initdb, start, reuse, stop. Only the programs are borrowed."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg

from config.embedded.binaries import pg_bin_dir, postgres_major
from config.embedded.errors import EmbeddedError
from config.embedded.footing import Way, footing_for
from config.embedded.identity import PROC, ProcessRecord
from config.embedded.keepsakes import candidate_ports, kept_secret
from config.embedded.ports import LOOPBACK
from config.embedded.waiting import wait_until

NAME = "cartwright"  # of the role and of the database
BUILTIN_LOCALE_SINCE = 17
ANSWER_S = 5.0
START_S = 60.0  # a busy machine, or a recovery after a crash
STATUS_LINE = 7  # of postmaster.pid, counted from 0; "ready" when connections are accepted

# What a test database gives up: it need not survive a power cut.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
# No unix socket: its path would have to be shorter than 108 bytes, which a deep checkout is not.
ALWAYS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Postgres:
    """One cluster in one folder.

    Its only role has a password, made here: on a machine with other accounts, `trust` on the
    loopback would let any of them run programs as us.
    """

    def __init__(
        self,
        folder: Path,
        *,
        is_fast: bool = False,
        ends_with_us: bool = False,
        way: Way | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._footing = footing_for(folder, way=way)
        self._is_fast = is_fast
        self._ends_with_us = ends_with_us
        self._record_file = folder / "process.json"
        self._port_file = folder / "port"
        self._log = folder / "server.log"
        self._password = kept_secret(folder / "password")
        self._data = self._footing.folder.resolve() / "data"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self._url(int(self._port_file.read_text()))

    @property
    def data_folder(self) -> Path:
        return self._data

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
        wait_until(lambda: not record.is_alive or self._answers(), within_s=ANSWER_S, every_s=0.1)
        return record.is_alive and self._answers()

    @property
    def version(self) -> str:
        with psycopg.connect(self.url) as connection:
            return str(connection.info.parameter_status("server_version")).split()[0]

    def start(self) -> str:
        """Start it unless it runs already; the URL of its database."""
        if self.is_running:
            return self.url
        self.stop()  # alive, but not answering
        self._forget_a_stranger()
        bin_dir = self._footing.reachable(pg_bin_dir(major=self._data_major()))
        if self._data_major() is None:
            self._make_cluster(bin_dir)
        for port in candidate_ports(self._port_file):
            if self._start_on(port, bin_dir):
                self._port_file.write_text(str(port))
                self._ensure_database(port)
                return self.url
        raise EmbeddedError(f"PostgreSQL did not start: {self._last_words()}. Log: {self._log}")

    def stop(self) -> None:
        """A fast shutdown: open transactions are rolled back, the data are left tidy."""
        if record := ProcessRecord.read(self._record_file):
            record.end(politely=signal.SIGINT, within_s=20.0)
        if self._child:
            self._child.wait()
            self._child = None
        self._record_file.unlink(missing_ok=True)

    def _url(self, port: int, database: str = NAME) -> str:
        return f"postgresql://{NAME}:{self._password}@{LOOPBACK}:{port}/{database}"

    def _data_major(self) -> int | None:
        version = self._data / "PG_VERSION"
        return int(version.read_text()) if version.exists() else None

    def _make_cluster(self, bin_dir: Path) -> None:
        """Into a folder aside, then renamed: an interrupted initdb leaves nothing half made."""
        fresh = self._data.with_name("data.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._footing.own(fresh)
        # A file rather than a pipe: another account may not open a pipe that is ours.
        secret = self._data.with_name("initdb-password")
        secret.touch(mode=0o600)
        secret.write_text(self._password)
        self._footing.own(secret)
        arguments = [
            f"--pgdata={fresh}",
            f"--username={NAME}",
            "--auth=scram-sha-256",
            f"--pwfile={secret}",
            "--encoding=UTF8",
            "--locale=C",
            "--no-instructions",
        ]
        if postgres_major(bin_dir) >= BUILTIN_LOCALE_SINCE:
            # UTF-8 rules that need neither ICU nor a locale installed on the machine.
            arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if self._is_fast:
            arguments.append("--no-sync")
        done = subprocess.run(
            self._footing.command(bin_dir / "initdb", *arguments),
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_plain_environment(),
        )
        secret.unlink()
        if done.returncode != 0:
            raise EmbeddedError(f"initdb failed: {(done.stderr or done.stdout).strip()}")
        fresh.rename(self._data)

    def _start_on(self, port: int, bin_dir: Path) -> bool:
        settings = ALWAYS | (FAST if self._is_fast else {}) | {"port": str(port)}
        command = self._footing.command(
            bin_dir / "postgres",
            "-D",
            str(self._data),
            *(f"--{name}={value}" for name, value in settings.items()),
            end_with=signal.SIGINT if self._ends_with_us else 0,
        )
        with self._log.open("wb") as log:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_plain_environment(),
                start_new_session=True,  # Ctrl-C in the terminal is for us, not for it
            )
        self._child = child
        ProcessRecord.of(child.pid).write(self._record_file)
        wait_until(lambda: child.poll() is not None or self._is_ready(child.pid), within_s=START_S)
        if child.poll() is None and self._is_ready(child.pid):
            return True
        self.stop()
        return False

    def _is_ready(self, pid: int) -> bool:
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return (
            len(lines) > STATUS_LINE
            and lines[0] == str(pid)
            and lines[STATUS_LINE].strip() == "ready"
        )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _ensure_database(self, port: int) -> None:
        with psycopg.connect(self._url(port, "postgres"), autocommit=True) as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            if not connection.execute(query, [NAME]).fetchone():
                connection.execute(f"CREATE DATABASE {NAME}")

    def _forget_a_stranger(self) -> None:
        """Remove a lock file whose number now belongs to somebody else, or to a zombie.

        PostgreSQL removes its own stale lock file, except when a process with the number exists:
        then it refuses to start. We remove it only when no process at all works in the data
        folder, which each of its processes does; where that cannot be asked, we leave it alone.
        """
        lock = self._data / "postmaster.pid"
        try:
            os.kill(int(lock.read_text().split()[0]), 0)
        except (OSError, ValueError, IndexError):
            return
        if PROC.is_dir() and wait_until(lambda: not _works_in(self._data), within_s=10.0):
            lock.unlink(missing_ok=True)

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def _works_in(folder: Path) -> bool:
    """Whether any process has the folder as its working directory."""
    return any(_working_directory(process) == folder for process in PROC.glob("[0-9]*"))


def _working_directory(process: Path) -> Path | None:
    try:
        return (process / "cwd").readlink()
    except OSError:  # ended meanwhile, or another account's
        return None


def _plain_environment() -> dict[str, str]:
    """Ours without its locale, which need not exist, and without libpq's own variables."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PG"))}
    return kept | {"LC_ALL": "C"}
