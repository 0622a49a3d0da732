"""The frame around every page, and the headers that go with it."""

import re
from urllib.parse import urlsplit

from shop.stripe.sandbox.exchange import Answer
from shop.stripe.sandbox.pages.markup import NOTHING, Markup, render

ORIGIN = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+")


def answer_page(
    title: str, content: Markup, *, merchant: str, status: int = 200, forms_lead_to: str = ""
) -> Answer:
    """A whole page. ``forms_lead_to``: the address a form may be redirected to, by its origin."""
    body = render("base", title=title, merchant=merchant, content=content)
    return Answer(
        status,
        body.encode(),
        "text/html; charset=utf-8",
        {
            "Content-Security-Policy": content_security_policy(forms_lead_to),
            "Cache-Control": "no-store",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        },
    )


def content_security_policy(forms_lead_to: str = "") -> str:
    """Nothing but our own style sheet, font and mark.

    Browsers hold ``form-action`` also against the redirect that follows a post, so the shop's
    origin has to be in it for the way back after paying.
    """
    parts = urlsplit(forms_lead_to)
    origin = f"{parts.scheme}://{parts.netloc}"
    target = f" {origin}" if ORIGIN.fullmatch(origin) else ""
    return (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self';"
        f" form-action 'self'{target}; base-uri 'none'; frame-ancestors 'none'"
    )


def message_page(
    heading: str,
    text: str,
    *,
    merchant: str,
    status: int = 200,
    link: tuple[str, str] | None = None,
) -> Answer:
    """A page that says one thing, with at most one way on: (address, words)."""
    way_on = render("way_on", address=link[0], words=link[1]) if link else NOTHING
    content = render("message", heading=heading, text=text, way_on=way_on)
    return answer_page(heading, content, merchant=merchant, status=status)


def redirect(address: str) -> Answer:
    """See other: the browser asks for the next page with GET, so a reload posts nothing."""
    return Answer(303, headers={"Location": address, "Cache-Control": "no-store"})
