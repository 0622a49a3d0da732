"""`./manage.py demo`: the shop on this machine, or a check that buys something in it."""

import argparse
import sys

from config.demo.errors import DemoError
from config.demo.run import STAFF, open_shop, the_only_demo_of
from config.demo.screen import Screen
from config.demo.surroundings import (
    PREFERRED_PORTS,
    Surroundings,
    surroundings,
    usual_ports,
)
from config.embedded import EmbeddedError, home_folder

HELP = "Run the whole shop on this machine, with demo data. Ctrl-C stops it."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port",
        type=int,
        default=PREFERRED_PORTS["shop"],
        help="the shop's port; the next free one where it is taken (default: %(default)s)",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="start on free ports with fresh data, buy a configured computer, report, stop",
    )
    parser.add_argument(
        "--orders", type=int, default=1, metavar="N", help="with --check: buy so many times"
    )


def run_from_command_line(arguments: list[str]) -> None:
    """Runs before Django has read its settings, because it decides what they will say."""
    parser = argparse.ArgumentParser(prog="manage.py demo", description=HELP)
    add_arguments(parser)
    options = parser.parse_args(arguments)
    sys.exit(run(check=options.check, orders=options.orders, port=options.port))


def run(*, check: bool, orders: int, port: int) -> int:
    """Run the demo or its check; the exit code."""
    screen = Screen()
    try:
        if check:
            from config.demo.check import check_demo

            return check_demo(screen, orders=orders)
        _serve(screen, port)
    except (DemoError, EmbeddedError) as error:
        screen.say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        screen.say("\n  Stopped.")
        return 0
    return 0


def _serve(screen: Screen, port: int) -> None:
    screen.say("Cartwright\n")
    home = home_folder()
    with the_only_demo_of(home):
        place = surroundings(home, chosen=usual_ports(port))
        _say_moved_ports(screen, place, port)
        with open_shop(place, screen) as shop:
            _say_addresses(screen, place)
            shop.keep_open(screen)


def _say_moved_ports(screen: Screen, place: Surroundings, port: int) -> None:
    for name, wanted in (PREFERRED_PORTS | {"shop": port}).items():
        if place.ports[name] != wanted:
            screen.say(f"  Port {wanted} is taken; {name} is at {place.ports[name]}.")


def _say_addresses(screen: Screen, place: Surroundings) -> None:
    lines = [
        ("Shop", place.url("shop")),
        ("Console", place.url("shop", "/ops/")),
        ("Admin", place.url("shop", "/admin/")),
        ("API", place.url("shop", "/api/v1/docs/")),
    ]
    if place.needs_cashier:
        lines.append(("Cashier", place.url("cashier")))
    if place.needs_inbox:
        lines.append(("Mails", place.url("inbox")))
    screen.say()
    for title, url in lines:
        screen.say(f"  {title:<10} {url}")
    screen.say(f"\n  Staff login: {STAFF} / {place.staff_password}")
    screen.say("  Roles, same password: product, purchasing, floor, finance")
    screen.say(f"  Data and logs: {place.home}. Ctrl-C stops everything.\n")
