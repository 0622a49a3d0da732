"""Trouble with the API itself, in chosen measure: slow, hung, refused, cut off after the work.

The knobs are those of ``chaos``. The n-th call of the API under one seed always meets the same
outage. Only ``/v1/`` is disturbed: the pages and the control API stay as they are.

Where the words come from:

- 429 with ``lock_timeout``, and that a limiter names itself in ``Stripe-Rate-Limited-Reason``
  while a lock does not: docs.stripe.com/rate-limits ("Object lock timeouts").
- 409 for a key that is in use; a result, "including 500 errors", is kept under its key once the
  endpoint has begun, and not before: docs.stripe.com/api/idempotent_requests.
- ``Stripe-Should-Retry``: ``false`` with a 500 that would only be replayed, ``true`` with a lock:
  ``HTTPClient._should_retry`` of the SDK, its comments.
"""

import random
from dataclasses import dataclass
from typing import Literal

from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.chaos import Chaos, current
from shop.stripe.sandbox.errors import ApiError

type Kind = Literal["", "hang", "limit", "lock", "busy", "fault", "stuck", "cut"]

KINDS: tuple[Kind, ...] = ("hang", "limit", "lock", "busy", "fault", "stuck", "cut")
OUR_FAULT = "An error occurred at the cashier, on purpose. It has not been told why."
RETRY, NO_RETRY = {"Stripe-Should-Retry": "true"}, {"Stripe-Should-Retry": "false"}


@dataclass(frozen=True, slots=True)
class Outage:
    """What happens to one call. ``wait`` is in seconds, before anything else."""

    kind: Kind = ""
    wait: float = 0.0


CALM = Outage()


def next_outage(cashier: Cashier) -> Outage:
    """Count a call of the API and draw its outage. Opens a transaction of its own."""
    with cashier.store.transaction():
        chaos = current(cashier)
        if not (chaos.slow or any(getattr(chaos, kind) for kind in KINDS)):
            return CALM
        outage = draw_outage(chaos, cashier.store.count("chaos_calls"))
        if outage.kind:
            cashier.store.count(f"outage_{outage.kind}")
        return outage


def draw_outage(chaos: Chaos, number: int) -> Outage:
    """The outage of the n-th call. Every draw is made, so that one knob does not turn another."""
    dice = random.Random(f"{chaos.seed}:call:{number}")  # noqa: S311 (a schedule to be replayed)
    struck = [kind for kind in KINDS if dice.random() < getattr(chaos, kind)]
    return Outage(struck[0] if struck else "", chaos.slow)


def refusal(outage: Outage, key: str | None) -> ApiError | None:
    """How a call is turned away before it began; None if it is not."""
    match outage.kind:
        case "limit":
            return ApiError(
                "Too many requests hit the API too quickly. Send fewer, and later.",
                status=429,
                code="rate_limit",
                headers={"Stripe-Rate-Limited-Reason": "global-rate"},
            )
        case "lock":
            return ApiError(
                "This object cannot be accessed right now: another request or process works on it.",
                status=429,
                code="lock_timeout",
                headers=RETRY,
            )
        case "busy" if key:
            return key_in_use(key)
        case "fault":
            return broken()
    return None


def broken() -> ApiError:
    return ApiError(OUR_FAULT, status=500, kind="api_error")


def key_in_use(key: str) -> ApiError:
    """The answer to a request whose key is held by another one right now."""
    return ApiError(
        "There is currently another in-progress request using this idempotency key"
        f" ('{key[:255]}'). Send it again when that one has been answered.",
        status=409,
        kind="idempotency_error",
        code="idempotency_key_in_use",
        headers=RETRY,
    )
