"""Every request that the shop sends, judged by the SDK's own parameter types on its way out.

The cashier's routes say which type belongs to which request, so a request it does not know is
told too. A request that Stripe would not take fails the test that sends it.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from stripe._api_requestor import _APIRequestor

from shop.stripe.sandbox.endpoints import ROUTES
from tests.shop.sandbox.request_check import request_problems


def judge_what_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the test is over, raise AssertionError for a request that Stripe would refuse."""
    send = _APIRequestor.request

    def judged(
        requestor: _APIRequestor,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        *rest: Any,
        **options: Any,
    ) -> Any:
        problems = problems_of(method, url, params or {})
        assert problems == [], f"{method.upper()} {url}: {problems}"
        return send(requestor, method, url, params, *rest, **options)

    monkeypatch.setattr(_APIRequestor, "request", judged)


def problems_of(method: str, url: str, params: Mapping[str, Any]) -> list[str]:
    for route in ROUTES:
        if route.method == method.upper() and route.path.fullmatch(url):
            # The SDK leaves out what is None.
            given = {name: value for name, value in params.items() if value is not None}
            return request_problems(given, route.shape.sdk_params)
    return ["the cashier knows no such request"]
