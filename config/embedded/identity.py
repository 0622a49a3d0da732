"""Whether a process number on paper still is the process that was meant.

Numbers are given out again, so a pid file alone may name a stranger. Beside the number we keep the
moment the process began, which no later process with the same number can share.
"""

import json
import os
import signal
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from config.embedded.waiting import wait_until

PROC = Path("/proc")
STATE_FIELD, START_TICKS_FIELD = 0, 19  # of /proc/PID/stat, counted after the name; proc(5)


@dataclass(frozen=True, slots=True)
class ProcessRecord:
    pid: int
    began: str  # opaque: only compared for equality

    @classmethod
    def of(cls, pid: int) -> Self:
        return cls(pid=pid, began=began_at(pid) or "")

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """The record in a file; None where there is no file or only half of one."""
        try:
            fields = json.loads(path.read_text())
            return cls(pid=int(fields["pid"]), began=str(fields["began"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, path: Path) -> None:
        fresh = path.with_name(path.name + ".new")
        fresh.write_text(json.dumps(asdict(self)))
        fresh.replace(path)

    @property
    def is_alive(self) -> bool:
        return bool(self.began) and began_at(self.pid) == self.began

    def end(self, *, politely: signal.Signals, within_s: float, is_group: bool = False) -> None:
        """Signal it, wait, and kill what is still there (its whole group when it leads one)."""
        send = os.killpg if is_group else os.kill
        for number, patience_s in ((politely, within_s), (signal.SIGKILL, 5.0)):
            if not self.is_alive:
                break
            try:
                send(self.pid, number)
            except ProcessLookupError:
                break
            wait_until(lambda: not self.is_alive, within_s=patience_s)


def began_at(pid: int) -> str | None:
    """A mark of when a process began; None when there is none (or only its zombie)."""
    if (PROC / "self/stat").exists():
        return _began_on_linux(pid)
    shown = subprocess.run(
        ["/bin/ps", "-o", "state=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split(maxsplit=1)
    if len(shown) < 2 or shown[0].startswith("Z"):
        return None
    return shown[1].strip()


def _began_on_linux(pid: int) -> str | None:
    try:
        stat = (PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    fields = stat.rpartition(b")")[2].split()  # the name may hold spaces and brackets
    if fields[STATE_FIELD] in {b"Z", b"X"}:
        return None
    # Ticks count from boot, so the boot belongs to the mark.
    boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}:{fields[START_TICKS_FIELD].decode()}"
