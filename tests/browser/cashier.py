"""At the sandbox cashier, as a customer with a browser."""

from playwright.sync_api import Page


def fill_in(page: Page, number: str) -> None:
    """Press "Fill in" beside a test number, and wait for what it does.

    The cashier has no script: the page comes again with its fields filled in. Whoever presses
    "Pay" before that pays with empty fields, on the page that is about to go.
    """
    page.get_by_role("button", name=f"Fill in {number}").click()
    page.get_by_role("status").wait_for()
