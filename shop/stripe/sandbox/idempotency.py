"""Idempotency keys: the same request under the same key is answered, not done again.

The answer is written in the transaction of the work itself. A request whose key is being used by
another one at the same moment is turned away (409) and may come again; then it is served from here.

Length and life of a key, what is kept and what is not, ``Idempotent-Replayed``:
docs.stripe.com/api/idempotent_requests. That every answer under a key carries ``Original-Request``
and ``Stripe-Should-Retry: false``: answers of Stripe that other projects have recorded.
"""

import hashlib
import json
from dataclasses import dataclass

from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.errors import ApiError, ParameterError
from shop.stripe.sandbox.wire import Raw

MAX_KEY_LENGTH = 255
KEPT_SECONDS = 24 * 3600  # as long as Stripe promises, and no longer


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered the first time."""

    status: int
    body: str
    request_id: str


def fingerprint(method: str, path: str, raw: dict[str, Raw]) -> str:
    """The same for the same request, whatever the order of its parameters."""
    text = json.dumps([method, path, raw], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def kept_answer(cashier: Cashier, key: str, mark: str) -> KeptAnswer | None:
    """The earlier answer under this key. Raises ApiError if it was for another request."""
    if len(key) > MAX_KEY_LENGTH:
        raise ParameterError(f"Idempotency keys can have up to {MAX_KEY_LENGTH} characters.")
    cashier.store.execute(
        "DELETE FROM answers WHERE created < ?", (cashier.clock() - KEPT_SECONDS,)
    )
    row = cashier.store.execute("SELECT * FROM answers WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    if row["fingerprint"] != mark:
        raise ApiError(
            "Keys for idempotent requests can only be used with the same parameters they were"
            f" first used with. Try using a key other than '{key}' if you meant to execute a"
            " different request.",
            kind="idempotency_error",
        )
    return KeptAnswer(row["status"], row["body"], row["request_id"])


def keep_answer(cashier: Cashier, key: str, mark: str, answer: KeptAnswer) -> None:
    cashier.store.execute(
        "INSERT INTO answers (key, fingerprint, request_id, status, body, created)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (key, mark, answer.request_id, answer.status, answer.body, cashier.clock()),
    )
