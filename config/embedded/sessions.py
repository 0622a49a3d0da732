"""What commands and tests call: servers for the length of a command, or of a test run."""

import atexit
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from config.embedded.identity import ProcessRecord
from config.embedded.servers import EmbeddedServers, Report, home_folder, in_silence

TEST_FOLDERS = "cartwright-tests-"
URLS = ("DATABASE_URL", "REDIS_URL")


@dataclass(frozen=True, slots=True)
class Servers:
    database_url: str
    redis_url: str


@contextmanager
def servers_for_a_command(report: Report = in_silence) -> Iterator[None]:
    """Fill DATABASE_URL and REDIS_URL where they are unset; leave as it was found."""
    wanted = [name for name in URLS if not os.environ.get(name)]
    if not wanted:
        yield
        return
    servers = EmbeddedServers(home=home_folder())
    end_on_request()
    try:
        found = servers.open(
            needs_postgres="DATABASE_URL" in wanted,
            needs_valkey="REDIS_URL" in wanted,
            report=report,
        )
        os.environ.update(found)
        yield
    finally:
        servers.close()


def end_on_request() -> None:
    """Make the two signals that would end us at once end us tidily instead."""

    def leave(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, leave)


def start_for_tests() -> Servers:
    """Servers for one test run: empty, quick, gone afterwards; the same ones when called again.

    Puts their addresses into the environment, so that the processes a test starts (and the workers
    of pytest-xdist) use them too. Where the environment names servers already, those are taken.
    """
    wanted = [name for name in URLS if not os.environ.get(name)]
    if wanted:
        _remove_left_over_folders()
        home = Path(tempfile.mkdtemp(prefix=TEST_FOLDERS))
        ProcessRecord.of(os.getpid()).write(home / "owner.json")
        servers = EmbeddedServers(home=home, is_fast=True, ends_with_us=True)
        atexit.register(_forget, servers, os.getpid())
        found = servers.open(
            needs_postgres="DATABASE_URL" in wanted, needs_valkey="REDIS_URL" in wanted
        )
        os.environ.update(found)
    return Servers(*(os.environ[name] for name in URLS))


def _forget(servers: EmbeddedServers, owner: int) -> None:
    if os.getpid() == owner:  # not in a forked child, which inherits the list of things to do
        servers.close()
        shutil.rmtree(servers.postgres.data_folder, ignore_errors=True)
        shutil.rmtree(servers.home, ignore_errors=True)


def _remove_left_over_folders() -> None:
    """Those of runs that were killed; their servers ended with them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{TEST_FOLDERS}*"):
        owner = ProcessRecord.read(folder / "owner.json")
        if owner and not owner.is_alive:
            shutil.rmtree(folder, ignore_errors=True)
