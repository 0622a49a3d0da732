"""The API's endpoints: a shape of parameters and a function for each route."""

from shop.stripe.sandbox.endpoints.balance_transactions import ROUTES as BALANCE_TRANSACTIONS
from shop.stripe.sandbox.endpoints.charges import ROUTES as CHARGES
from shop.stripe.sandbox.endpoints.checkout_sessions import ROUTES as CHECKOUT_SESSIONS
from shop.stripe.sandbox.endpoints.control import ROUTES as CONTROL
from shop.stripe.sandbox.endpoints.disputes import ROUTES as DISPUTES
from shop.stripe.sandbox.endpoints.events import ROUTES as EVENTS
from shop.stripe.sandbox.endpoints.payment_intents import ROUTES as PAYMENT_INTENTS
from shop.stripe.sandbox.endpoints.radar import ROUTES as RADAR
from shop.stripe.sandbox.endpoints.refunds import ROUTES as REFUNDS
from shop.stripe.sandbox.endpoints.route import Route
from shop.stripe.sandbox.endpoints.webhook_endpoints import ROUTES as WEBHOOK_ENDPOINTS

ROUTES: tuple[Route, ...] = (
    *CHECKOUT_SESSIONS,
    *PAYMENT_INTENTS,
    *CHARGES,
    *REFUNDS,
    *DISPUTES,
    *RADAR,
    *BALANCE_TRANSACTIONS,
    *EVENTS,
    *WEBHOOK_ENDPOINTS,
    *CONTROL,
)
