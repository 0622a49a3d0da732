"""The cashier's own truth, read over its HTTP API: what it has, whatever we may think."""

import json
import urllib.request
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

ANSWER_S = 60.0
PAGE = 100
# What our payments and refunds name themselves by at the cashier.
PAYMENT, REFUND = "cartwright_payment", "cartwright_refund"

type Row = tuple[Any, ...]
type Thing = dict[str, Any]


class CashierApi:
    def __init__(self, url: str, key: str) -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def every(self, path: str) -> Iterator[Thing]:
        """All objects of a list, newest first."""
        query: dict[str, Any] = {"limit": PAGE}
        while True:
            page = self._get(f"{path}?{urlencode(query)}")
            yield from page["data"]
            if not page["has_more"]:
                return
            query["starting_after"] = page["data"][-1]["id"]

    def _get(self, path: str) -> Thing:
        request = urllib.request.Request(
            self._url + path, headers={"Authorization": f"Bearer {self._key}"}
        )
        with self._opener.open(request, timeout=ANSWER_S) as response:
            answer: Thing = json.load(response)
            return answer


def tables(api: CashierApi) -> dict[str, list[Row]]:
    """Rows for each of the cashier's tables of evidence."""
    sessions = list(api.every("/v1/checkout/sessions"))
    intents = list(api.every("/v1/payment_intents"))
    charges = list(api.every("/v1/charges"))
    refunds = list(api.every("/v1/refunds"))
    disputes = list(api.every("/v1/disputes"))
    events = list(api.every("/v1/events"))
    return {
        "cashier_session": [_session(one) for one in sessions],
        "cashier_intent": [_intent(one) for one in intents],
        "cashier_charge": [_charge(one) for one in charges],
        "cashier_refund": [_refund(one) for one in refunds],
        "cashier_balance": [_balance(one) for one in api.every("/v1/balance_transactions")],
        "cashier_event": [(one["id"], one["type"]) for one in events],
        "cashier_review": _reviews(events, api.every("/v1/reviews")),
        "cashier_object": [
            _object(one) for many in (sessions, intents, charges, refunds, disputes) for one in many
        ],
    }


def _session(one: Thing) -> Row:
    return (
        one["id"],
        one["status"],
        one["payment_intent"],
        one["amount_total"],
        one["currency"].upper(),
        one["metadata"].get(PAYMENT, ""),
        one["metadata"].get("order", ""),
    )


def _intent(one: Thing) -> Row:
    return (
        one["id"],
        one["status"],
        one["amount_received"],
        one["currency"].upper(),
        one["metadata"].get(PAYMENT, ""),
        one["metadata"].get("order", ""),
    )


def _charge(one: Thing) -> Row:
    return (one["id"], one["payment_intent"], one["paid"])


def _refund(one: Thing) -> Row:
    return (
        one["id"],
        one["payment_intent"],
        one["status"],
        one["amount"],
        one["currency"].upper(),
        one["metadata"].get(REFUND, ""),
        one["metadata"].get("order", ""),
    )


def _balance(one: Thing) -> Row:
    return (one["source"], one["reporting_category"], _moment(one["created"]))


def _object(one: Thing) -> Row:
    amount = one.get("amount", one.get("amount_total"))
    return (one["id"], amount, json.dumps(one.get("metadata") or {}))


def _reviews(events: Iterable[Thing], still_open: Iterable[Thing]) -> list[Row]:
    """Reviews that we heard of being opened; when each was closed, None where nobody told."""
    open_ids = {one["id"] for one in still_open}
    opened: dict[str, Thing] = {}
    closed: dict[str, datetime] = {}
    for event in events:
        thing = event["data"]["object"]
        if event["type"] == "review.opened":
            opened[thing["id"]] = thing
        elif event["type"] == "review.closed":
            closed[thing["id"]] = _moment(event["created"])
    return [
        (name, one["payment_intent"], one["opened_reason"], name in open_ids, closed.get(name))
        for name, one in opened.items()
    ]


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
