"""Load the demo shop: three machines on 1,300 real parts, their suppliers, stock and staff."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.demo.loading import load
from config.demo.loading.circuits import refresh_circuits


class Command(BaseCommand):
    help = "Load the demo shop. Safe to repeat: only what changed is written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--staff-password",
            default="",
            help="lets the staff of each role log in: product, purchasing, floor, finance",
        )

        parser.add_argument(
            "--refresh-circuits",
            action="store_true",
            help="after a change of options or rules: compile the circuits that ship with the demo",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.perf_counter()
        counts = load(staff_password=options["staff_password"])
        if options["refresh_circuits"]:
            counts["circuits compiled"] = refresh_circuits()
        if options["verbosity"]:
            for name, count in counts.items():
                self.stdout.write(f"{count:>6,}  {name}")
            self.stdout.write(f"Loaded in {time.perf_counter() - started:.1f} s.")
