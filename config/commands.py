"""What `manage.py` does once its interpreter is found: servers where needed, then Django."""

import importlib
import sys
import time
from collections.abc import Callable

from config.embedded import EmbeddedError, servers_for_a_command

ASKING_FOR_HELP = {"-h", "--help"}
# They arrange their own environment before Django reads it.
WITH_A_SHOP_OF_THEIR_OWN = {"demo": "config.demo.command", "storm": "tests.storm.command"}
WORTH_A_WORD_S = 1.5  # a server that was running already is found in less


def run(arguments: list[str], *, needs_servers: bool) -> None:
    """Run one management command, with DATABASE_URL and REDIS_URL filled where it needs them."""
    from django.core.management import execute_from_command_line  # after the path is ours

    line = ["manage.py", *arguments]
    if not needs_servers or ASKING_FOR_HELP & set(arguments):
        execute_from_command_line(line)
        return
    if module := WITH_A_SHOP_OF_THEIR_OWN.get(arguments[0]):
        importlib.import_module(module).run_from_command_line(arguments[1:])
        return
    try:
        with servers_for_a_command(report=report_when_slow):
            execute_from_command_line(line)
    except EmbeddedError as error:
        sys.exit(str(error))


def report_when_slow(title: str, step: Callable[[], str]) -> None:
    """Do a step; say so on standard error when somebody had to wait for it."""
    began = time.monotonic()
    said = step() or title
    took_s = time.monotonic() - began
    if took_s >= WORTH_A_WORD_S:
        sys.stderr.write(f"{said} started in {took_s:.1f} s\n")
