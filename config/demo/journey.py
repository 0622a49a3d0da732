"""One customer's way through the shop: configure, cart, checkout, cashier, order page."""

import re
from dataclasses import dataclass

from config.demo.browser import Browser, Page
from config.demo.errors import DemoError
from config.demo.forms import Button, Control, Form

CHOICE = "choice."
CHANGED_GROUPS = ("memory", "drive", "case", "graphics", "cpu")  # the first that can be changed
# By autocomplete token, as a browser keeps what its owner once typed.
CUSTOMER = {
    "email": "robin@example.com",
    "name": "Robin Example",
    "tel": "+1 415 555 0100",
    "address-line1": "500 Sample Street",
    "address-level2": "San Francisco",
    "address-level1": "CA",
    "postal-code": "94103",
    "country": "US",
}
GOOD_CARD = {"cc-number": "4242 4242 4242 4242", "cc-exp": "12/34", "cc-csc": "123"}
ORDER_ADDRESS = re.compile(r"/orders/([\w-]+)/")


@dataclass(frozen=True, slots=True)
class Purchase:
    """What one customer did, and where the order can be looked at."""

    token: str
    order_url: str
    changed: str  # the choice that was made beside the defaults
    pages: int
    seconds: float  # spent waiting for pages


def buy(shop_url: str, configure_path: str) -> Purchase:
    """Buy one machine with one choice of one's own, paying with a card that works."""
    browser = Browser()
    page = browser.open(browser.open(shop_url).link(configure_path))
    page, changed = change_one_choice(browser, page)
    cart = add_to_cart(browser, page)
    checkout = browser.open(cart.link("/checkout/"))
    cashier = check_out(browser, checkout)
    order = pay(browser, cashier)
    match = ORDER_ADDRESS.search(order.url)
    if match is None:
        raise DemoError(f"after paying, the cashier led to {order.url}, not to an order")
    return Purchase(
        token=match[1],
        order_url=order.url,
        changed=changed,
        pages=browser.requests,
        seconds=browser.seconds,
    )


def change_one_choice(browser: Browser, page: Page) -> tuple[Page, str]:
    """Take another option of some group, one that is neither chosen nor spoken against."""
    form = page.form(with_field=CHOICE)
    for group in CHANGED_GROUPS:
        if other := _another(form, CHOICE + group):
            form.fill(other.name, other.value)
            changed = browser.submit(page, form, _button_leading(form, away=False))
            again = changed.form(with_field=CHOICE)
            if not _is_chosen(again, other):
                raise DemoError(f"{changed.url} does not show {other.value} as chosen")
            return changed, f"{group} {other.value}"
    raise DemoError(f"{page.url} offers no other option in any of {', '.join(CHANGED_GROUPS)}")


def add_to_cart(browser: Browser, page: Page) -> Page:
    form = page.form(action="/cart/add/")
    return browser.submit(page, form, _button_leading(form, away=True))


def check_out(browser: Browser, page: Page) -> Page:
    """Fill in the form; the answer is the cashier's page."""
    form = page.form(with_field="email")
    form.autofill(CUSTOMER)
    answer = browser.submit(page, form)
    if answer.url == page.url:
        raise DemoError(f"the checkout was not taken: {answer.text[:300]}")
    return answer


def pay(browser: Browser, page: Page) -> Page:
    form = page.form(with_field="number")
    form.autofill(CUSTOMER | GOOD_CARD)
    return browser.submit(page, form)


def _another(form: Form, name: str) -> Control | None:
    """An option that drops in: one that is described is blocked or changes something else."""
    free = [c for c in form.choices(name) if not c.is_chosen and not c.described_by]
    return free[0] if free else None


def _is_chosen(form: Form, wanted: Control) -> bool:
    return any(c.is_chosen and c.value == wanted.value for c in form.choices(wanted.name))


def _button_leading(form: Form, *, away: bool) -> Button | None:
    """The first button that leads to the cart, or the first that does not."""
    default = form.action
    for button in form.buttons:
        if ("/cart/add/" in (button.action or default)) == away:
            return button
    return None
