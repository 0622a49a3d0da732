"""What a storm is asked for, and what it hands to whoever judges it. No Django here."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

# What can be killed. Everything but the mail sink, which stands for other people's servers.
PROCESSES = ("web", "worker", "beat", "relay", "valkey", "cashier", "postgres")


@dataclass(frozen=True, slots=True)
class Faults:
    """What may go wrong. Shares lie between 0 and 1, times are seconds. All zero: a calm run."""

    kills: int = 0  # kill -9, dealt out among `targets`
    targets: tuple[str, ...] = PROCESSES
    flush_broker: int = 0  # how often the broker forgets everything it holds
    no_valkey: bool = False  # the broker is dead from the first to the last second
    duplicate: float = 0.0  # share of events that are delivered twice or three times
    shuffle: float = 0.0  # seconds over which deliveries are spread, so that they overtake
    delay: float = 0.0  # seconds before a first delivery
    drop: float = 0.0  # share that is listed by the cashier, but never delivered
    forge: float = 0.0  # share beside which a forged one is sent
    silence: float = 0.0  # share that is never even generated


ROUGH = Faults(flush_broker=2, duplicate=0.3, shuffle=2.0, drop=0.05, forge=0.3, silence=0.02)


@dataclass(frozen=True, slots=True)
class Plan:
    """The arguments of one storm; its schedule is a function of them alone."""

    orders: int
    seed: int
    faults: Faults
    bug: str = ""  # name of a seeded bug the shop runs with; empty: the shop as it is

    @property
    def kills(self) -> int:
        return self.faults.kills


@dataclass(frozen=True, slots=True)
class FaultFact:
    """A fault that was really inflicted."""

    at: datetime
    kind: str  # "kill", "flush", "down", "up"
    target: str  # one of PROCESSES


@dataclass(frozen=True, slots=True)
class World:
    """Where the truth lies when everything has come to rest. Times are aware, in UTC.

    `seen` holds one JSON object a line, written by the clients as they went, in this form:
    ``{"at": ISO time, "client": int, "deed": str, "kind": str, "status": int, "order": number or
    null, "token": str or null, "session": "cs_…" or null, "path": str}``. Kinds:

    placed        the answer to a checkout led to the cashier: the order must exist
    page          a page was shown; "status" says how
    paid          the cashier took the payment and sent the customer back
    declined      the cashier refused the card; another one follows, or none
    double_click  the same form was sent twice at once (beside the event of the first)
    cancelled     the shop acknowledged that the customer gave up an unpaid order, or asked for
                  the cancellation of a paid one ("path" tells which form it was)
    refund_asked  staff's refund was acknowledged
    disputed      the customer's bank took the money back
    error         no answer at all (status 0), or one that nobody may get (500 and above)
    """

    dsn: str  # PostgreSQL, as the owner of the tables
    cashier_url: str
    cashier_key: str  # for its API and its control endpoints under /sandbox/
    mail_url: str  # the mail sink's pages and JSON
    seen: Path
    logs: Path  # folder with one .log for each process
    started_at: datetime
    last_fault_at: datetime | None  # None: a calm run
    quiet_at: datetime | None  # None: it never came to rest
    faults: tuple[FaultFact, ...] = field(default=())
