"""The other side of the counter: what banks and Stripe do, told to the cashier by its key."""

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

from config.embedded.waiting import wait_until

PATIENCE_S = 60.0
ANSWER_S = 10.0


class Bank:
    """Speaks the cashier's API; a cashier that is down is waited for."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url.rstrip("/")
        self._key = key

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return self._ask(f"{path}?{urlencode(query)}" if query else path, None)

    def post(self, path: str, **fields: Any) -> dict[str, Any]:
        """The answer; an error of ours (400 to 499) comes back as Stripe words it."""
        return self._ask(path, urlencode(fields).encode())

    def expire(self, session: str) -> None:
        """As if its hour were over. Nothing happens to one that is not open any more."""
        self.post(f"/v1/checkout/sessions/{session}/expire")

    def approve_review(self, session: str) -> bool:
        """Whether there was a review of this session's payment to approve."""
        intent = self.get(f"/v1/checkout/sessions/{session}").get("payment_intent")
        for review in self.get("/v1/reviews", limit=100).get("data", []):
            if review["payment_intent"] == intent:
                self.post(f"/v1/reviews/{review['id']}/approve")
                return True
        return False

    def state(self) -> dict[str, Any]:
        return self.get("/sandbox/state")

    def be_calm(self) -> None:
        """From now on every event is delivered, once."""
        self.post("/sandbox/chaos", seed=0)

    def let_time_pass(self, seconds: int) -> None:
        self.post("/sandbox/clock", advance=seconds)

    def _ask(self, path: str, data: bytes | None) -> dict[str, Any]:
        answers: list[dict[str, Any]] = []

        def is_answered() -> bool:
            request = urllib.request.Request(
                self._url + path, data=data, headers={"Authorization": f"Bearer {self._key}"}
            )
            try:
                with urllib.request.urlopen(request, timeout=ANSWER_S) as response:
                    answers.append(json.load(response))
            except urllib.error.HTTPError as error:
                with error:
                    if error.code >= 500:
                        return False
                    answers.append(json.load(error))
            except (OSError, ValueError):
                return False
            return True

        if not wait_until(is_answered, within_s=PATIENCE_S, every_s=0.3):
            raise TimeoutError(f"the cashier did not answer {path}")
        return answers[0]
