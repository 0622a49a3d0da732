"""What staff do at the console's pages: cancel for a customer, give money back, approve it."""

import threading
from http.cookiejar import CookieJar

from config.demo.forms import Form
from config.demo.run import STAFF
from config.embedded.waiting import wait_until
from tests.storm.schedule import Client
from tests.storm.seen import Seen
from tests.storm.visitor import GaveUp, LostTheWay, Step, Visitor

SECOND = "finance"
PATIENCE_S = 90.0  # until money has cleared, whatever has died meanwhile
AMOUNT = "12.50"


class Desk:
    """One pair of people at work, one case at a time."""

    def __init__(self, shop_url: str, password: str, seen: Seen) -> None:
        self._shop = shop_url.rstrip("/")
        self._password = password
        self._seen = seen
        self._one_at_a_time = threading.Lock()
        self._cookies: dict[str, CookieJar] = {}  # of those who have logged in

    def refund(self, client: Client, token: str) -> None:
        """Give all or a part of an order's money back, by two people where it is much."""
        with self._one_at_a_time:
            first = self._at_work(STAFF, client)
            order = self._when_cleared(first, self._number(first, token))
            page = first.open(order.link("/refund/"))
            form = page.form(with_field="reason")
            self._fill_in(form, is_whole=client.is_whole)
            after = first.submit(page, form)
            if after.status >= 400 and "up to" not in after.text:
                raise LostTheWay(f"{after.url}: {after.text[:200]}")
            first.note("refund_asked", status=after.status, path=after.url)
            if _has(after, "/approve/"):
                second = self._at_work(SECOND, client)
                page = second.open(order.url)
                if _has(page, "/approve/"):  # not pressed twice when an answer was lost
                    second.submit(page, page.form(action="/approve/"))

    def cancel(self, client: Client, token: str) -> None:
        """Cancel a paid order, as its customer wrote to ask."""
        with self._one_at_a_time:
            first = self._at_work(STAFF, client)
            order = self._when_cleared(first, self._number(first, token))
            form = order.form(action="/cancel/")
            form.fill("why", "You asked us to.")
            after = first.submit(order, form)
            if "Cancelled" in after.text:
                first.note("cancelled", status=after.status, path="/ops/cancel/")

    def _number(self, visitor: Visitor, token: str) -> str:
        visitor.open(f"{self._shop}/orders/{token}/")
        if visitor.order is None:
            raise LostTheWay(f"the page of {token} names no order")
        return visitor.order

    def _at_work(self, name: str, client: Client) -> Visitor:
        """Somebody who is logged in, with a browser whose notes name the client."""
        visitor = Visitor(client, self._seen, cookies=self._cookies.get(name))
        page = visitor.open(f"{self._shop}/ops/")
        if any(
            control.name == "username" for form in page.parsed.forms for control in form.controls
        ):
            form = page.form(with_field="username")
            form.fill("username", name)
            form.fill("password", self._password)
            visitor.submit(page, form)
            self._cookies[name] = visitor.cookies
        return visitor

    def _when_cleared(self, visitor: Visitor, number: str) -> Step:
        found: list[Step] = []

        def is_cleared() -> bool:
            page = visitor.open(f"{self._shop}/ops/orders/{number}/")
            if any("/refund/" in address for address, _ in page.parsed.links):
                found.append(page)
            return bool(found)

        if not wait_until(is_cleared, within_s=PATIENCE_S, every_s=1.0):
            raise GaveUp(f"{number} never cleared")
        return found[0]

    def _fill_in(self, form: Form, *, is_whole: bool) -> None:
        form.fill("kind", "all" if is_whole else "sum")
        if not is_whole:
            form.fill("amount", AMOUNT)
        form.fill("reason", "The storm asks for it.")


def _has(page: Step, action: str) -> bool:
    return any(action in form.action for form in page.parsed.forms)
