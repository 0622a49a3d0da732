import signal
from types import FrameType

from django.core.management.base import BaseCommand

from config.outbox.relay import Relay


class Command(BaseCommand):
    help = "Hand due work from PostgreSQL to Celery; do it here while the broker is away."

    def handle(self, *args: object, **options: object) -> None:
        is_stopping = False

        def stop(signum: int, frame: FrameType | None) -> None:
            nonlocal is_stopping
            is_stopping = True

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        self.stdout.write("relay: listening")
        Relay().serve(is_stopping=lambda: is_stopping)
