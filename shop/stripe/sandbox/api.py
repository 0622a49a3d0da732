"""The API under /v1: who asks, what is asked, the answer, and the memory of answers."""

import base64
import binascii
import json
import logging
from contextlib import ExitStack
from typing import Any, Literal, NamedTuple

import stripe

from shop.stripe.sandbox import idempotency, outages
from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.endpoints import ROUTES
from shop.stripe.sandbox.endpoints.route import Route
from shop.stripe.sandbox.errors import ApiError, ParameterError
from shop.stripe.sandbox.events import caused_by
from shop.stripe.sandbox.exchange import Answer, Request
from shop.stripe.sandbox.idempotency import KeptAnswer
from shop.stripe.sandbox.ids import new_id
from shop.stripe.sandbox.outages import Outage
from shop.stripe.sandbox.presentation import present
from shop.stripe.sandbox.wire import Raw, decode_form

logger = logging.getLogger(__name__)

TEST_KEY = "sk_test_"
FORM = "application/x-www-form-urlencoded"
SHOWN_OF_KEY = 8  # characters of a refused key that are told back


class _Call(NamedTuple):
    """Who asks: the request, the key it came with, the mark of what it asked for, its outage."""

    request_id: str
    key: str | None
    mark: str
    outage: Outage


def answer_api(cashier: Cashier, request: Request) -> Answer:
    """The answer to one API request; every failure is Stripe's error envelope."""
    request_id = new_id("req", 14)
    headers = {
        "Request-Id": request_id,
        "Stripe-Version": stripe.api_version,
        "Cache-Control": "no-cache, no-store",
    }
    outage = outages.next_outage(cashier) if request.path.startswith("/v1/") else outages.CALM
    cashier.closing.wait(outage.wait)
    if outage.kind == "hang":
        return Answer(504, fate="hung")
    is_kept = True
    try:
        kept = _handle(cashier, request, request_id, outage)
    except ApiError as error:
        kept = KeptAnswer(error.status, json.dumps(error.envelope()), request_id)
        headers |= error.headers
        is_kept = False
    except Exception:
        logger.exception("%s %s failed", request.method, request.path)
        fault = ApiError("The sandbox cashier failed; its log says why.", kind="api_error")
        kept = KeptAnswer(500, json.dumps(fault.envelope()), request_id)
        is_kept = False
    if key := _key_of_request(request):
        headers["Idempotency-Key"] = key
        if is_kept:  # the same key would only bring the same answer again
            headers |= {"Original-Request": kept.request_id, **outages.NO_RETRY}
        if kept.request_id != request_id:
            headers["Idempotent-Replayed"] = "true"
    fate: Literal["sent", "cut"] = "cut" if outage.kind == "cut" else "sent"
    return Answer(kept.status, kept.body.encode(), headers=headers, fate=fate)


def _key_of_request(request: Request) -> str | None:
    """Only a POST has one; with GET it would have no effect."""
    return request.headers.get("idempotency-key") if request.method == "POST" else None


def _handle(cashier: Cashier, request: Request, request_id: str, outage: Outage) -> KeptAnswer:
    _check_key(request)
    _check_version(request)
    key = _key_of_request(request)
    if refused := outages.refusal(outage, key):
        raise refused
    route, ids = _find_route(request)
    raw = _parameters(request)
    mark = idempotency.fingerprint(request.method, request.path, raw)
    with ExitStack() as held:
        if key and not held.enter_context(cashier.keys.hold(key)):
            raise outages.key_in_use(key)
        return _answer_once(cashier, route, raw, ids, _Call(request_id, key, mark, outage))


def _answer_once(
    cashier: Cashier, route: Route, raw: dict[str, Raw], ids: tuple[str, ...], call: _Call
) -> KeptAnswer:
    with cashier.store.transaction(), caused_by(call.request_id, call.key):
        if call.key and (kept := idempotency.kept_answer(cashier, call.key, call.mark)):
            return kept
        answer = _execute(cashier, route, raw, ids, call)
        if call.key:
            idempotency.keep_answer(cashier, call.key, call.mark, answer)
        return answer


def _execute(
    cashier: Cashier, route: Route, raw: dict[str, Raw], ids: tuple[str, ...], call: _Call
) -> KeptAnswer:
    """Run an endpoint. Its refusal is an answer worth keeping; a wrong parameter is not."""
    params: dict[str, Any] = route.shape.read(raw)
    expand = params.pop("expand", [])
    try:
        if call.outage.kind == "stuck":
            raise outages.broken()
        with cashier.store.savepoint():
            document = present(cashier, route.endpoint(cashier, params, *ids), expand)
    except ParameterError:
        raise
    except ApiError as error:
        return KeptAnswer(error.status, json.dumps(error.envelope()), call.request_id)
    return KeptAnswer(200, json.dumps(document), call.request_id)


def _check_key(request: Request) -> None:
    """Only test keys. Nothing is verified beyond that: this cashier has no secrets."""
    key = _key_of(request.headers.get("authorization", ""))
    if not key:
        raise ApiError(
            "You did not provide an API key. Send it as 'Authorization: Bearer sk_test_...'.",
            status=401,
        )
    if not key.startswith(TEST_KEY) or len(key) == len(TEST_KEY):
        raise ApiError(
            f"Invalid API Key provided: {key[:SHOWN_OF_KEY]}****."
            " The sandbox cashier takes only keys that begin with sk_test_.",
            status=401,
        )


def _key_of(authorization: str) -> str:
    scheme, _, credentials = authorization.partition(" ")
    match scheme.lower():
        case "bearer":
            return credentials.strip()
        case "basic":  # curl -u sk_test_...:
            try:
                decoded = base64.b64decode(credentials, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                return ""
            return decoded.partition(":")[0]
    return ""


def _check_version(request: Request) -> None:
    version = request.headers.get("stripe-version", stripe.api_version)
    if version != stripe.api_version:
        raise ApiError(
            f"Invalid Stripe API version: {version[:40]}."
            f" The sandbox cashier speaks {stripe.api_version}, as its SDK does."
        )


def _find_route(request: Request) -> tuple[Route, tuple[str, ...]]:
    for route in ROUTES:
        if route.method == request.method and (match := route.path.fullmatch(request.path)):
            return route, match.groups()
    raise ApiError(
        f"Unrecognized request URL ({request.method}: {request.path[:200]}).", status=404
    )


def _parameters(request: Request) -> dict[str, Raw]:
    if request.method != "POST":
        return decode_form(request.query)
    content_type = request.headers.get("content-type", FORM).partition(";")[0].strip().lower()
    if request.body and content_type != FORM:
        raise ParameterError(f"The API reads {FORM}, not {content_type[:60]}.")
    try:
        text = request.body.decode()
    except UnicodeDecodeError as error:
        raise ParameterError("The request is not UTF-8.") from error
    return decode_form(text)
