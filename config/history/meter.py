"""How far a history is: a bar where somebody looks, a line now and then where nobody does."""

import time
from datetime import date
from typing import TextIO

from config.history.year import Progress

WIDTH = 28
EVERY_S, EVERY_QUIET_S = 0.2, 20.0


class Meter:
    """Tells of progress on a stream, not oftener than it can be read."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_live = stream.isatty()
        self._began = self._told = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._told < (EVERY_S if self._is_live else EVERY_QUIET_S):
            return
        self._told = now
        words = self._words(progress, now - self._began)
        if not self._is_live:
            self._say(f"{words}\n")
            return
        filled = round(WIDTH * progress.share)
        bar = "#" * filled + "." * (WIDTH - filled)
        self._say(f"\r\x1b[2K[{bar}] {words}")

    def close(self) -> None:
        if self._is_live:
            self._say("\r\x1b[2K")

    def _words(self, progress: Progress, took_s: float) -> str:
        rate = progress.done / took_s if took_s else 0.0
        left = ""
        if progress.share > 0.02:
            left = f", {_spoken(took_s / progress.share * (1 - progress.share))} left"
        done = f"{progress.done:,} of {progress.orders:,} orders, {rate:.1f}/s"
        return f"{done}, {_day(progress.day)}{left}"

    def _say(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _spoken(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02} min" if minutes else f"{rest} s"
