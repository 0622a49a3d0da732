"""An HTTP client that gives Stripe so long in all, however it spends the time.

A timeout of the SDK's own client counts anew with every byte that arrives, so an answer that
drips in keeps a customer waiting for minutes. Here the caller is let go when the time is over.
"""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as OutOfTime
from typing import Any

import stripe

# As many questions may hang at the same time; a further one waits its turn, and gives up as well.
LINES = 8

_lines = ThreadPoolExecutor(LINES, thread_name_prefix="stripe")


class PatientClient(stripe.RequestsClient):
    """`within_s` seconds for a request and its whole answer, then `APIConnectionError`."""

    def __init__(self, *, within_s: float) -> None:
        super().__init__(timeout=within_s)
        self._within_s = within_s

    def request(  # type: ignore[override]  # as the SDK's own RequestsClient has it
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        ask = super().request
        answer: Future[tuple[bytes, int, Mapping[str, str]]] = _lines.submit(
            ask, method, url, headers, post_data
        )
        try:
            return answer.result(timeout=self._within_s)
        except OutOfTime:
            answer.cancel()
            raise stripe.APIConnectionError(f"No whole answer within {self._within_s} s.") from None
