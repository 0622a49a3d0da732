"""What an event of Stripe's costs the web process, beside a plain view in the same run.

The plain view does what most shops do: `stripe.Webhook.construct_event`, then everything that
follows, in the request. It is spared the question to Stripe that ours asks later, and believes
the event.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import stripe
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from config.management.commands.bench import Report
from shop.models import Payment
from shop.services import payments
from shop.stripe import gateway
from tests.bench._costs import Cost, measured, visitor
from tests.factories.shop import facts_of, payment_of, place_small_order

HEAD = ("an event that is", "statements", "CPU ms", "plain view: statements", "CPU ms", "ratio")
SECRET = "whsec_bench"
DATABASE = "cartwright_bench_webhooks"
OURS, PLAIN = "/stripe/webhook/", "/plain/webhook/"
# Of the plain view's CPU, for an event that is new. The request around both is the same.
SHARE = 0.5


@csrf_exempt
def plain(request: HttpRequest) -> HttpResponse:
    """Verify, construct the event, handle it: all in the request."""
    try:
        event = stripe.Webhook.construct_event(
            request.body, request.headers["Stripe-Signature"], SECRET
        )
    except (ValueError, stripe.SignatureVerificationError):
        return HttpResponse(status=400)
    if event.type == "checkout.session.completed":
        session = event.data.object
        payment = Payment.objects.get(idempotency_key=session["metadata"][gateway.REFERENCE])
        facts = replace(
            facts_of(payment),
            session_id=session["id"],
            amount_received_minor=session["amount_total"],
        )
        payments.apply_facts(payment_id=payment.pk, facts=facts)
    return HttpResponse("done")


urlpatterns = [path("plain/webhook/", plain), path("", include("config.urls"))]


def run(*, rounds: int) -> Report:
    report = Report(head=HEAD)
    with (
        _own_database(),
        override_settings(
            ROOT_URLCONF=__name__,
            STRIPE_WEBHOOK_SECRETS=[SECRET],
            STRIPE_SECRET_KEY="sk_test_bench",
            CONFIGURATOR_BUILDER="configurator.ports.builds_anything",
        ),
    ):
        client = visitor()
        for name, make in KINDS.items():
            ours, theirs = _side_by_side(client, make, rounds)
            ratio = ours.cpu_ms / theirs.cpu_ms
            report.rows.append(
                (name, str(ours.statements), f"{ours.cpu_ms:.2f}",
                 str(theirs.statements), f"{theirs.cpu_ms:.2f}", f"{ratio:.2f}")
            )  # fmt: skip
            report.figures[name] = {
                "cpu_ms": round(ours.cpu_ms, 3),
                "statements": ours.statements,
                "plain_cpu_ms": round(theirs.cpu_ms, 3),
                "plain_statements": theirs.statements,
            }
    new, forged = report.figures["new"], report.figures["forged"]
    share = new["cpu_ms"] / new["plain_cpu_ms"]
    report.goal("CPU of a new event, of the plain view's", share, at_most=SHARE)
    report.goal("statements for a new event", new["statements"], at_most=1)
    report.goal("statements for a forged event", forged["statements"], at_most=0)
    return report


@contextmanager
def _own_database() -> Iterator[None]:
    """An empty one beside the shop's, dropped afterwards."""
    logging.disable(logging.WARNING)
    kept = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = DATABASE
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(kept, verbosity=0)
        logging.disable(logging.NOTSET)


def _side_by_side(
    client: Client, make: Callable[[], tuple[str, str]], rounds: int
) -> tuple[Cost, Cost]:
    """Alternating, so that whatever else the machine does falls on both; the first warms up."""
    ours, theirs = [], []
    for number in range(rounds + 1):
        for url, costs in ((OURS, ours), (PLAIN, theirs)):
            cost = _send(client, url, *make())
            if number:
                costs.append(cost)
    return Cost.typical(ours), Cost.typical(theirs)


def _send(client: Client, url: str, body: str, signature: str) -> Cost:
    with measured() as cost:
        client.post(
            url, body, content_type="application/json", headers={"Stripe-Signature": signature}
        )
    return cost


def _event(kind: str = "checkout.session.completed") -> str:
    """About as large as Stripe's: 2.5 kB."""
    payment = payment_of(place_small_order())
    session = {
        "id": f"cs_test_{payment.pk}",
        "object": "checkout.session",
        "amount_total": payment.amount_minor,
        "currency": "usd",
        "status": "complete",
        "payment_status": "paid",
        "metadata": {gateway.REFERENCE: payment.idempotency_key},
        "customer_details": {"email": "ada@example.com", "address": {"city": "San Francisco"}},
        "line_items": [{"description": "x" * 60, "quantity": 1}] * 18,
    }
    return json.dumps({
        "id": f"evt_{payment.pk}_{kind}",
        "object": "event",
        "type": kind,
        "api_version": stripe.api_version,
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": session},
    })  # fmt: skip


def _signed(body: str, secret: str = SECRET) -> tuple[str, str]:
    return body, stripe.WebhookSignature.generate_signature_header(body, secret, None)


def _new() -> tuple[str, str]:
    return _signed(_event())


_known: list[tuple[str, str]] = []


def _again() -> tuple[str, str]:
    """The same event every time; the first time, which warms up, it is new."""
    if not _known:
        _known.append(_new())
    return _known[0]


def _forged() -> tuple[str, str]:
    return _signed(_event(), "whsec_of_somebody_else")


def _unhandled() -> tuple[str, str]:
    return _signed(_event("customer.updated"))


KINDS = {
    "new": _new,
    "known already": _again,
    "of a type that we do not handle": _unhandled,
    "forged": _forged,
}
