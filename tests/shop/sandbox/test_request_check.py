"""The judge of requests tells right from wrong by the SDK's own types."""

from typing import Any

import pytest
import stripe.params as sdk
from stripe.params.checkout import SessionCreateParams

from tests.shop.sandbox.orders import session_params
from tests.shop.sandbox.request_check import request_problems
from tests.shop.sandbox.sent_requests import problems_of


def test_a_good_session_request_has_no_problems():
    params = session_params(expires_at=1_800_000_000, expand=["payment_intent"])
    assert request_problems(params, SessionCreateParams) == []


@pytest.mark.parametrize("ui_mode", ["hosted_page", "embedded_page", "elements", "form"])
def test_every_current_ui_mode_is_known(ui_mode: str):
    assert request_problems(session_params(ui_mode=ui_mode), SessionCreateParams) == []


def _line(**price: Any) -> list[dict[str, Any]]:
    data = {"currency": "usd", "unit_amount": 1, "product_data": {"name": "x"}} | price
    return [{"quantity": 1, "price_data": data}]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"mode": "paymnt"}, "mode"),
        ({"ui_mode": "hosted"}, "ui_mode"),
        ({"expires_at": "tomorrow"}, "expires_at"),
        ({"bogus": 1}, "bogus"),
        ({"line_items": _line(unit_amout=1)}, "line_items[0].price_data.unit_amout"),
        ({"line_items": _line(unit_amount=12.99)}, "line_items[0].price_data.unit_amount"),
        ({"line_items": _line(unit_amount=True)}, "line_items[0].price_data.unit_amount"),
        ({"line_items": [{"quantity": 1.5}]}, "line_items[0].quantity"),
        (
            {"line_items": [{"price_data": {"unit_amount": 1}}]},
            "line_items[0].price_data.currency",
        ),
        (
            {"payment_intent_data": {"capture_method": "later"}},
            "payment_intent_data.capture_method",
        ),
        ({"metadata": {"order": 7}}, "metadata.order"),
    ],
)
def test_a_mistake_is_told_with_its_place(changes: dict[str, Any], where: str):
    (problem,) = request_problems(session_params(**changes), SessionCreateParams)
    assert problem.startswith(f"{where}: ")


def test_what_the_shop_sends_is_judged_on_its_way():
    good = {"payment_intent": "pi_1", "amount": 5, "reason": None}
    assert problems_of("post", "/v1/refunds", good) == []
    assert problems_of("post", "/v1/refunds", {**good, "amount": 5.5}) != []
    assert problems_of("post", "/v1/tokens", {}) == ["the cashier knows no such request"]


def test_headers_are_not_parameters():
    problems = request_problems({"idempotency_key": "k"}, SessionCreateParams)
    assert problems == ["idempotency_key: unknown parameter"]


def test_a_refund_reason_is_one_of_stripes_words():
    params = {"payment_intent": "pi_1", "amount": 100}
    assert request_problems({**params, "reason": "duplicate"}, sdk.RefundCreateParams) == []
    assert request_problems({**params, "reason": "changed_mind"}, sdk.RefundCreateParams)
