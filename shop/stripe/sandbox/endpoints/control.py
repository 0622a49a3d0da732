"""What Stripe has no endpoint for: time, trouble, and the parts of banks and customers.

Spoken under ``/sandbox/`` with the same keys, form encoding and errors as the API proper.
"""

from collections.abc import Callable
from typing import Any, TypedDict

from shop.stripe.sandbox import calendar_book, chaos, disputes, mischief, outages, radar, refunds
from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.endpoints.route import Route, retrieve, route
from shop.stripe.sandbox.errors import ParameterError
from shop.stripe.sandbox.shapes import Choice, Decimal, Field, Integer, Shape, Text
from shop.stripe.sandbox.store import Document

MOST_SECONDS = 400 * 24 * 3600


class NoParams(TypedDict):
    """Takes nothing."""


class ClockParams(TypedDict):
    advance: int


class DisputeParams(TypedDict, total=False):
    amount: int
    case: str
    reason: str


class ForgeParams(TypedDict):
    kind: str


NOTHING = Shape(NoParams, {})


def tell(cashier: Cashier, _params: dict[str, Any]) -> Document:
    """How things stand: the time, the knobs, and what became of events."""
    store = cashier.store
    deliveries = store.execute("SELECT state, count(*) AS n FROM deliveries GROUP BY state")
    sent = store.execute("SELECT kind, count(*) AS n FROM mischief WHERE is_sent GROUP BY kind")
    waiting = store.execute("SELECT count(*) AS n FROM mischief WHERE NOT is_sent").fetchone()
    knobs = chaos.current(cashier)
    return {
        "object": "sandbox",
        "advanced_seconds": int(store.knob("advanced_seconds") or "0"),
        "chaos": {name: getattr(knobs, name) for name in chaos.NAMES},
        "chaos_calls": int(store.knob("chaos_calls") or "0"),
        "chaos_events": int(store.knob("chaos_events") or "0"),
        "deliveries": {row["state"]: row["n"] for row in deliveries},
        "mischief_sent": {row["kind"]: row["n"] for row in sent},
        "mischief_waiting": waiting["n"],
        "next_appointment_at": calendar_book.next_due_at(cashier),
        "now": cashier.now(),
        "outages": {kind: int(store.knob(f"outage_{kind}") or "0") for kind in outages.KINDS},
    }


def advance_clock(cashier: Cashier, params: dict[str, Any]) -> Document:
    calendar_book.advance(cashier, params["advance"])
    return tell(cashier, {})


def set_chaos(cashier: Cashier, params: dict[str, Any]) -> Document:
    """All knobs at once: one that is left out is turned to zero."""
    try:
        chaos.set_chaos(cashier, chaos.Chaos(**params))
    except ValueError as error:
        raise ParameterError(str(error)) from error
    return tell(cashier, {})


def dispute(cashier: Cashier, params: dict[str, Any], charge_id: str) -> Document:
    charge = retrieve("charge", "charge")(cashier, {}, charge_id)
    return disputes.open_dispute(cashier, charge, **params)


def warn(cashier: Cashier, _params: dict[str, Any], charge_id: str) -> Document:
    charge = retrieve("charge", "charge")(cashier, {}, charge_id)
    radar.warn_of_fraud(cashier, charge["id"])
    return charge


def review(cashier: Cashier, _params: dict[str, Any], charge_id: str) -> Document:
    charge = retrieve("charge", "charge")(cashier, {}, charge_id)
    return radar.open_review(cashier, charge, reason="manual")


def refund_reviewed(cashier: Cashier, _params: dict[str, Any], review_id: str) -> Document:
    found = retrieve("review", "review")(cashier, {}, review_id)
    return refunds.refund(cashier, {"charge": found["charge"], "reason": "fraudulent"})


def forge(cashier: Cashier, params: dict[str, Any], event_id: str) -> Document:
    """Deliver a copy or a forgery of an event beside what is delivered anyway."""
    event = retrieve("event", "event")(cashier, {}, event_id)
    mischief.plan(cashier, event_id, params["kind"], due_at=cashier.clock())
    return event


def _settle_refund(cashier: Cashier, refund_id: str) -> None:
    calendar_book.cancel(cashier, refunds.SETTLE_REFUND, refund_id)
    refunds.settle_refund(cashier, refund_id)


def _on(kind: str, act: Callable[[Cashier, Document], Any]) -> Callable[..., Document]:
    """An endpoint that does something to one stored object and answers it."""

    def endpoint(cashier: Cashier, _params: dict[str, Any], object_id: str) -> Document:
        act(cashier, retrieve(kind, kind)(cashier, {}, object_id))
        return cashier.store.get(kind, object_id)

    return endpoint


ACTS: dict[str, Callable[..., Document]] = {
    "charges/{}/warn": warn,
    "charges/{}/review": review,
    "disputes/{}/win": _on("dispute", lambda c, one: disputes.end(c, one, "won")),
    "disputes/{}/lose": _on("dispute", lambda c, one: disputes.end(c, one, "lost")),
    "disputes/{}/escalate": _on("dispute", disputes.escalate),
    "reviews/{}/approve": _on(
        "review", lambda c, one: radar.close_review(c, one, reason="approved")
    ),
    "reviews/{}/refund": refund_reviewed,
    "refunds/{}/succeed": _on("refund", lambda c, one: _settle_refund(c, one["id"])),
    "refunds/{}/fail": _on("refund", lambda c, one: refunds.fail_refund(c, one["id"])),
    "refunds/{}/ask": _on("refund", lambda c, one: refunds.ask_customer(c, one["id"])),
    "refunds/{}/answer": _on("refund", lambda c, one: refunds.answer_customer(c, one["id"])),
}
KNOBS: dict[str, Field] = {name: Integer() if name == "seed" else Decimal() for name in chaos.NAMES}
CLOCK = Shape(ClockParams, {"advance": Integer(1, MOST_SECONDS)}, required=("advance",))
DISPUTE = Shape(
    DisputeParams,
    {"amount": Integer(1), "case": Choice("chargeback", "inquiry"), "reason": Text(50)},
)
FORGE = Shape(ForgeParams, {"kind": Choice(*mischief.KINDS)}, required=("kind",))
ROUTES: tuple[Route, ...] = (
    route("GET", "/sandbox/state", NOTHING, tell),
    route("POST", "/sandbox/clock", CLOCK, advance_clock),
    route("POST", "/sandbox/chaos", Shape(chaos.Chaos, KNOBS), set_chaos),
    route("POST", "/sandbox/charges/{}/dispute", DISPUTE, dispute),
    route("POST", "/sandbox/events/{}/forge", FORGE, forge),
    *(route("POST", f"/sandbox/{path}", NOTHING, act) for path, act in ACTS.items()),
)
