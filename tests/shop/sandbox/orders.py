"""Sessions as the shop would ask for them."""

from typing import Any

import stripe


def session_params(**changes: Any) -> dict[str, Any]:
    """A machine and its shipping; ``changes`` replace or add parameters."""
    return {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "success_url": "http://127.0.0.1:8000/paid/?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:8000/cart/",
        "client_reference_id": "CW-1001",
        "metadata": {"order": "CW-1001"},
        "payment_intent_data": {"metadata": {"order": "CW-1001"}},
        "line_items": [
            {
                "quantity": 2,
                "price_data": {
                    "currency": "usd",
                    "unit_amount": 129_900,
                    "product_data": {"name": "Compact desktop", "description": "Ryzen 5, 32 GB"},
                },
            },
            {
                "quantity": 1,
                "price_data": {
                    "currency": "usd",
                    "unit_amount": 1_500,
                    "product_data": {"name": "Shipping"},
                },
            },
        ],
        **changes,
    }


TOTAL = 2 * 129_900 + 1_500


def one_line(currency: str = "usd", amount: int = 5_000, quantity: int = 1) -> list[dict[str, Any]]:
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": "Part"}}
    return [{"quantity": quantity, "price_data": price}]


def open_session(stripe_client: stripe.StripeClient, **changes: Any) -> stripe.checkout.Session:
    return stripe_client.v1.checkout.sessions.create(session_params(**changes))
