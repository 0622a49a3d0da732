"""The demo's child processes: started in order, watched, started again, stopped in reverse."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.demo.errors import DemoError
from config.embedded.footing import LAUNCH
from config.embedded.identity import ProcessRecord
from config.embedded.waiting import wait_until

START_S = 90.0  # everything starts at once, on a machine that may have one core
STOP_S = 8.0  # then it is killed; all that matters is kept in PostgreSQL
STEADY_S = 60.0  # having run for so long, a process has its misfortunes forgiven
LONGEST_PAUSE_S = 30.0


@dataclass(frozen=True, slots=True)
class Spec:
    name: str
    command: tuple[str, ...]
    title: str
    is_ready: Callable[[], bool] | None = None
    ready_words: str = ""  # in its log, of a process that nobody can ask
    is_helper: bool = False  # others call it, so it goes after them
    environment: Mapping[str, str] = field(default_factory=dict)  # beside ours


@dataclass(slots=True)
class Child:
    """One process and its fate. Its record on disk lets the next demo find an orphan."""

    spec: Spec
    folder: Path  # of the project, its working directory
    log: Path
    record_file: Path
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    failures: int = 0
    next_start: float = field(default=0.0)

    def start(self) -> None:
        guard = [sys.executable, "-I", str(LAUNCH)]
        ends_with_us = ["--parent", str(os.getpid()), "--signal", str(int(signal.SIGTERM))]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*guard, *ends_with_us, "--", *self.spec.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, **self.spec.environment},
                start_new_session=True,  # Ctrl-C is for us; and its children can be ended with it
            )
        self.began = time.monotonic()
        ProcessRecord.of(self.process.pid).write(self.record_file)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def is_ready(self) -> bool:
        has_said_so = self.spec.ready_words in self.log.read_text(errors="replace")
        return has_said_so and (self.spec.is_ready is None or self.spec.is_ready())

    def wait_until_ready(self) -> None:
        """Ready once is enough: a machine busy with starting others may answer slowly next time."""
        was_ready = False

        def is_decided() -> bool:
            nonlocal was_ready
            was_ready = self.is_running and self.is_ready
            return was_ready or not self.is_running

        wait_until(is_decided, within_s=START_S, every_s=0.05)
        if not was_ready:
            raise DemoError(f"{self.spec.title} did not start. {self.last_words()}")

    def end_what_is_left(self) -> None:
        """After the process itself has ended: the rest of its group, so that it may start again."""
        if self.process is not None:
            end_group(self.process.pid)
            self.process.wait()
            self.process = None

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self, *, within_s: float = STOP_S) -> None:
        if self.process is None:
            return
        self.ask_to_stop()
        try:
            self.process.wait(timeout=within_s)
        except subprocess.TimeoutExpired:
            pass
        finally:
            end_group(self.process.pid)  # also what it left behind
            self.process.wait()
            self.process = None
        self.record_file.unlink(missing_ok=True)

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        said = f"Its last words: {lines[-1].strip()!r}. " if lines else ""
        return f"{said}Log: {self.log}"


def end_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


class Supervisor:
    def __init__(self, *, project: Path, log_folder: Path, record_folder: Path) -> None:
        self._project = project
        self._logs = log_folder
        self._records = record_folder
        self._children: list[Child] = []
        for folder in (log_folder, record_folder):
            folder.mkdir(parents=True, exist_ok=True)

    def end_orphans(self) -> list[str]:
        """End what an earlier demo left running when it was killed; the names of those."""
        ended = []
        for file in sorted(self._records.glob("*.json")):
            record = ProcessRecord.read(file)
            if record and record.is_alive:
                record.end(politely=signal.SIGTERM, within_s=STOP_S, is_group=True)
                ended.append(file.stem)
            file.unlink(missing_ok=True)
        return ended

    def child(self, name: str) -> Child:
        """The process that was started under a name."""
        return next(child for child in self._children if child.spec.name == name)

    def start(self, spec: Spec) -> Child:
        log = self._logs / f"{spec.name}.log"
        log.write_bytes(b"")
        child = Child(
            spec=spec,
            folder=self._project,
            log=log,
            record_file=self._records / f"{spec.name}.json",
        )
        self._children.append(child)
        child.start()
        return child

    def revive(self, say: Callable[[str], None]) -> None:
        """Start again what has ended, after a pause that doubles with every failure."""
        now = time.monotonic()
        for child in self._children:
            if child.is_running:
                continue
            if child.process is not None:
                code = child.process.returncode
                child.failures = 0 if now - child.began > STEADY_S else child.failures + 1
                pause_s = min(2.0 ** max(child.failures - 1, 0), LONGEST_PAUSE_S)
                child.next_start = now + pause_s
                child.end_what_is_left()
                say(
                    f"  {child.spec.title} ended ({_how(code)}); "
                    f"starting it again in {pause_s:.0f} s. Log: {child.log}"
                )
            elif now >= child.next_start:
                child.start()

    def stop(self) -> None:
        """Stop all, last started first, helpers after all others; at once when interrupted again.

        Those that do not call each other end side by side: each takes a second or two.
        """
        children, self._children = self._children[::-1], []
        try:
            for is_helper in (False, True):
                wave = [child for child in children if child.spec.is_helper is is_helper]
                for child in wave:
                    child.ask_to_stop()
                for child in wave:
                    child.stop()
        except KeyboardInterrupt:
            for child in children:
                child.stop(within_s=0)


def _how(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
