"""A customer without a browser: posts forms, follows nothing, reads the page as text."""

import http.client
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

CARD = {
    "method": "card",
    "expiry": "12/34",
    "cvc": "123",
    "name": "Ada Example",
    "email": "ada@example.com",
}
DEBIT = {"method": "sepa_debit", "name": "Ada Example", "email": "ada@example.com"}
GOOD = CARD | {"number": "4242 4242 4242 4242"}
DECLINED = CARD | {"number": "4000 0000 0000 0002"}
INSUFFICIENT = CARD | {"number": "4000 0000 0000 9995"}
REFUND_LATER = CARD | {"number": "4000 0000 0000 7726"}
REFUND_FAILS = CARD | {"number": "4000 0000 0000 5126"}
AVAILABLE = CARD | {"number": "4000 0000 0000 0077"}
SECURE = CARD | {"number": "4000 0025 0000 3155"}
REVIEWED = CARD | {"number": "4000 0000 0000 9235"}
WARNED = CARD | {"number": "4000 0000 0000 5423"}
DISPUTED = CARD | {"number": "4000 0000 0000 0259"}
INQUIRED = CARD | {"number": "4000 0000 0000 1976"}
DEBIT_DISPUTED = DEBIT | {"iban": "AT59 1904 3002 3547 3203"}
DEBIT_OK = DEBIT | {"iban": "AT32 1904 3002 3547 3204"}
DEBIT_FAILS = DEBIT | {"iban": "at861904300235473202"}
PAYER = {"name": "Ada Example", "email": "ada@example.com"}
ACH = PAYER | {"method": "us_bank_account", "routing_number": "110000000"}
BACS = PAYER | {"method": "bacs_debit", "sort_code": "10-88-00"}
IDEAL = PAYER | {"method": "ideal"}
BANCONTACT = PAYER | {"method": "bancontact"}


@dataclass(frozen=True, slots=True)
class Page:
    status: int
    text: str
    headers: dict[str, str]

    @property
    def location(self) -> str:
        return self.headers["Location"]


def visit(url: str, form: dict[str, str] | None = None) -> Page:
    """GET an address, or POST a form to it."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        if form is None:
            connection.request("GET", path)
        else:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", path, urlencode(form), headers)
        answer = connection.getresponse()
        return Page(answer.status, answer.read().decode(), dict(answer.getheaders()))
    finally:
        connection.close()
