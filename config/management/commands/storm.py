import importlib
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    """Its own word in `manage.py help`; from a shell, `config.commands` gets there first."""

    help = "Run the whole shop through faults and bad manners, and look whether all is well after."

    def add_arguments(self, parser: CommandParser) -> None:
        importlib.import_module("tests.storm.command").add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        raise SystemExit("Run it from a shell, so that it can arrange servers of its own.")
