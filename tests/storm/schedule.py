"""Who does what, and what dies when: a pure function of the plan, so that a storm can be replayed.

Faults are placed between customers ("after the 13th has begun"), not by the clock: a slow machine
meets the same storm as a fast one.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass

from tests.storm.world import Plan

# Of a hundred customers, so many do this. What each deed is, `tests.storm.deeds` says.
DEEDS = {
    "buys": 27,
    "double_clicks": 15,
    "abandons": 8,
    "declined_first": 6,
    "asked_by_the_bank": 4,
    "pays_late": 8,
    "pays_twice": 5,
    "cancels_while_paying": 7,
    "debits": 3,
    "debit_fails": 2,
    "cancels_a_debit": 3,
    "asks_for_cancellation": 4,
    "asks_for_a_refund": 4,
    "disputes": 2,
    "reviewed": 2,
}
MACHINES = ("compact", "atelier")
COMES_BACK = 0.7  # the share of those who follow the cashier back to the shop after paying
CHANGES_A_CHOICE = 0.2
# How a process can die. A whole group goes at once; "main" leaves its children to themselves;
# "child" is one of them alone; "immediate" is how PostgreSQL calls its own kind of dying.
WAYS = {
    "web": ("group", "main", "child"),
    "worker": ("group", "main", "child"),
    "postgres": ("immediate", "group", "child"),
}
DOWN_S = (0.3, 3.0)


@dataclass(frozen=True, slots=True)
class Client:
    number: int
    deed: str
    machine: str
    comes_back: bool
    changes_a_choice: bool
    is_whole: bool  # of a refund: all of it, or a part

    def __str__(self) -> str:
        return f"client {self.number:>4}  {self.deed:<22} {self.machine:<8}" + (
            "" if self.comes_back else " closes the window"
        )


@dataclass(frozen=True, slots=True)
class Fault:
    after: int  # so many customers have begun
    kind: str  # "kill", "flush"
    target: str
    way: str = ""
    down_s: float = 0.0  # until it is started again

    def __str__(self) -> str:
        what = f"kill -9 {self.target} ({self.way})" if self.kind == "kill" else "flush the broker"
        back = f", back after {self.down_s:.1f} s" if self.kind == "kill" else ""
        return f"after {self.after:>5}  {what}{back}"


@dataclass(frozen=True, slots=True)
class Schedule:
    clients: tuple[Client, ...]
    faults: tuple[Fault, ...]

    def lines(self) -> Iterator[str]:
        """In the order in which things happen."""
        faults = list(self.faults)
        for client in self.clients:
            while faults and faults[0].after < client.number:
                yield str(faults.pop(0))
            yield str(client)
        yield from map(str, faults)

    @property
    def digest(self) -> str:
        """Two storms with the same one were the same."""
        return hashlib.sha256("\n".join(self.lines()).encode()).hexdigest()[:12]


def schedule(plan: Plan) -> Schedule:
    """Customers and faults draw from dice of their own: one does not turn the other."""
    return Schedule(
        clients=tuple(_clients(plan, _dice(plan, "clients"))),
        faults=tuple(_faults(plan, _dice(plan, "faults"))),
    )


def _dice(plan: Plan, whose: str) -> random.Random:
    return random.Random(f"{plan.seed}:{whose}")  # noqa: S311 (a schedule to be replayed)


def _clients(plan: Plan, dice: random.Random) -> Iterator[Client]:
    deeds = _shared_out(plan.orders)
    dice.shuffle(deeds)
    for number, deed in enumerate(deeds, start=1):
        yield Client(
            number=number,
            deed=deed,
            machine=dice.choice(MACHINES),
            comes_back=dice.random() < COMES_BACK,
            changes_a_choice=dice.random() < CHANGES_A_CHOICE,
            is_whole=dice.random() < 0.5,
        )


def _shared_out(count: int) -> list[str]:
    """Each deed as often as its share says, to within one (largest remainders)."""
    whole = sum(DEEDS.values())
    exact = {deed: count * share / whole for deed, share in DEEDS.items()}
    least = [deed for deed, number in exact.items() for _ in range(int(number))]
    by_remainder = sorted(exact, key=lambda deed: int(exact[deed]) - exact[deed])
    return least + by_remainder[: count - len(least)]


def _faults(plan: Plan, dice: random.Random) -> list[Fault]:
    faults = plan.faults
    targets = [name for name in faults.targets if not (faults.no_valkey and name == "valkey")]
    kills = [targets[number % len(targets)] for number in range(faults.kills)] if targets else []
    dice.shuffle(kills)
    flushes = 0 if faults.no_valkey else faults.flush_broker
    places = _spread(plan.orders, len(kills) + flushes, dice)
    flushed_at = set(dice.sample(range(len(places)), flushes))
    made: list[Fault] = []
    for number, after in enumerate(places):
        if number in flushed_at:
            made.append(Fault(after, "flush", "valkey"))
        else:
            target = kills.pop()
            way = dice.choice(WAYS.get(target, ("group",)))
            down_s = 0.0 if way == "child" else round(dice.uniform(*DOWN_S), 1)
            made.append(Fault(after, "kill", target, way, down_s))
    return made


def _spread(orders: int, count: int, dice: random.Random) -> list[int]:
    """One place in each of `count` equal stretches of the run."""
    return sorted(1 + int(orders * (number + dice.random()) / count) for number in range(count))
