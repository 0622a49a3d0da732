"""Deliveries beside the right ones: copies of an event, and forgeries of it.

Each is sent once, whatever the shop answers. Copies are genuine. Of the forgeries, some have no
good signature; the others are signed with the right secret and lie about what they carry, as an
attacker would who got hold of it: events are hints, and the shop must look for itself.
"""

import copy
import json
from dataclasses import dataclass

import stripe

from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.ids import new_id
from shop.stripe.sandbox.store import Document

UNSIGNED = ("no_signature", "wrong_secret", "tampered", "stale", "future", "not_utf8", "huge")
LYING = ("other_mode", "other_account", "wrong_amount", "wrong_currency", "wrong_order")
STRANGE = ("unknown_type", "not_json")
FORGERIES = (*UNSIGNED, *LYING, *STRANGE)
KINDS = ("copy", *FORGERIES)
DAY_SECONDS = 24 * 3600
HUGE_BYTES = 1_100_000
AMOUNTS = ("amount", "amount_total", "amount_subtotal", "amount_received", "amount_captured")


@dataclass(frozen=True, slots=True)
class Letter:
    """What is posted: a body, and the ``Stripe-Signature`` header, None for none."""

    body: bytes
    signature: str | None


def plan(cashier: Cashier, event_id: str, kind: str, *, due_at: float) -> None:
    """Write down one more delivery. Inside a transaction."""
    cashier.store.execute(
        "INSERT INTO mischief (event_id, kind, due_at) VALUES (?, ?, ?)", (event_id, kind, due_at)
    )


def write(event: Document, kind: str, *, secret: str, now: int) -> Letter:
    """The letter of one kind about an event. ``now`` is when it is signed, in seconds."""
    text = json.dumps(_altered(event, kind), indent=2)
    if kind == "not_json":
        text = text[:-2]
    stamp = now + {"stale": -DAY_SECONDS, "future": DAY_SECONDS}.get(kind, 0)
    key = new_id("whsec") if kind == "wrong_secret" else secret
    signature = stripe.WebhookSignature.generate_signature_header(text, key, stamp)
    body = text.encode()
    match kind:
        case "tampered":
            body = text.replace('"usd"', '"eur"').encode() + b" "
        case "not_utf8":
            body = b"\xff\xfe" + body
        case "huge":
            body += b" " * HUGE_BYTES
    return Letter(body, None if kind == "no_signature" else signature)


def _altered(event: Document, kind: str) -> Document:
    if kind == "copy":
        return event
    forged = {**copy.deepcopy(event), "id": new_id("evt")}  # a new id: it must not look known
    told = forged["data"]["object"]
    match kind:
        case "other_mode":
            forged["livemode"] = told["livemode"] = True
        case "other_account":
            forged["account"] = new_id("acct", 16)
        case "wrong_amount":
            told |= {name: told[name] + 1 for name in AMOUNTS if told.get(name)}
        case "wrong_currency":
            told["currency"] = "jpy"
        case "wrong_order":
            told["metadata"] = {key: new_id("x") for key in told.get("metadata") or {"order": ""}}
            if "client_reference_id" in told:
                told["client_reference_id"] = new_id("x")
        case "unknown_type":
            forged["type"] = "sandbox.never_heard_of"
    return forged
