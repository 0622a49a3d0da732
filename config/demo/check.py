"""`demo --check`: start everything afresh, buy, look for every consequence, stop, say what was."""

import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from config.demo.errors import DemoError
from config.demo.evidence import Findings, Inbox, find, page_problem
from config.demo.journey import Purchase, buy
from config.demo.run import open_shop
from config.demo.screen import Screen
from config.demo.surroundings import Surroundings, surroundings, unusual_ports
from config.embedded.waiting import wait_until

MODEL = "atelier"  # the creator workstation
PATIENCE_S = 90.0  # until every consequence must be there
LOOK_EVERY_S = 0.1
LOG_LINES = 25  # of each process, when something went wrong
REFUSED = ("STRIPE_SECRET_KEY", "EMAIL_URL")


def check_demo(screen: Screen, *, orders: int) -> int:
    """The exit code: 0 when nothing is missing. What went wrong is kept, and its logs shown."""
    if set_ones := [name for name in REFUSED if os.environ.get(name)]:
        raise DemoError(
            f"The check pays at the sandbox cashier and reads the mail sink, but "
            f"{' and '.join(set_ones)} lead elsewhere. Unset them for the check."
        )
    screen.say("Cartwright, checked from click to mail\n")
    folder = Path(tempfile.mkdtemp(prefix="cartwright-check-"))
    place = surroundings(folder / "home", chosen=unusual_ports())
    is_good = False
    try:
        missing = _run_the_shop(screen, place, orders)
        is_good = not missing
    finally:
        if is_good:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            _show_logs(screen, place)
    for line in missing:
        screen.say(f"  Missing: {line}")
    screen.say(f"  {'Nothing' if is_good else 'Something'} is missing.")
    return 0 if is_good else 1


def _run_the_shop(screen: Screen, place: Surroundings, orders: int) -> list[str]:
    began = time.monotonic()
    with open_shop(place, screen):
        started_s = time.monotonic() - began
        refuse_a_used_shop()
        missing = _buy_and_look(screen, place, orders)
        stopping = time.monotonic()
    stopped_s = time.monotonic() - stopping
    screen.say(f"\n  Started in {started_s:.1f} s, stopped in {stopped_s:.1f} s.")
    return missing


def _show_logs(screen: Screen, place: Surroundings) -> None:
    screen.say(f"\n  Kept for a look: {place.home}")
    for log in sorted(place.log_folder.glob("*.log")):
        lines = log.read_text(errors="replace").splitlines()[-LOG_LINES:]
        screen.say("\n".join([f"\n== {log.name}", *lines]))
    screen.say()


def refuse_a_used_shop() -> None:
    """With DATABASE_URL set, the check would leave its orders among somebody's real ones."""
    from django.apps import apps

    if apps.get_model("shop", "Order").objects.exists():
        raise DemoError("DATABASE_URL names a database that holds orders. Give the check its own.")


def _buy_and_look(screen: Screen, place: Surroundings, orders: int) -> list[str]:
    from django.urls import reverse

    configure_path = reverse("configurator:configure", args=[MODEL])
    purchases: list[Purchase] = []

    def shop_around() -> str:
        while len(purchases) < orders:
            purchases.append(buy(place.url("shop"), configure_path))
        last = purchases[-1]
        return (
            f"Bought {orders} ({last.changed}): {last.pages} pages, {last.seconds:.2f} s of waiting"
        )

    found: list[Findings] = []

    def look() -> str:
        found[:] = wait_for_everything(place, purchases)
        jobs = sum(findings.jobs for findings in found)
        numbers = {number for findings in found for number in findings.purchase_orders}
        return f"Made: {jobs} assembly jobs, {len(numbers)} purchase orders mailed (CSV, PDF)"

    screen.say()
    screen.step("Buying", shop_around)
    screen.step("Waiting for jobs, purchase orders and mails", look)
    problems = [f"{f.number or 'an order'}: {what}" for f in found for what in f.missing]
    if not any(findings.purchase_orders for findings in found):
        problems.append("no purchase order at all")
    if "broker away" in (place.log_folder / "relay.log").read_text():
        problems.append("the relay did the worker's work: it could not reach the broker")
    _say_times(screen, found)
    return problems


def wait_for_everything(place: Surroundings, purchases: list[Purchase]) -> list[Findings]:
    """The findings of every order: as soon as nothing is missing, or when patience ends."""
    inbox = Inbox(place)
    found: list[Findings] = []

    def is_complete() -> bool:
        inbox.refresh()
        found[:] = [find(purchase, inbox) for purchase in purchases]
        return not any(findings.missing for findings in found)

    wait_until(is_complete, within_s=PATIENCE_S, every_s=LOOK_EVERY_S)
    for purchase, findings in zip(purchases, found, strict=True):
        if problem := page_problem(purchase, findings):
            findings.missing.append(problem)
    return found


def _say_times(screen: Screen, found: list[Findings]) -> None:
    times = sorted(f.seconds_to_mail for f in found if f.seconds_to_mail is not None)
    if len(times) == 1:
        screen.say(f"  From cleared to the last purchase-order mail accepted: {times[0]:.2f} s.")
    elif times:
        p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
        screen.say(
            f"  From cleared to the last purchase-order mail accepted: p50 "
            f"{statistics.median(times):.2f} s, p95 {p95:.2f} s, of {len(times)} orders."
        )
