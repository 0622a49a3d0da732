"""Trouble on purpose: what the network and Stripe itself may do, in chosen measure.

    CASHIER_CHAOS="duplicate=0.3,shuffle=2,drop=0.05,delay=0.5,forge=0.1,silence=0.02,seed=7"
    CASHIER_CHAOS="slow=0.4,hang=0.01,limit=0.02,lock=0.05,busy=0.01,fault=0.05,cut=0.1,seed=7"

The n-th event under one seed always meets the same fate, whatever else happens meanwhile. Calls
of the API are drawn by the same seed and counted apart: see ``outages``.
"""

import json
import random
from dataclasses import asdict, dataclass, fields
from typing import Any

from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.mischief import FORGERIES, plan

LONGEST_SECONDS = 3_600.0
SHARES = (
    "duplicate", "drop", "forge", "silence",
    "hang", "limit", "lock", "busy", "fault", "stuck", "cut",
)  # fmt: skip
OF_EVENTS = ("duplicate", "shuffle", "drop", "delay", "forge", "silence")


@dataclass(frozen=True, slots=True)
class Chaos:
    """Shares lie between 0 and 1, times are seconds. All zero: nothing is disturbed."""

    duplicate: float = 0.0  # share of events that are delivered twice or three times
    shuffle: float = 0.0  # seconds over which deliveries are spread, so that they overtake
    drop: float = 0.0  # share that is never delivered, but listed
    delay: float = 0.0  # seconds before a first delivery
    forge: float = 0.0  # share beside which a forged one is sent
    silence: float = 0.0  # share that is never generated: neither delivered nor listed
    seed: int = 0
    slow: float = 0.0  # seconds before each answer of the API
    hang: float = 0.0  # share of calls that are never answered; nothing was done
    limit: float = 0.0  # share turned away: 429, rate_limit
    lock: float = 0.0  # share turned away: 429, lock_timeout
    busy: float = 0.0  # share of calls with a key that are turned away: 409, key in use
    fault: float = 0.0  # share answered 500 before anything began; the same key may try again
    stuck: float = 0.0  # share whose work broke: 500, and the same key gets the same 500 again
    cut: float = 0.0  # share whose work is done and whose connection then ends without an answer

    def __post_init__(self) -> None:
        for name in SHARES:
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"chaos: {name} is a share between 0 and 1")
        for name in ("shuffle", "delay", "slow"):
            if not 0 <= getattr(self, name) <= LONGEST_SECONDS:
                raise ValueError(f"chaos: {name} is between 0 and {LONGEST_SECONDS:g} seconds")


CALM = Chaos()
NAMES = tuple(one.name for one in fields(Chaos))


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to one event. Waits are seconds from now."""

    is_silent: bool = False
    is_dropped: bool = False
    wait: float = 0.0
    mischief: tuple[tuple[str, float], ...] = ()  # (kind, wait) of copies and forgeries


def parse_chaos(text: str) -> Chaos:
    """Read ``name=number`` pairs divided by commas. Raises ValueError that says what is wrong."""
    values: dict[str, Any] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, number = part.partition("=")
        if name not in NAMES:
            raise ValueError(f"chaos: {name!r} is none of {', '.join(NAMES)}")
        try:
            values[name] = int(number) if name == "seed" else float(number)
        except ValueError as error:
            raise ValueError(f"chaos: {name} must be a number, not {number!r}") from error
    return Chaos(**values)


def begin(cashier: Cashier) -> None:
    """Take up what the cashier was started with, unless it was already; inside a transaction.

    A restart with the same setting goes on where the last run was killed.
    """
    text = cashier.settings.chaos
    if text and text != cashier.store.knob("chaos_at_start"):
        cashier.store.set_knob("chaos_at_start", text)
        set_chaos(cashier, parse_chaos(text))


def set_chaos(cashier: Cashier, chaos: Chaos) -> None:
    """From now on; events and calls are counted from one again. Inside a transaction."""
    cashier.store.set_knob("chaos", json.dumps(asdict(chaos)))
    cashier.store.set_knob("chaos_events", "0")
    cashier.store.set_knob("chaos_calls", "0")


def current(cashier: Cashier) -> Chaos:
    text = cashier.store.knob("chaos")
    return Chaos(**json.loads(text)) if text else CALM


def next_fate(cashier: Cashier) -> Fate:
    """Count an event and draw its fate. Inside a transaction."""
    chaos = current(cashier)
    if not any(getattr(chaos, name) for name in OF_EVENTS):
        return Fate()
    return draw(chaos, cashier.store.count("chaos_events"))


def draw(chaos: Chaos, number: int) -> Fate:
    """The fate of the n-th event. Every draw is made, so that one knob does not turn another."""
    dice = random.Random(f"{chaos.seed}:{number}")  # noqa: S311 (a schedule to be replayed)
    is_silent, is_dropped, is_doubled, is_forged = (
        dice.random() < share for share in (chaos.silence, chaos.drop, chaos.duplicate, chaos.forge)
    )
    wait = chaos.delay + dice.random() * chaos.shuffle
    spread = 1 + chaos.shuffle
    copies = [("copy", wait + dice.random() * spread) for _ in range(dice.randint(1, 2))]
    forged = (dice.choice(FORGERIES), dice.random() * spread)
    beside = (copies if is_doubled and not is_dropped else []) + ([forged] if is_forged else [])
    return Fate(is_silent, is_dropped, wait, tuple(beside))


def plan_mischief(cashier: Cashier, event_id: str, fate: Fate) -> None:
    for kind, wait in fate.mischief:
        plan(cashier, event_id, kind, due_at=cashier.clock() + wait)
