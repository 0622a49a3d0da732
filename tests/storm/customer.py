"""The steps of which every deed is made: choose, check out, pay, come back, give up."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from config.demo.forms import Form
from config.demo.journey import CUSTOMER, add_to_cart, change_one_choice
from shop.stripe.sandbox.instruments import BY_KEY
from tests.storm.schedule import Client
from tests.storm.seen import Seen
from tests.storm.visitor import GaveUp, LostTheWay, Step, Visitor, pause

TRIES = 60  # of a step that the shop answers with "not yet", a second apart


class Customer:
    """One client at the shop of `shop_url`, with a browser and cards of its own."""

    def __init__(self, client: Client, shop_url: str, seen: Seen) -> None:
        self.client = client
        self.visitor = Visitor(client, seen)
        self._shop = shop_url.rstrip("/")
        # In the number of the client alone, so that a thread more or less changes nothing.
        self._dice = random.Random(client.number)  # noqa: S311

    @property
    def email(self) -> str:
        return f"client{self.client.number}@storm.example"

    def order(self, *, times: int = 1) -> Step:
        """From the machine to the cashier's page. With `times`, the last click is made so often."""
        page = self.visitor.open(f"{self._shop}/machines/{self.client.machine}/")
        if self.client.changes_a_choice:
            page, _ = change_one_choice(self.visitor, page)
        cart = add_to_cart(self.visitor, page)
        checkout = self.visitor.open(cart.link("/checkout/"))
        form = checkout.form(with_field="email")
        form.autofill(CUSTOMER | {"email": self.email})
        step = self._clicked(checkout, form, times)
        if step.leads_to_cashier:
            self.visitor.note("placed", status=step.status)
        return self.to_the_cashier(step)

    def to_the_cashier(self, step: Step) -> Step:
        """Follow to a page that can be paid; while there is none, press "Pay" on the order's."""
        for _ in range(TRIES):
            page = self.visitor.follow(step)
            if _is_payable(page):
                return page
            order = page if "/orders/" in page.url else self.visitor.open(page.link("/orders/"))
            if not _leads(order, "/pay/"):
                raise LostTheWay(f"{order.url} offers no way to pay: {order.heading}")
            pause(1.0)
            step = self.visitor.press(order, order.form(action="/pay/"))
        raise GaveUp(f"{step.url}: the cashier's page never opened")

    def pay(self, page: Step, key: str, *, times: int = 1) -> Step:
        """Press the cashier's button. The answer leads back to the shop, or to the bank."""
        step = self._clicked(page, self._paying_form(page, key), times)
        if "/authenticate/" in step.location:
            question = self.visitor.follow(step)
            form = question.form(action="/authenticate/")
            (yes,) = [button for button in form.buttons if button.value == "confirm"]
            step = self.visitor.press(question, form, yes)
        if "/orders/" in step.location:
            self.visitor.note("paid", status=step.status, path=key)
        elif step.status == 402:
            self.visitor.note("declined", status=step.status, path=key)
        return step

    def come_back(self, step: Step) -> Step | None:
        """To the order's page, unless this customer closes the window."""
        return self.visitor.follow(step) if self.client.comes_back and step.location else None

    def see_order(self) -> Step:
        return self.visitor.open(f"{self._shop}/orders/{self.visitor.token}/")

    def give_up(self, page: Step) -> None:
        """Press "Cancel the order", where the page has that button."""
        if not _leads(page, "/cancel/"):
            return
        after = self.visitor.submit(page, page.form(action="/cancel/"))
        if "cancelled" in after.heading.lower():
            self.visitor.note("cancelled", status=after.status, path="/cancel/")

    def at_once(self, *acts: Callable[[], object]) -> None:
        """Do several things in the same moment, as with two windows."""
        with ThreadPoolExecutor(len(acts)) as hands:
            done = [hands.submit(act) for act in acts]
        for act in done:
            act.result()

    def _clicked(self, page: Step, form: Form, times: int) -> Step:
        """The answer that leads furthest of those to a button pressed so often at once."""
        if times == 1:
            return self.visitor.press(page, form)
        self.visitor.note("double_click", path=page.url)
        with ThreadPoolExecutor(times) as hands:
            clicks = [hands.submit(self.visitor.press, page, form) for _ in range(times)]
            steps = [click.result() for click in clicks]
        return max(steps, key=lambda step: (bool(step.location), step.leads_to_cashier))

    def _paying_form(self, page: Step, key: str) -> Form:
        form = page.form(with_field="name")
        form.autofill(CUSTOMER | {"email": self.email})
        instrument = BY_KEY[key]
        if key.startswith("debit"):
            form.fill("method", "sepa_debit")
            form.fill("iban", instrument.number)
            return form
        form.fill("method", "card")
        form.fill("number", instrument.number)
        form.fill("expiry", "12/34")
        form.fill("cvc", "123")
        return form


def _is_payable(page: Step) -> bool:
    return page.status == 200 and "/c/pay/" in page.url and _leads(page, "/c/pay/")


def _leads(page: Step, action: str) -> bool:
    return any(
        action in (target or "")
        for form in page.parsed.forms
        for target in (form.action, *(button.action for button in form.buttons))
    )
