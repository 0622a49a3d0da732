"""The demo shop in a database of its own, with a cashier, and a customer who counts the cost."""

import hmac
import json
import logging
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings

from config.demo.browser import Browser, Page
from config.demo.forms import PageParser
from config.demo.journey import add_to_cart, check_out
from config.embedded.ports import any_free
from config.outbox import relay, sources
from shop.models import Order
from shop.stripe.sandbox.cashier import Settings
from shop.stripe.sandbox.server import open_cashier, serve_in_thread
from tests.bench._costs import HOST, Cost, ask, measured, text_of, visitor
from tests.shop.sandbox.browser_double import GOOD, visit

DATABASE = "cartwright_bench"
SECRET = "whsec_bench"
SHOP = f"http://{HOST}"


@contextmanager
def demo_shop() -> Iterator[None]:
    """The shop that `manage.py demo` shows, in a database that is dropped afterwards."""
    logging.disable(logging.WARNING)
    kept = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = DATABASE
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        call_command("load_demo", verbosity=0)
        with (
            _cashier() as url,
            override_settings(
                STRIPE_API_BASE=url,
                STRIPE_SECRET_KEY="sk_test_bench",
                STRIPE_WEBHOOK_SECRETS=[SECRET],
                MAILERS={"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}},
            ),
        ):
            yield
    finally:
        connection.creation.destroy_test_db(kept, verbosity=0)
        logging.disable(logging.NOTSET)


@contextmanager
def _cashier() -> Iterator[str]:
    """A sandbox in a thread. Nobody listens where it sends its events: we bring them ourselves."""
    nobody = f"http://{HOST}:{any_free()}/"
    settings = Settings(webhook_url=nobody, webhook_secret=SECRET, debit_delay_seconds=1.0)
    with tempfile.TemporaryDirectory() as folder:
        server = open_cashier(Path(folder), settings)
        serve_in_thread(server)
        try:
            yield server.url
        finally:
            server.stop()


class Customer(Browser):
    """Asks the shop in this process and notes what every request costs.

    Follows redirects within the shop; one that leads out of it is where the way ends.
    """

    def __init__(self) -> None:
        super().__init__()
        self.client = visitor()
        self.costs: list[tuple[str, Cost]] = []  # "POST /cart/add/" → cost

    def _ask(self, request: urllib.request.Request) -> Page:
        url, form = request.full_url, request.data
        while urlsplit(url).netloc == HOST:
            cost, answer = self._take(url.removeprefix(SHOP), form)
            method = "GET" if form is None else "POST"
            self.costs.append((f"{method} {urlsplit(url).path}", cost))
            if "Location" not in answer.headers:
                text = text_of(answer)
                return Page(url, answer.status_code, text, PageParser.read(text))
            url, form = urljoin(SHOP, answer.headers["Location"]), None
        return Page(url, 303, "", PageParser())

    def _take(self, path: str, form: Any) -> tuple[Cost, HttpResponse]:
        if form is None:
            return ask(self.client, path)
        kind = "application/x-www-form-urlencoded"
        origin = {"Origin": SHOP}
        return ask(self.client, path, method="post", data=form, content_type=kind, headers=origin)

    def fill_cart(self, slug: str) -> Page:
        """From the product page to the cart, the machine as it is offered."""
        return add_to_cart(self, self.open(f"{SHOP}/machines/{slug}/"))

    def buy(self, slug: str) -> Order:
        """From the product page to the cashier's, and pay there; the order waits for the event."""
        cart = self.fill_cart(slug)
        cashier = check_out(self, self.open(cart.link("/checkout/")))
        paid = visit(cashier.url, GOOD)
        if paid.status != 303:
            raise CommandError(f"the cashier answered {paid.status} instead of taking the money")
        return Order.objects.latest("pk")


def tell_of_payment(teller: Client, order: Order) -> Cost:
    """The request with which Stripe tells of the order's payment, signed."""
    session = order.payments.get().session_id
    event = {
        "id": f"evt_{uuid4().hex}",
        "object": "event",
        "type": "checkout.session.completed",
        "livemode": False,
        "data": {"object": {"id": session, "object": "checkout.session"}},
    }
    body, now = json.dumps(event), int(time.time())
    digest = hmac.new(SECRET.encode(), f"{now}.{body}".encode(), "sha256").hexdigest()
    cost, _ = ask(
        teller,
        "/stripe/webhook/",
        method="post",
        data=body,
        content_type="application/json",
        headers={"Stripe-Signature": f"t={now},v1={digest}"},
    )
    return cost


def work_off() -> list[tuple[str, Cost]]:
    """What relay and worker do with all that is due: each piece of work by name, and its cost."""
    done = []
    while due := [(source, row) for source in sources.all_sources() for row in relay.claim(source)]:
        for source, row in due:
            with measured() as cost:
                is_done = sources.run(source.label, row.pk)
            if not is_done:
                row.refresh_from_db()
                raise CommandError(f"{source.name(row)} failed: {row.last_error}")
            done.append((source.name(row), cost))
    return done
