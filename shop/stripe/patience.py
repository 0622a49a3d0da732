"""An HTTP client that gives Stripe so long in all, however it spends the time.

A timeout of the SDK's own client counts anew with every byte that arrives, so an answer that
drips in keeps a customer waiting for minutes. Here the caller is let go when the time is over, and
the connection is hung up. Whoever let some wait in vain is left alone for a while: a process has
few threads, and those who only look around need them.
"""

import socket
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as OutOfTime
from contextlib import suppress
from typing import Any

import stripe
from requests import Session
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

# As many questions may hang at the same time; a further one waits its turn, and gives up as well.
LINES = 8
LINE_NAME = "stripe"
# So many in a row that waited in vain are enough; then nobody is sent there for so long, and
# after that one at a time looks whether somebody answers again.
MOST_IN_VAIN = 2
REST_S = 10.0

type Answer = tuple[bytes, int, Mapping[str, str]]

_lines = ThreadPoolExecutor(LINES, thread_name_prefix=LINE_NAME)
_mine = threading.local()  # of a line: the connection that it speaks over


class Patience:
    """How often Stripe let us wait in vain, as this process has seen it. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_vain = 0
        self._rests_until = 0.0

    def may_ask(self) -> bool:
        """True for everybody in good times; after a rest for one, and for others if it succeeds."""
        with self._lock:
            now = time.monotonic()
            if self._in_vain < MOST_IN_VAIN:
                return True
            if now < self._rests_until:
                return False
            self._rests_until = now + REST_S
            return True

    def note(self, *, is_in_vain: bool) -> None:
        """Any answer, even a refusal, is a sign of life; and who hangs up costs nobody time."""
        with self._lock:
            self._in_vain = self._in_vain + 1 if is_in_vain else 0
            if self._in_vain >= MOST_IN_VAIN:
                self._rests_until = time.monotonic() + REST_S


class PatientClient(stripe.RequestsClient):
    """`within_s` seconds for a request and its whole answer, then `APIConnectionError`.

    At once, without asking, while Stripe is left alone.
    """

    def __init__(self, *, within_s: float) -> None:
        super().__init__(timeout=within_s)
        self._within_s = within_s
        self._patience = Patience()

    def request(  # type: ignore[override]  # as the SDK's own RequestsClient has it
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> Answer:
        if not self._patience.may_ask():
            raise stripe.APIConnectionError("It let us wait in vain just now, and is left alone.")
        call, ask = _Call(), super().request
        answer = _lines.submit(self._make, call, lambda: ask(method, url, headers, post_data))
        try:
            found = answer.result(timeout=self._within_s)
        except OutOfTime:
            answer.cancel()
            call.hang_up()
            self._patience.note(is_in_vain=True)
            raise stripe.APIConnectionError(f"No whole answer within {self._within_s} s.") from None
        except stripe.APIConnectionError:
            self._patience.note(is_in_vain=call.age_s >= self._within_s)
            raise
        self._patience.note(is_in_vain=False)
        return found

    def _make(self, call: "_Call", ask: Callable[[], Answer]) -> Answer:
        """Runs on a line, whose session has connections that can be hung up."""
        if getattr(self._thread_local, "session", None) is None:
            self._thread_local.session = Session()
            for scheme in ("http://", "https://"):
                self._thread_local.session.mount(scheme, _Adapter())
        _mine.call = call
        try:
            return ask()
        finally:
            _mine.call = call.connection = None


class _Call:
    """One question on its way."""

    def __init__(self) -> None:
        self.connection: HTTPConnection | None = None
        self._began = time.monotonic()

    @property
    def age_s(self) -> float:
        return time.monotonic() - self._began

    def hang_up(self) -> None:
        """The line wakes up with an error, and is free for the next question."""
        line = getattr(self.connection, "sock", None)
        if line is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class _Told:
    """A connection that the question knows which goes over it."""

    def request(self, *arguments: Any, **options: Any) -> None:
        if call := getattr(_mine, "call", None):
            call.connection = self
        super().request(*arguments, **options)  # type: ignore[misc]


class _Connection(_Told, HTTPConnection):
    pass


class _SecureConnection(_Told, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
