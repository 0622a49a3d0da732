"""One storm from first customer to rest: customers in threads, faults between them."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from config.demo.errors import DemoError
from config.demo.run import OpenShop, open_shop
from config.demo.screen import Screen
from config.demo.surroundings import SANDBOX_KEY, surroundings, unusual_ports
from config.embedded.waiting import wait_until
from tests.storm.bank import Bank
from tests.storm.customer import Customer
from tests.storm.deeds import Others, live
from tests.storm.processes import Town
from tests.storm.quiet import Look, come_to_rest
from tests.storm.schedule import Client, Fault, Schedule, schedule
from tests.storm.seen import Seen
from tests.storm.staff import Desk
from tests.storm.visitor import GaveUp
from tests.storm.world import Faults, Plan, World

AT_ONCE = 6  # customers in the shop at the same time, in a storm
AT_ONCE_CALM = 2
LOOK_EVERY_S = 0.1
UP_AGAIN_S = 90.0
# What a machine may have set for its own shop: a storm has everything of its own.
FOREIGN = (
    "DATABASE_URL", "REDIS_URL", "STRIPE_SECRET_KEY", "STRIPE_API_BASE", "STRIPE_WEBHOOK_SECRET",
    "EMAIL_URL", "MAIL_INBOX_URL", "BASE_URL", "STATIC_MANIFEST", "COMPILE_CIRCUITS",
    "CONN_MAX_AGE", "CARTWRIGHT_HOME", "DEBUG", "SEASONING_DAYS", "WEB_CONCURRENCY",
)  # fmt: skip


@dataclass(slots=True)
class Fates:
    """How it went for the customers, by what each of them can tell."""

    done: int = 0
    gave_up: list[str] = field(default_factory=list)  # nobody answered for too long
    lost: list[str] = field(default_factory=list)  # a page that nobody expected there


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is left when a storm is over. `unrest` says what never came to an end."""

    plan: Plan
    schedule: Schedule
    world: World
    fates: Fates
    unrest: tuple[str, ...]
    cashier: dict[str, object]  # its state, as it tells it
    ended_alone: dict[str, int]


@contextmanager
def stormy_shop(plan: Plan, folder: Path, screen: Screen) -> Iterator[OpenShop]:
    """A whole shop in `folder`, with the bug it is asked to have."""
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ["CASHIER_CHAOS"] = chaos_words(plan.faults, plan.seed)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    if plan.bug:
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.storm.bugs.settings"
        os.environ["STORM_BUG"] = plan.bug
    place = surroundings(folder / "home", chosen=unusual_ports())
    with open_shop(place, screen, ends_with_us=True) as shop:
        if plan.bug:
            from tests.storm.bugs import BUGS

            with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
                for statement in BUGS[plan.bug].sql:
                    connection.execute(statement)
        yield shop


def chaos_words(faults: Faults, seed: int) -> str:
    """The cashier's own words for what it shall do to events."""
    knobs = ("duplicate", "shuffle", "delay", "drop", "forge", "silence")
    chosen = {name: getattr(faults, name) for name in knobs if getattr(faults, name)}
    return ",".join(f"{name}={value}" for name, value in (chosen | {"seed": seed}).items())


def weather(plan: Plan, shop: OpenShop, folder: Path, screen: Screen) -> Outcome:
    """Let the storm pass over the shop, and wait until it has come to rest."""
    planned = schedule(plan)
    town, seen, fates = Town(shop), Seen(folder / "seen.jsonl"), Fates()
    place, started_at = shop.place, datetime.now(UTC)
    bank = Bank(place.url("cashier"), SANDBOX_KEY)
    others = Others(Desk(place.url("shop"), place.staff_password, seen), bank)
    town.open_a_second_relay()
    if plan.faults.no_valkey:
        town.shut_for_good("valkey")

    def serve(client: Client) -> None:
        _serve(Customer(client, place.url("shop"), seen), others, fates)

    screen.step("Storm", lambda: _blow(plan, planned, town, serve))
    last_fault_at = max((fact.at for fact in town.facts), default=None)
    unrest: list[str] = []
    look = Look(os.environ["DATABASE_URL"], bank, seen.path, town)
    screen.step("Rest", lambda: come_to_rest(plan, look, unrest))
    seen.close()
    world = World(
        dsn=look.dsn,
        cashier_url=place.url("cashier"),
        cashier_key=SANDBOX_KEY,
        mail_url=place.url("inbox"),
        seen=seen.path,
        logs=place.log_folder,
        started_at=started_at,
        last_fault_at=last_fault_at,
        quiet_at=None if unrest else datetime.now(UTC),
        faults=tuple(town.facts),
    )
    return Outcome(plan, planned, world, fates, tuple(unrest), bank.state(), dict(town.ended_alone))


def _blow(plan: Plan, planned: Schedule, town: Town, serve: Callable[[Client], None]) -> str:
    """Customers come as others leave; a fault strikes when its number of them has begun."""
    clients, faults = deque(planned.clients), deque(planned.faults)
    at_once = AT_ONCE if planned.faults or plan.faults != Faults() else AT_ONCE_CALM
    running: set[Future[None]] = set()
    with ThreadPoolExecutor(at_once) as pool:
        while clients or running or faults:
            town.look_after()
            _strike(faults, town, begun=len(planned.clients) - len(clients))
            while clients and len(running) < at_once:
                running.add(pool.submit(serve, clients.popleft()))
            done, running = wait(running, LOOK_EVERY_S, FIRST_COMPLETED)
            for future in done:
                future.result()
    wait_until(lambda: _is_whole(town), within_s=UP_AGAIN_S, every_s=LOOK_EVERY_S)
    kills = sum(1 for fact in town.facts if fact.kind == "kill")
    return f"Storm: {plan.orders} customers, {kills} kills"


def _is_whole(town: Town) -> bool:
    town.look_after()
    return town.is_whole


def _strike(faults: deque[Fault], town: Town, *, begun: int) -> None:
    while faults and faults[0].after <= begun and town.inflict(faults[0]):
        faults.popleft()


def _serve(customer: Customer, others: Others, fates: Fates) -> None:
    who = f"client {customer.client.number} ({customer.client.deed})"
    try:
        live(customer, others)
    except (GaveUp, TimeoutError) as error:
        fates.gave_up.append(f"{who}: {error}")
    except (DemoError, LookupError, ValueError) as error:
        fates.lost.append(f"{who}: {type(error).__name__}: {error}")
    else:
        fates.done += 1
