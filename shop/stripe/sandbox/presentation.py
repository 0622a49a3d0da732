"""From stored documents to answers: addresses, counts that change by themselves, expansions."""

import copy
from collections.abc import Sequence

from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.errors import ParameterError
from shop.stripe.sandbox.store import Document

ANY = "any"  # the id names an object of one of several kinds
# Field → kind of the object it names. None: nothing of that kind exists here, it is always null.
EXPANDABLE: dict[str, dict[str, str | None]] = {
    "checkout.session": {
        "payment_intent": "payment_intent",
        "customer": None,
        "invoice": None,
        "payment_link": None,
        "setup_intent": None,
        "subscription": None,
    },
    "payment_intent": {
        "latest_charge": "charge",
        "payment_method": "payment_method",
        "customer": None,
        "review": "review",
        "payment_record": None,
    },
    "charge": {
        "payment_intent": "payment_intent",
        "balance_transaction": "balance_transaction",
        "failure_balance_transaction": "balance_transaction",
        "customer": None,
        "review": "review",
    },
    "refund": {
        "charge": "charge",
        "payment_intent": "payment_intent",
        "payment_method": "payment_method",
        "balance_transaction": "balance_transaction",
        "failure_balance_transaction": "balance_transaction",
    },
    "balance_transaction": {"source": ANY},
    "dispute": {"charge": "charge", "payment_intent": "payment_intent"},
    "review": {"charge": "charge", "payment_intent": "payment_intent"},
    "radar.early_fraud_warning": {"charge": "charge", "payment_intent": "payment_intent"},
    "payment_method": {"customer": None},
}
# Lists that an object carries only on request: (kind of object, field) → (kind, SQL condition).
INCLUDABLE: dict[tuple[str, str], tuple[str, str]] = {
    ("checkout.session", "line_items"): ("item", "parent = ?"),
    ("charge", "refunds"): ("refund", "json_extract(body, '$.charge') = ?"),
}
INCLUDED_LIMIT = 10  # as many as the first page of the list itself
MAX_DEPTH = 4


def with_addresses(document: Document, base: str) -> Document:
    """A copy with the addresses of the cashier's own pages, which may move on a restart."""
    document = copy.deepcopy(document)
    match document["object"]:
        case "checkout.session":
            is_open = document["status"] == "open"
            document["url"] = f"{base}/c/pay/{document['id']}" if is_open else None
        case "charge" if document["paid"]:
            document["receipt_url"] = f"{base}/c/receipt/{document['id']}"
        case "payment_intent" if document["next_action"]:
            redirect = document["next_action"]["redirect_to_url"]
            redirect["url"] = base + redirect["url"]
    return document


def present(cashier: Cashier, document: Document, expand: Sequence[str] = ()) -> Document:
    """The answer for one object or list, with the ``expand`` paths followed."""
    paths = [path.split(".") for path in expand]
    for path in paths:
        if len(path) > MAX_DEPTH:
            raise ParameterError(
                f"You cannot expand more than {MAX_DEPTH} levels of a property ({'.'.join(path)}).",
                param="expand",
            )
    return _present(cashier, document, paths)


def _present(cashier: Cashier, document: Document, paths: list[list[str]]) -> Document:
    if document["object"] == "list":
        inner = [path[1:] for path in paths if path[0] == "data" and path[1:]]
        if len(inner) != len(paths):
            raise _not_expandable(next(path for path in paths if path[0] != "data" or not path[1:]))
        data = [_present(cashier, item, inner) for item in document["data"]]
        return {**document, "data": data}
    answer = with_addresses(document, cashier.public_url)
    if answer["object"] == "event":
        answer["pending_webhooks"] = _pending_webhooks(cashier, answer["id"])
    elif answer["object"] == "balance_transaction":
        is_available = answer["available_on"] <= cashier.clock()
        answer["status"] = "available" if is_available else "pending"
    for name in dict.fromkeys(path[0] for path in paths):
        inner = [path[1:] for path in paths if path[0] == name and path[1:]]
        _expand(cashier, answer, name, inner)
    return answer


def _expand(cashier: Cashier, answer: Document, name: str, inner: list[list[str]]) -> None:
    kind = answer["object"]
    if (kind, name) in INCLUDABLE:
        answer[name] = _present(cashier, _included(cashier, answer, name), inner)
        return
    if name not in EXPANDABLE.get(kind, {}):
        raise _not_expandable([name])
    target = EXPANDABLE[kind][name]
    if target is not None and answer.get(name) is not None:
        kind = cashier.store.kind_of(answer[name]) if target == ANY else target
        answer[name] = _present(cashier, cashier.store.get(kind, answer[name]), inner)


def _included(cashier: Cashier, answer: Document, name: str) -> Document:
    kind, condition = INCLUDABLE[answer["object"], name]
    found = cashier.store.select(
        kind, [(condition, answer["id"])], is_newest_first=True, limit=INCLUDED_LIMIT + 1
    )
    place = "checkout/sessions" if kind == "item" else "charges"
    return {
        "object": "list",
        "data": found[:INCLUDED_LIMIT],
        "has_more": len(found) > INCLUDED_LIMIT,
        "url": f"/v1/{place}/{answer['id']}/{name}",
    }


def _pending_webhooks(cashier: Cashier, event_id: str) -> int:
    row = cashier.store.execute(
        "SELECT count(*) AS pending FROM deliveries WHERE event_id = ? AND state != 'delivered'",
        (event_id,),
    ).fetchone()
    return int(row["pending"])


def _not_expandable(path: Sequence[str]) -> ParameterError:
    return ParameterError(f"This property cannot be expanded ({'.'.join(path)}).", param="expand")
