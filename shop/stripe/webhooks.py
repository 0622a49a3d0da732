"""Stripe's events come in here: verified, put into the inbox by one statement, answered.

Nothing is decided in the request. A forged event writes nothing.
"""

import json
import logging
import time
from typing import Any

import stripe
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shop.models import RejectedEvent
from shop.stripe.event_types import HANDLED
from shop.stripe.gateway import is_live_mode

logger = logging.getLogger(__name__)

TOLERANCE_SECONDS = 300
MAX_BODY = 1_000_000

# The event, once, and the bell that rings for it.
RECEIVE = """
WITH received AS (
    INSERT INTO shop_stripeevent
        (event_id, type, object_id, payload, outcome, sends, failures, last_error)
    VALUES (%s, %s, %s, %s, '', 0, 0, '')
    ON CONFLICT (event_id) DO NOTHING
    RETURNING id
)
SELECT pg_notify('outbox', '') FROM received
"""


class Refused(Exception):
    """The request is not a genuine event; the text says why."""


@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Answer 200 once the event is stored (or not one of ours to handle), 400 with the reason."""
    try:
        event = verified_event(request.body, request.headers.get("Stripe-Signature", ""))
    except Refused as refusal:
        logger.warning("webhook refused: %s", refusal)
        return HttpResponse(f"{refusal}\n", status=400, content_type="text/plain")
    if foreign := _foreign(event):
        RejectedEvent.objects.create(
            event_id=event["id"][:120], type=event["type"][:80], reason=foreign
        )
        return HttpResponse(f"This event is {foreign}.\n", status=400)
    if event["type"] in HANDLED:
        with connection.cursor() as cursor:
            object_id = str(event["data"]["object"].get("id", ""))[:120]
            text = request.body.decode()  # as it was signed: writing it anew would cost more
            cursor.execute(RECEIVE, [event["id"][:120], event["type"], object_id, text])
    return HttpResponse("stored\n", content_type="text/plain")


def _foreign(event: dict[str, Any]) -> str:
    """Why a signed event is not for us; "" if it is."""
    if event["livemode"] is not is_live_mode():
        return "of the other mode"
    if event.get("account"):  # of an account connected to ours, and we have none
        return "of another account"
    return ""


def verified_event(body: bytes, signature: str, *, now: float | None = None) -> dict[str, Any]:
    """The event in `body` if one of our secrets signed it just now; else `Refused` says why.

    Kept plain (no typed objects): building those costs ten times the check itself.
    """
    if len(body) > MAX_BODY:
        raise Refused(f"The body has {len(body)} bytes; at most {MAX_BODY} are taken.")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Refused(f"The body is not UTF-8: {error.reason} at byte {error.start}.") from error
    if not any(_is_signed(text, signature, secret) for secret in settings.STRIPE_WEBHOOK_SECRETS):
        raise Refused("The signature is not ours, or older than five minutes.")
    # The SDK looks at the old side only: a stamp from the future would stay good for ever.
    if _timestamp(signature) > (now or time.time()) + TOLERANCE_SECONDS:
        raise Refused("The signature's time lies in the future.")
    if "\\u0000" in text:
        raise Refused("The body holds U+0000, which cannot be stored.")
    try:
        event = json.loads(text, parse_constant=_no_number)
        if "\\ud" in text.lower():
            json.dumps(event, ensure_ascii=False).encode()  # half a pair cannot be stored either
        if event["object"] != "event" or not isinstance(event["data"]["object"], dict):
            raise Refused("The body is not a Stripe event.")
        if not (isinstance(event["id"], str) and isinstance(event["type"], str)):
            raise Refused("The event's id and type are not text.")
        bool(event["livemode"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused(f"The body is not a Stripe event: {error!r}.") from error
    return event


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")


def _is_signed(text: str, signature: str, secret: str) -> bool:
    try:
        return bool(
            stripe.WebhookSignature.verify_header(text, signature, secret, TOLERANCE_SECONDS)
        )
    except stripe.SignatureVerificationError:
        return False


def _timestamp(signature: str) -> float:
    pairs = dict(part.split("=", 1) for part in signature.split(",") if "=" in part)
    return float(pairs.get("t", "0"))
