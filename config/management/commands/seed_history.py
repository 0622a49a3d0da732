"""Live through a year of the plant: orders, purchases, machines and mishaps, by the services."""

import gc
import sys
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.embedded.keepsakes import kept_secret
from config.env import HOME
from config.history.clock import forget_clock
from config.history.meter import Meter
from config.history.refusals import HistoryRefused, refuse_here, refuse_numbers, the_end
from config.history.year import DAYS, Plan, live_through
from shop.models import Order
from shop.stripe.sandbox.errors import StateInUseError

CASHIER = HOME / "cashier"  # as the demo has it, so that it knows these payments


class Command(BaseCommand):
    help = (
        "Make a year of the plant in an empty database, through the services, under a clock of its "
        "own; it ends today with orders in every stage. The same seed makes the same history."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--orders", type=int, required=True, metavar="N")
        parser.add_argument("--seed", default="1", help="any word or number (default: 1)")
        parser.add_argument("--until", default="", metavar="DAY", help="its last day, 2026-03-31")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        meter = Meter(sys.stderr)
        try:
            refuse_numbers(options["orders"])
            ends_at = the_end(options["until"])
            forget_clock()
            refuse_here()
            counts = _made(options["orders"], options["seed"], ends_at, meter)
        except HistoryRefused as refused:
            raise CommandError(str(refused)) from None
        except StateInUseError:
            raise CommandError(f"{CASHIER} is in use: a demo runs. Stop it first.") from None
        except KeyboardInterrupt:
            meter.close()
            raise CommandError(_interrupted(), returncode=130) from None
        if options["verbosity"]:
            self._tell(counts, time.monotonic() - began)

    def _tell(self, counts: Mapping[str, int], took_s: float) -> None:
        for what, many in sorted(counts.items()):
            self.stdout.write(f"{many:>7,}  {what}")
        rate = counts.get("orders", 0) / took_s
        self.stdout.write(f"Made in {took_s:.0f} s, {rate:.1f} orders/s.")


def _made(orders: int, seed: str, ends_at: Any, meter: Meter) -> dict[str, int]:
    first = timezone.localdate(ends_at) - timedelta(days=DAYS)
    plan = Plan(orders, seed, first, ends_at, CASHIER, kept_secret(HOME / "staff-password"))
    gc.disable()  # nothing that is made here goes in circles for long
    try:
        return live_through(plan, meter)
    finally:
        gc.enable()
        meter.close()


def _interrupted() -> str:
    return (
        f"Interrupted after {Order.objects.count():,} orders. What was made is whole, and ends "
        "where it was; it cannot be gone on with, but it can be looked at."
    )
