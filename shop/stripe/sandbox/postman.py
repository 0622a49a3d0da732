"""One POST to the shop's webhook address."""

import http.client
from urllib.parse import SplitResult, urlsplit

TIMEOUT_SECONDS = 10.0
USER_AGENT = "CartwrightCashier/1.0"


def post(url: str, body: bytes, signature: str | None) -> str:
    """Send once. Returns what went wrong, empty if it was accepted (2xx)."""
    address = urlsplit(url)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": USER_AGENT,
        "Connection": "close",
    }
    if signature is not None:
        headers["Stripe-Signature"] = signature
    connection = _connect(address)
    try:
        path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        connection.request("POST", path, body=body, headers=headers)
        status = connection.getresponse().status
    except (OSError, ValueError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        connection.close()
    # A redirect is not followed: an endpoint that moved has not accepted anything.
    return "" if status // 100 == 2 else f"HTTP {status}"


def _connect(address: SplitResult) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    return kind(address.hostname or "", address.port, timeout=TIMEOUT_SECONDS)
