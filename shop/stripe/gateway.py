"""The only door to Stripe: our words in, plain facts out. Never called inside a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import stripe
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils import timezone

from shop.errors import CashierAway, CashierRefused
from shop.models import Payment
from shop.stripe.patience import PatientClient

# A customer who waits for the redirect is told within three seconds that the cashier is away.
TIMEOUT_SECONDS = 2.5

# Secret and restricted keys; with a publishable one nobody can be charged.
SECRET_KEYS = ("sk_test_", "sk_live_", "rk_test_", "rk_live_")

# What a payment names itself by at Stripe; a webhook may come before we know the session's id.
REFERENCE = "cartwright_payment"


@dataclass(frozen=True, slots=True)
class CheckoutFacts:
    """A Checkout Session and the payment behind it, as Stripe has them at this moment.

    Amounts in minor units; `session_status` open | complete | expired; `intent_status` as
    Stripe's PaymentIntent, "" while there is none.
    """

    session_id: str
    session_status: str
    url: str
    reference: str
    is_live: bool
    intent_id: str = ""
    intent_status: str = ""
    amount_received_minor: int = 0
    currency: str = ""
    method: str = ""
    failure: str = ""
    is_charge_paid: bool = False
    refunded_minor: int = 0
    is_disputed: bool = False
    is_under_review: bool = False
    # When Stripe was asked: what was read earlier and is written down later is older news.
    read_at: datetime | None = None

    @property
    def is_refunded(self) -> bool:
        return self.refunded_minor > 0

    @property
    def is_all_refunded(self) -> bool:
        return self.is_refunded and self.refunded_minor >= self.amount_received_minor


def is_live_mode() -> bool:
    return str(settings.STRIPE_SECRET_KEY).startswith(("sk_live_", "rk_live_"))


@lru_cache(maxsize=4)
def _client(key: str, base: str) -> stripe.StripeClient:
    if not key:
        raise ImproperlyConfigured("STRIPE_SECRET_KEY is not set; ./manage.py demo sets a sandbox")
    if not key.startswith(SECRET_KEYS):
        raise ImproperlyConfigured(
            f"STRIPE_SECRET_KEY: expected {' or '.join(SECRET_KEYS)}…, got {key[:8]}…"
        )
    if base and is_live_mode():
        raise ImproperlyConfigured("STRIPE_API_BASE is for the sandbox; the key is a live one")
    return stripe.StripeClient(
        key,
        base_addresses={"api": base} if base else None,
        # A retry would double the customer's wait; the stored key makes our own repeats safe.
        max_network_retries=0,
        http_client=PatientClient(within_s=TIMEOUT_SECONDS),
    )


# A cashier in this very process, where there is one; else the one that the settings name.
_stand_in: ContextVar[stripe.StripeClient | None] = ContextVar("stand_in", default=None)


def client() -> stripe.StripeClient:
    return _stand_in.get() or _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


@contextmanager
def asking(stand_in: stripe.StripeClient) -> Iterator[None]:
    """Ask this client, and nobody else, until the block ends. Never beside a live key."""
    if is_live_mode():
        raise ImproperlyConfigured("STRIPE_SECRET_KEY is a live one; nobody may stand in for it")
    token = _stand_in.set(stand_in)
    try:
        yield
    finally:
        _stand_in.reset(token)


def session_parameters(payment: Payment) -> dict[str, Any]:
    """What we ask Stripe for: a full redirect, captured at once, for exactly the order's total."""
    order = payment.order
    lines = [(line.name, line.unit_minor, line.quantity) for line in order.lines.all()]
    if order.shipping_minor:
        lines.append((f"Shipping: {order.shipping_method.name}", order.shipping_minor, 1))
    page = settings.BASE_URL + reverse("shop:order", args=[order.token])
    metadata = {REFERENCE: payment.idempotency_key, "order": order.number}
    return {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "client_reference_id": order.number,
        "customer_email": order.email,
        "line_items": [
            {
                "quantity": quantity,
                "price_data": {
                    "currency": payment.currency.lower(),
                    "unit_amount": unit_minor,
                    "product_data": {"name": name},
                },
            }
            for name, unit_minor, quantity in lines
        ],
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata},
        "success_url": page + "return/",
        "cancel_url": page,
        # Stored with the payment: a repeat under the same key must say exactly the same.
        "expires_at": int(payment.expires_at.timestamp()) if payment.expires_at else None,
    }


def create_checkout(payment: Payment) -> CheckoutFacts:
    """Create the Checkout Session of a payment, or get the one that its key made before.

    What a key made before comes back as it was answered then: read it for how it is now.
    Raises `CashierAway` when Stripe cannot be reached, `CashierRefused` when it will not.
    """
    try:
        session = client().v1.checkout.sessions.create(
            session_parameters(payment),  # type: ignore[arg-type]  # checked by a test instead
            {"idempotency_key": payment.idempotency_key},
        )
    except stripe.StripeError as error:
        raise trouble(f"The cashier could not open {payment}", error) from error
    return _facts(session)


def retrieve_checkout(session_id: str) -> CheckoutFacts:
    """Read a session with its intent and charge. Raises `CashierAway`, `CashierRefused`."""
    read_at = timezone.now()
    try:
        session = client().v1.checkout.sessions.retrieve(
            session_id, {"expand": ["payment_intent.latest_charge", "payment_intent.review"]}
        )
    except stripe.StripeError as error:
        raise trouble(f"The cashier could not show {session_id}", error) from error
    return replace(_facts(session), read_at=read_at)


def expire_checkout(session_id: str) -> None:
    """Close an open session, so that it cannot be paid any more. Raises `CashierAway`."""
    try:
        client().v1.checkout.sessions.expire(session_id)
    except stripe.InvalidRequestError:
        return  # complete or expired already: nothing is left to close
    except stripe.StripeError as error:
        raise trouble(f"The cashier could not close {session_id}", error) from error


def trouble(what: str, error: stripe.StripeError) -> CashierAway:
    """One bad request must not look like an outage: whoever goes through many stops at those.

    Who works under the same key (409) or on the same object (429) is no refusal: the SDK raises
    other errors for those, and the answer comes later.
    """
    is_refusal = isinstance(error, (stripe.InvalidRequestError, stripe.IdempotencyError))
    return (CashierRefused if is_refusal else CashierAway)(f"{what}: {error}")


def _facts(session: stripe.checkout.Session) -> CheckoutFacts:
    intent = session.payment_intent
    basics: dict[str, Any] = {
        "session_id": session.id,
        "session_status": session.status or "",
        "url": session.url or "",
        "reference": session.metadata.to_dict().get(REFERENCE, "") if session.metadata else "",
        "is_live": session.livemode,
    }
    if not isinstance(intent, stripe.PaymentIntent):
        return CheckoutFacts(**basics, intent_id=intent or "")
    charge = intent.latest_charge if isinstance(intent.latest_charge, stripe.Charge) else None
    details = charge.payment_method_details if charge else None
    return CheckoutFacts(
        **basics,
        intent_id=intent.id,
        intent_status=intent.status,
        amount_received_minor=intent.amount_received,
        currency=intent.currency.upper(),
        method=details.type if details else "",
        failure=(intent.last_payment_error.message or "") if intent.last_payment_error else "",
        is_charge_paid=bool(charge and charge.paid),
        refunded_minor=charge.amount_refunded if charge else 0,
        is_disputed=bool(charge and charge.disputed),
        is_under_review=_is_open(intent.review),
    )


def _is_open(review: str | stripe.Review | None) -> bool:
    """An intent keeps its review after it was closed; one that we were not shown counts as open."""
    return review.open if isinstance(review, stripe.Review) else bool(review)
