import signal
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from config.outbox.relay import Relay


class Command(BaseCommand):
    help = "Hand due work from PostgreSQL to Celery; do it here while the broker is away."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--sign-of-life",
            type=Path,
            help="A file to touch about every second; a health check looks at its age.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        is_stopping = False
        sign: Path | None = options["sign_of_life"]

        def stop(signum: int, frame: FrameType | None) -> None:
            nonlocal is_stopping
            is_stopping = True

        def asked() -> bool:
            """Asked before every round, so this is where a living relay shows."""
            if sign is not None:
                sign.touch()
            return is_stopping

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        self.stdout.write("relay: listening")
        Relay().serve(is_stopping=asked)
