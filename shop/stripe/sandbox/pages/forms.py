"""Reading a posted form, and whether it came from the cashier's own page."""

from urllib.parse import parse_qsl

from shop.stripe.sandbox.exchange import Request

MAX_FIELDS = 50


def read_form(request: Request) -> dict[str, str] | None:
    """The fields of a posted form, the last of a name winning; None if it is not a form."""
    try:
        pairs = parse_qsl(
            request.body.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        return None
    return dict(pairs)


def is_from_here(request: Request) -> bool:
    """False if a browser says that another site sent it; a program says nothing and may."""
    return request.headers.get("sec-fetch-site", "none") in {"same-origin", "none"}
