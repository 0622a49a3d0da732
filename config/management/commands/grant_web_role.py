import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.web_role import UnfitRole, grant_web_role


class Command(BaseCommand):
    help = (
        "Let a database role do what the web process needs, and not release orders. "
        "Run it as the owner of the tables, after every migrate."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", help="Made where it is not there yet.")
        parser.add_argument(
            "--password-from",
            metavar="VARIABLE",
            help="Set the role's password to that of this environment variable.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        password = ""
        if variable := options["password_from"]:
            password = os.environ.get(variable, "")
            if not password:
                raise CommandError(f"{variable} is not set, or empty.")
        try:
            grants = grant_web_role(options["role"], password=password)
        except UnfitRole as error:
            raise CommandError(str(error)) from None
        if options["verbosity"] < 1:
            return
        width = max(len(grant.table) for grant in grants)
        for grant in grants:
            why = f" ({grant.why})" if grant.why else ""
            self.stdout.write(f"{grant.table.ljust(width)}  {grant.words}{why}")
