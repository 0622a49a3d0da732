"""A shop in which all kinds of things have happened and all is well, made by its own services.

It has a database of its own, which really commits, a cashier, and a mail sink.
"""

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import _lru_cache_wrapper
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

import psycopg
import stripe
from django.core import mail
from django.db import connection
from django.test import override_settings
from psycopg import sql

from config.embedded.ports import any_free
from config.embedded.waiting import wait_until
from config.mailsink.store import MailStore
from config.mailsink.web import InboxServer
from config.outbox import relay
from production.models import AssemblyJob
from production.services import bills, reached_bills
from production.services.shop_floor import finish_operation, start_operation
from shop.models import Order, Payment
from shop.services import orders, payments, refund_requests
from shop.services.asking import open_payment
from shop.stripe import balance
from shop.stripe.sandbox.cashier import Settings
from shop.stripe.sandbox.server import Server, open_cashier, serve_in_thread
from tests.factories.production import makeable_model, stock_part
from tests.factories.shop import FIXED_PROMISER, place_small_order
from tests.journeys.supply import supply_everything
from tests.shop.sandbox.browser_double import DEBIT_FAILS, DECLINED, GOOD, REVIEWED, visit
from tests.storm.world import World

OURS = ("config.", "configurator.", "production.", "shop.", "suppliers.")
KEY = "sk_test_cartwright"
SECRET = "whsec_tests"


@contextmanager
def copy_of_the_test_database() -> Iterator[tuple[str, str]]:
    """Name and address of a copy of the empty test database; it is dropped when the block ends."""
    place = connection.settings_dict
    name = f"{place['NAME']}_truths"
    connection.close()
    password = f":{quote(place['PASSWORD'], safe='')}" if place["PASSWORD"] else ""
    base = f"postgresql://{quote(place['USER'], safe='')}{password}@{place['HOST']}:{place['PORT']}"
    copy, original = sql.Identifier(name), sql.Identifier(place["NAME"])
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(copy)
    with psycopg.connect(f"{base}/postgres", autocommit=True) as owner:
        owner.execute(drop)
        owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(copy, original))
        try:
            yield name, f"{base}/{name}"
        finally:
            owner.execute(drop)


@contextmanager
def django_at(database: str) -> Iterator[None]:
    """Django speaks with another database until the block ends; it knows nothing of the first."""
    place = connection.settings_dict
    usual, place["NAME"] = place["NAME"], database
    _forget_what_has_a_key()
    try:
        yield
    finally:
        connection.close()
        place["NAME"] = usual
        _forget_what_has_a_key()


def _forget_what_has_a_key() -> None:
    """A process keeps prices and bills by their keys in one database: two count theirs alike."""
    bills._kept.clear()
    reached_bills._kept.clear()
    for kept in gc.get_objects():
        # Asked by `isinstance`, a lazy object would wake up.
        if type(kept) is _lru_cache_wrapper and kept.__module__.startswith(OURS):
            kept.cache_clear()


@contextmanager
def healthy_world(folder: Path) -> Iterator[World]:
    """The world of a shop at rest in which nothing went wrong."""
    store = MailStore(folder / "mails")
    with (
        copy_of_the_test_database() as (name, dsn),
        _cashier(folder / "cashier") as cashier,
        _inbox(store) as inbox,
    ):
        began = datetime.now(UTC)
        shop = override_settings(
            STRIPE_API_BASE=cashier.url,
            SHOP_PROMISER=FIXED_PROMISER,
            CONFIGURATOR_BUILDER="configurator.ports.builds_anything",
        )
        with django_at(name), shop:
            seen = Story(cashier, store).tell()
        path = folder / "seen.jsonl"
        path.write_text("".join(f"{json.dumps(one)}\n" for one in seen), encoding="utf-8")
        yield World(
            dsn=dsn,
            cashier_url=cashier.url,
            cashier_key=KEY,
            mail_url=f"http://127.0.0.1:{inbox.server_address[1]}",
            seen=path,
            logs=folder,
            started_at=began,
            last_fault_at=None,
            quiet_at=datetime.now(UTC),
        )


@contextmanager
def _cashier(folder: Path) -> Iterator[Server]:
    """Its events reach nobody: they are fetched as undelivered ones."""
    nowhere = f"http://127.0.0.1:{any_free()}/"
    server = open_cashier(folder, Settings(webhook_url=nowhere, webhook_secret=SECRET))
    serve_in_thread(server)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def _inbox(store: MailStore) -> Iterator[InboxServer]:
    server = InboxServer(store, port=0)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class Story:
    """What happens in the healthy shop, and what its clients noted of it."""

    def __init__(self, cashier: Server, store: MailStore) -> None:
        self.api = stripe.StripeClient(KEY, base_addresses={"api": cashier.url})
        self.store = store
        self.notes: list[dict[str, Any]] = []

    def tell(self) -> list[dict[str, Any]]:
        mail.outbox = []
        self.version = makeable_model(pieces=20)
        supply_everything()
        self.shipped()
        self.short_of_parts()
        self.refunded_in_part()
        self.abandoned()
        self.paid_after_it_was_cancelled()
        self.cancelled_after_it_was_paid()
        self.reviewed()
        self.under_review()
        self.declined()
        self.bounced_debit()
        self.disputed()
        balance.fetch_undelivered()
        self.work()
        return self.notes

    # --- one after the other

    def shipped(self) -> None:
        order = self.paid(quantity=1)
        job = AssemblyJob.objects.get(clearance=order.pk)
        for kind in ("kitting", "build", "test", "box"):
            start_operation(job_id=job.pk, kind=kind, actor="staff:mira")
            finish_operation(job_id=job.pk, kind=kind, actor="staff:mira", by_hand="counted")
        self.work()

    def short_of_parts(self) -> None:
        stock_part("GPU-220", 0)
        self.paid(quantity=2, graphics="card", power_supply="w850", memory_quantity="two")
        stock_part("GPU-220", 5)  # what comes in goes to who waits for nothing else

    def refunded_in_part(self) -> None:
        order = self.paid(quantity=3)
        self.refund(order.payments.get(), 1_000)

    def abandoned(self) -> None:
        self.placed()

    def paid_after_it_was_cancelled(self) -> None:
        order = self.placed()
        orders.cancel_order(order_id=order.pk, actor="customer", why="changed my mind")
        self.note("cancelled", order)
        self.pay(order, GOOD)

    def cancelled_after_it_was_paid(self) -> None:
        order = self.paid()
        orders.cancel_order(order_id=order.pk, actor="staff:mira", why="you asked us to")
        self.note("cancelled", order)
        payment = order.payments.get()
        self.refund(payment, payment.captured_minor)

    def reviewed(self) -> None:
        order = self.placed()
        self.pay(order, REVIEWED)
        (review,) = self.api.v1.reviews.list().data
        self.api.v1.reviews.approve(review.id)
        payments.sync_payment(payment_id=order.payments.get().pk)
        self.work()

    def under_review(self) -> None:
        self.pay(self.placed(), REVIEWED)

    def declined(self) -> None:
        order = self.placed()
        visit(order.payments.get().checkout_url, DECLINED)
        self.pay(order, GOOD)

    def bounced_debit(self) -> None:
        order = self.placed()
        self.pay(order, DEBIT_FAILS)
        self.api.raw_request("post", "/sandbox/clock", advance=60)
        payment = order.payments.get()
        assert wait_until(lambda: self.state_of(payment) == "failed", within_s=30, every_s=0.1)
        self.work()

    def disputed(self) -> None:
        """A little later the bank takes the money back; the shop is told."""
        payment = self.paid().payments.get()
        charge = self.api.v1.payment_intents.retrieve(str(payment.payment_intent_id)).latest_charge
        self.api.raw_request("post", f"/sandbox/charges/{charge}/dispute")
        payments.sync_payment(payment_id=payment.pk)
        self.work()

    # --- steps

    def placed(self, **options: Any) -> Order:
        order = place_small_order(version=self.version, **options)
        Order.objects.filter(pk=order.pk).update(email=f"client{order.pk}@storm.example")
        order.refresh_from_db()
        open_payment(order_id=order.pk)
        self.note("placed", order)
        return order

    def paid(self, **options: Any) -> Order:
        order = self.placed(**options)
        self.note("double_click", order)
        self.pay(order, GOOD)
        order.refresh_from_db()
        return order

    def pay(self, order: Order, form: dict[str, str]) -> None:
        payment = order.payments.get()
        visit(payment.checkout_url, form)
        self.note("paid", order)
        payments.sync_payment(payment_id=payment.pk)
        self.work()

    def refund(self, payment: Payment, amount_minor: int) -> None:
        """Asked for by one, approved by another, performed, and followed to its end."""
        refund = refund_requests.request_refund(
            payment_id=payment.pk, amount_minor=amount_minor, reason="as agreed", actor="staff:mira"
        )
        refund_requests.approve_refund(refund_id=refund.pk, actor="staff:ben")
        self.note("refund_asked", payment.order)
        self.work()

    def state_of(self, payment: Payment) -> str:
        return str(payments.sync_payment(payment_id=payment.pk).status)

    def work(self) -> None:
        """Relay, workers, and the mail server."""
        relay.drain()
        for message in mail.outbox:
            raw = message.message().as_bytes()
            self.store.add(sender=message.from_email, recipients=message.to, raw=raw)
        mail.outbox = []

    def note(self, kind: str, order: Order) -> None:
        payment = order.payments.order_by("pk").last()
        self.notes.append(
            {
                "at": datetime.now(UTC).isoformat(),
                "client": order.pk,
                "deed": "story",
                "kind": kind,
                "status": 303,
                "order": order.number,
                "token": order.token,
                "session": payment.session_id if payment else None,
                "path": "/checkout/",
            }
        )
