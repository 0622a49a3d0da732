from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.demo import command


class Command(BaseCommand):
    """Its own word in `manage.py help`; from a shell, `config.commands` gets there first."""

    help = command.HELP

    def add_arguments(self, parser: CommandParser) -> None:
        command.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        raise SystemExit(
            command.run(check=options["check"], orders=options["orders"], port=options["port"])
        )
