"""A shop's webhook endpoint for the tests: it verifies, remembers, and fails on demand."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import stripe

SECRET = "whsec_of_the_tests"
TOLERANCE_SECONDS = 300


class WebhookEndpoint(ThreadingHTTPServer):
    """Accepts every event unless ``refusals`` says how many to answer with 500 first."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/webhooks/stripe/"
        self.events: list[dict[str, Any]] = []
        self.signatures: list[str] = []
        self.refusals = 0
        self.arrived = threading.Condition()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def wait_for(self, holds: Callable[[], bool], *, seconds: float = 10.0) -> None:
        """Wait until a condition holds, looked at after each event and a few times a second."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, self.types()
            with self.arrived:
                self.arrived.wait(timeout=0.05)

    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    def wait_for_type(self, name: str) -> dict[str, Any]:
        self.wait_for(lambda: name in self.types())
        return next(event for event in self.events if event["type"] == name)

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: WebhookEndpoint

    def do_POST(self) -> None:
        payload = self.rfile.read(int(self.headers["Content-Length"])).decode()
        signature = self.headers["Stripe-Signature"]
        # The payload is judged as the shop would: by the SDK, with its usual tolerance.
        stripe.WebhookSignature.verify_header(payload, signature, SECRET, TOLERANCE_SECONDS)
        with self.server.arrived:
            self.server.signatures.append(signature)
            is_refused = self.server.refusals > 0
            self.server.refusals -= is_refused
            if not is_refused:
                self.server.events.append(json.loads(payload))
            self.server.arrived.notify_all()
        self.send_response(500 if is_refused else 200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""
