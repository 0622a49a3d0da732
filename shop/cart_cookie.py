"""The visitor's cart travels as a signed cookie: its token, and how many machines lie in it.

The count only saves every page a query; what is ordered is always read from the database.
"""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from shop.models import Cart

NAME = "cart"
SALT = "shop.cart"
KEPT_SECONDS = 60 * 24 * 3600


def read(request: HttpRequest) -> tuple[UUID | None, int]:
    """Token and count; (None, 0) for no cookie, an old one or one that is not ours."""
    value = request.get_signed_cookie(NAME, default="", salt=SALT, max_age=KEPT_SECONDS)
    token, _, count = str(value).partition(".")
    try:
        return UUID(token), int(count or 0)
    except ValueError:
        return None, 0


def find_cart(request: HttpRequest) -> Cart | None:
    token, _ = read(request)
    return Cart.objects.filter(token=token).first() if token else None


def remember(response: HttpResponse, cart: Cart) -> HttpResponse:
    """Put the cart's token and present count into the visitor's cookie."""
    count = sum(cart.lines.values_list("quantity", flat=True))
    response.set_signed_cookie(
        NAME,
        f"{cart.token}.{count}",
        salt=SALT,
        max_age=KEPT_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
