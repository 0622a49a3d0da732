"""The HTTP server: sockets and limits; what is said is decided in ``api`` and ``pages``."""

import logging
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from shop.stripe.sandbox import chaos
from shop.stripe.sandbox.api import answer_api
from shop.stripe.sandbox.background import Background
from shop.stripe.sandbox.cashier import Cashier, Clock, Settings
from shop.stripe.sandbox.endpoints.webhook_endpoints import register
from shop.stripe.sandbox.exchange import Answer, Request
from shop.stripe.sandbox.pages.views import answer_page_request
from shop.stripe.sandbox.store import Store

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 1_000_000
IDLE_SECONDS = 30
HANGING_SECONDS = 60.0  # how long a call is left without an answer before it is cut off
CALLERS_WAITING = 128  # connections not yet taken up; more are turned away by the system


class Handler(BaseHTTPRequestHandler):
    """One connection. Nothing of a request is logged but its method and path."""

    protocol_version = "HTTP/1.1"
    server_version = "CartwrightCashier"
    sys_version = ""
    timeout = IDLE_SECONDS
    server: "Server"

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
        logger.debug(format, *args)

    def _answer(self) -> None:
        body = self._read_body()
        if body is None:
            self.close_connection = True
            self._send(Answer(413, b"The request is too large or its length is unknown.\n"))
            return
        path, _, query = self.path.partition("?")
        request = Request(
            method="GET" if self.command == "HEAD" else self.command,
            path=path,
            query=query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        answer = self.server.answer(request)
        if answer.fate == "hung":
            self.server.cashier.closing.wait(HANGING_SECONDS)
        if answer.fate == "sent":
            self._send(answer)
        else:
            self.close_connection = True

    def _read_body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "0")
        is_chunked = "Transfer-Encoding" in self.headers
        if is_chunked or not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            return None
        return self.rfile.read(int(length))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        if answer.body:
            self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)


class Server(ThreadingHTTPServer):
    """Listens for one cashier and runs its background work."""

    daemon_threads = True
    request_queue_size = CALLERS_WAITING

    def __init__(self, address: tuple[str, int], cashier: Cashier, public_url: str = "") -> None:
        super().__init__(address, Handler)
        host, port = address[0], self.server_address[1]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self.cashier = cashier
        cashier.public_url = (public_url or self.url).rstrip("/")
        self.background = Background(cashier)

    def answer(self, request: Request) -> Answer:
        respond: Callable[[Cashier, Request], Answer] = answer_page_request
        if request.path.startswith(("/v1/", "/sandbox/")):
            respond = answer_api
        try:
            return respond(self.cashier, request)
        except Exception:
            logger.exception("%s %s failed", request.method, request.path)
            return Answer(500, b"The test cashier failed; its log says why.\n", "text/plain")

    def handle_error(self, request: object, client_address: object) -> None:
        """A customer who goes away in the middle of an answer is not an error worth a trace."""
        logger.debug("connection from %s broke", client_address)

    def serve(self) -> None:
        """Serve until ``stop()`` is called from another thread."""
        self.background.start()
        self.serve_forever(poll_interval=0.1)

    def stop(self) -> None:
        """Stop listening, finish what is in flight, close the memory."""
        self.cashier.closing.set()
        self.shutdown()
        self.server_close()
        self.background.stop()
        self.cashier.store.close()


def open_cashier(
    state: Path,
    settings: Settings,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    public_url: str = "",
    clock: Clock = time.time,
) -> Server:
    """A bound server on a state directory. Port 0 takes a free one; ``url`` tells which."""
    store = Store(state)
    cashier = Cashier(store, settings, clock)
    with store.transaction():
        chaos.begin(cashier)
        register(cashier)
    try:
        return Server((host, port), cashier, public_url)
    except OSError:
        store.close()
        raise


def serve_in_thread(server: Server) -> threading.Thread:
    """For tests and embedding: serve beside the caller's own work."""
    thread = threading.Thread(target=server.serve, name="cashier", daemon=True)
    thread.start()
    return thread
