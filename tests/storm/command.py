"""`./manage.py storm`: one storm, its schedule alone, or the storm over every seeded bug."""

import argparse
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from config.demo.errors import DemoError
from config.demo.screen import Screen
from config.embedded import EmbeddedError
from tests.storm.schedule import schedule
from tests.storm.world import ROUGH, Faults, Plan

HELP = "Run the whole shop through faults and bad manners, and look whether all is well afterwards."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--orders", type=int, metavar="N", help="customers (default: 100)")
    parser.add_argument("--kills", type=int, metavar="K", help="processes killed (default: 10)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="(default: %(default)s)")
    parser.add_argument(
        "--calm", action="store_true", help="no fault at all: how quick is it when all is well?"
    )
    parser.add_argument(
        "--no-valkey",
        action="store_true",
        help="the broker is dead throughout, and not one event is delivered",
    )
    parser.add_argument("--bug", default="", metavar="NAME", help="run with one seeded bug")
    parser.add_argument(
        "--bugs", action="store_true", help="run every seeded bug, and say which are caught"
    )
    folder = parser.add_mutually_exclusive_group()
    folder.add_argument(
        "--keep", action="store_true", help="keep its folder, with the logs, when all was well too"
    )
    folder.add_argument("--forget", action="store_true", help="keep it in no case")
    parser.add_argument(
        "--schedule", action="store_true", help="print what would happen, and do nothing"
    )


def run_from_command_line(arguments: list[str]) -> None:
    """Runs before Django has read its settings, because a storm decides what they will say."""
    parser = argparse.ArgumentParser(prog="manage.py storm", description=HELP)
    add_arguments(parser)
    options = parser.parse_args(arguments)
    if (options.orders or 1) < 1 or (options.kills or 0) < 0:
        parser.error("--orders must be above zero, and --kills not below it")
    sys.exit(run(options))


def run(options: argparse.Namespace) -> int:
    """The exit code: 0 when the storm was weathered, or every bug was caught."""
    if options.bugs:
        from tests.storm.negative import try_every_bug

        return try_every_bug(Screen(), seed=options.seed)
    plan = plan_of(options)
    if options.schedule:
        sys.stdout.writelines(f"{line}\n" for line in schedule(plan).lines())
        return 0
    try:
        return weather_it(plan, Screen(), keep=options.keep, forget=options.forget)
    except (DemoError, EmbeddedError) as error:
        sys.stdout.write(f"\n{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stdout.write("\n  Stopped.\n")
        return 130


def plan_of(options: argparse.Namespace) -> Plan:
    """What is asked for; a seeded bug brings its own faults and number of customers."""
    faults, orders = ROUGH, 100
    if options.bug:
        from tests.storm.bugs import BUGS

        if options.bug not in BUGS:
            raise SystemExit(f"There is no bug {options.bug!r}, only {', '.join(BUGS)}.")
        faults, orders = BUGS[options.bug].faults or ROUGH, BUGS[options.bug].orders
    elif options.calm:
        faults = Faults()
    else:
        faults = replace(faults, kills=10)
    if options.kills is not None:
        faults = replace(faults, kills=options.kills)
    if options.no_valkey:
        faults = replace(faults, no_valkey=True, drop=1.0)
    return Plan(options.orders or orders, options.seed, faults, options.bug)


def weather_it(plan: Plan, screen: Screen, *, keep: bool, forget: bool) -> int:
    """One storm in a folder of its own. Unless told, that is kept when something went wrong."""
    from tests.storm.report import report
    from tests.storm.run import stormy_shop, weather
    from tests.storm.truths import check

    screen.say(f"Storm: {plan.orders} customers, {plan.kills} kills, seed {plan.seed}\n")
    folder = Path(tempfile.mkdtemp(prefix="cartwright-storm-"))
    is_good = False
    try:
        with stormy_shop(plan, folder, screen) as shop:
            outcome = weather(plan, shop, folder, screen)
            made = report(outcome, check(outcome.world))
        is_good = made.is_good
    finally:
        if forget or (is_good and not keep):
            shutil.rmtree(folder, ignore_errors=True)
        else:
            screen.say(f"\n  Kept for a look: {folder}")
    for line in made.lines():
        screen.say(line)
    screen.say(f"  {'Weathered' if is_good else 'NOT weathered'}: {outcome.schedule.digest}")
    screen.say(made.json_line())
    return 0 if is_good else 1
