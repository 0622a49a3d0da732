"""What the demo says while it starts: one line a step, with its time."""

import sys
import time
from collections.abc import Callable
from typing import TextIO

WIDTH = 64  # of the words before the time


class Screen:
    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self._stream = stream
        self._is_live = stream.isatty()
        encoding = stream.encoding or "ascii"
        self._tick, self._cross = ("✓", "✗") if _can_show("✓✗", encoding) else ("ok", "--")

    def step(self, title: str, work: Callable[[], str]) -> None:
        """Do one step. `work` returns what it has to say, or nothing for the title alone."""
        if self._is_live:
            self._stream.write(f"  … {title}")
            self._stream.flush()
        began = time.monotonic()
        try:
            said = work() or title
        except BaseException:
            self._line(self._cross, title, time.monotonic() - began)
            raise
        self._line(self._tick, said, time.monotonic() - began)

    def say(self, text: str = "") -> None:
        self._stream.write(f"{text}\n")
        self._stream.flush()

    def _line(self, mark: str, text: str, took_s: float) -> None:
        start = "\r\x1b[2K" if self._is_live else ""
        self.say(f"{start}  {mark} {text:<{WIDTH}} {took_s:5.1f} s")


def _can_show(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
