"""Reading the movements of the balance. There are no payouts here, so none can be named."""

from typing import Any

import stripe.params as sdk

from shop.stripe.sandbox.cashier import Cashier
from shop.stripe.sandbox.endpoints.route import EXPAND, LISTING, equal, page, retrieve, route
from shop.stripe.sandbox.errors import no_such
from shop.stripe.sandbox.shapes import Shape, Text
from shop.stripe.sandbox.store import Document


def list_balance_transactions(cashier: Cashier, params: dict[str, Any]) -> Document:
    if "payout" in params:
        raise no_such("payout", params["payout"], "payout", status=400)
    filters = equal(params, type="type", source="source", currency="currency")
    return page(
        cashier, "balance_transaction", params, url="/v1/balance_transactions", filters=filters
    )


ROUTES = (
    route(
        "GET",
        "/v1/balance_transactions",
        Shape(
            sdk.BalanceTransactionListParams,
            {
                "currency": Text(3),
                "payout": Text(255),
                "source": Text(255),
                "type": Text(50),
                **LISTING,
            },
        ),
        list_balance_transactions,
    ),
    route(
        "GET",
        "/v1/balance_transactions/{}",
        Shape(sdk.BalanceTransactionRetrieveParams, EXPAND),
        retrieve("balance_transaction", "id"),
    ),
)
