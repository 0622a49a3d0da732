"""From a cart to its end over the sandbox cashier: prices that move, time that runs out, money that
comes too late or twice; and what the customer is told of it on the page and by mail.
"""

from datetime import timedelta

import pytest
from django.test import Client

from config.mail.models import OutgoingMail
from config.outbox.models import OutboxEvent
from configurator.models import ModelVersion
from configurator.services.price_lists import create_price_list
from shop.models import LedgerEntry, Order, Payment, PaymentClearance, Refund
from shop.services import checkout, payments
from shop.services.asking import ask_to_clear_free_order
from shop.stripe.sandbox import calendar_book
from shop.stripe.sandbox.amounts import LEAST
from shop.stripe.sandbox.background import keep_appointments
from shop.stripe.sandbox.server import Server
from tests.factories.configurator import price_small_model, publish_small_model, small_prices
from tests.factories.shop import ShippingMethodFactory
from tests.shop.browsing import add_to_cart, check_out, only_cart, page_of
from tests.shop.sandbox.browser_double import DEBIT_FAILS, DEBIT_OK, DECLINED, GOOD, visit

pytestmark = pytest.mark.django_db

DAY_S = 24 * 3600


@pytest.fixture
def version() -> ModelVersion:
    ShippingMethodFactory.create()
    return publish_small_model()


def pass_time(cashier: Server, seconds: int = DAY_S) -> None:
    """Let time pass at the cashier and on our clock of what was opened there."""
    with cashier.cashier.store.transaction():
        calendar_book.advance(cashier.cashier, seconds)
    keep_appointments(cashier.cashier)
    for payment in Payment.objects.exclude(expires_at=None):
        payment.expires_at -= timedelta(seconds=seconds)
        payment.save(update_fields=["expires_at"])


def look(order: Order) -> Order:
    """What the poller does for every open payment of an order."""
    for payment in order.payments.filter(status__in=["pending", "processing"]):
        payments.sync_payment(payment_id=payment.pk)
    order.refresh_from_db()
    return order


def pay_at(client: Client, order: Order, form: dict[str, str]) -> str:
    """Press "pay" on the order's page and fill in the cashier's; gives the cashier's address."""
    url = client.post(f"{page_of(order)}pay/")["Location"]
    visit(url, form)
    return url


def mail_of(order: Order, stage: str) -> OutgoingMail:
    return OutgoingMail.objects.get(key__startswith=f"order-{stage}-{order.pk}")


# --- prices that move between cart and payment


def test_of_several_lines_a_drop_is_passed_on_and_a_rise_asked_about(client, version, cashier):
    add_to_cart(client, version)
    add_to_cart(client, version, choice_memory_quantity="two")
    add_to_cart(client, version, choice_graphics="card")
    before = {line.pk: line.configuration.total_minor for line in only_cart().lines.all()}
    moved = {("cpu", "six"): 20_000, ("graphics", "card"): 299_000}
    price_small_model(version=version, changes=moved)
    assert check_out(client)["Location"] == "/cart/"
    page = client.get("/cart/").text
    assert page.count("The price has risen to") == 1
    assert page.count("now $") == 2
    assert not Order.objects.exists()
    dear = only_cart().lines.last()
    accept = page.split('name="accept" value="')[1].split('"')[0]
    client.post(f"/cart/lines/{dear.pk}/", {"accept": accept, "quantity": "1"})
    address = check_out(client)["Location"]
    order = Order.objects.get()
    charged = list(order.lines.values_list("unit_minor", flat=True))
    assert charged[:2] == [before_minor - 5_000 for before_minor in list(before.values())[:2]]
    assert charged[2] > list(before.values())[2]
    visit(address, GOOD)
    assert look(order).status == Order.Status.RELEASED
    assert order.clearance.amount_minor == sum(charged) + order.shipping_minor


def test_a_price_that_rises_again_after_it_was_agreed_to_is_asked_about_again(client, version):
    add_to_cart(client, version)
    price_small_model(version=version, changes={("cpu", "six"): 30_000})
    accept = client.get("/cart/").text.split('name="accept" value="')[1].split('"')[0]
    price_small_model(version=version, changes={("cpu", "six"): 31_000})
    line = only_cart().lines.get()
    page = client.post(f"/cart/lines/{line.pk}/", {"accept": accept}, follow=True).text
    assert "has changed again" in page
    assert check_out(client)["Location"] == "/cart/"


def test_what_was_ordered_keeps_its_price_however_often_it_is_tried_to_pay(
    client, version, cashier
):
    add_to_cart(client, version)
    check_out(client)
    order = Order.objects.get()
    price_small_model(version=version, changes={("cpu", "six"): 99_000})
    pass_time(cashier)
    look(order)
    pay_at(client, order, GOOD)
    assert look(order).status == Order.Status.RELEASED
    assert order.clearance.amount_minor == order.total_minor == 55_800


def test_what_lies_in_the_cart_while_an_order_is_placed_stays_there(client, version, monkeypatch):
    """Another tab adds a machine at the very moment of "Order and pay"."""
    add_to_cart(client, version)
    review = checkout.review_cart

    def review_and_add(cart):
        lines = review(cart)
        add_to_cart(client, version, choice_memory_quantity="two")
        return lines

    monkeypatch.setattr(checkout, "review_cart", review_and_add)
    check_out(client)
    assert Order.objects.get().lines.count() == 1
    assert only_cart().lines.count() == 1


# --- an order that costs nothing, or next to nothing


def free_cart(client: Client, *, base_minor: int = 0) -> None:
    version = publish_small_model()
    free = dict.fromkeys(small_prices(), 0)
    create_price_list(version=version, currency="USD", base_minor=base_minor, option_minor=free)
    ShippingMethodFactory.create(code="collect", price_minor=0)
    add_to_cart(client, version)


def test_a_total_of_zero_is_cleared_once_by_its_own_rule_and_books_nothing(
    client, no_cashier, drain
):
    free_cart(client)
    response = check_out(client, shipping_method="collect")
    order = Order.objects.get()
    assert response["Location"] == page_of(order)
    for _ in range(2):
        ask_to_clear_free_order(order_id=order.pk, asked_by="customer")
        drain()
    clearance = PaymentClearance.objects.get()
    assert (clearance.payment_id, clearance.amount_minor) == (None, 0)
    assert not Payment.objects.exists()
    assert not LedgerEntry.objects.exists()
    assert OutboxEvent.objects.filter(name="shop.order_released").count() == 1
    assert "nothing to pay" in client.get(page_of(order)).text


def test_less_than_stripe_takes_is_refused_before_there_is_an_order(client):
    free_cart(client, base_minor=49)
    assert check_out(client, shipping_method="collect")["Location"] == "/cart/"
    assert {currency.upper(): least for currency, least in LEAST.items()} == checkout.LEAST_MINOR
    assert "One payment must be $0.50 at least, yours would be $0.49." in client.get("/cart/").text
    assert not Order.objects.exists()


# --- time that runs out, and another try on the same order


def test_an_hour_that_ran_out_is_told_as_that_and_the_order_can_still_be_paid(
    client, version, cashier
):
    add_to_cart(client, version)
    first = check_out(client)["Location"]
    order = Order.objects.get()
    pass_time(cashier)
    look(order)
    page = client.get(page_of(order)).text
    assert "Not paid yet" in page
    assert "You can still pay, at the same price." in page
    assert "The time to pay ran out" in page
    assert "did not go through" not in page
    assert visit(first, GOOD).status == 410
    assert pay_at(client, order, GOOD) != first
    assert look(order).status == Order.Status.RELEASED
    assert order.payments.count() == 2


def test_after_a_declined_card_and_an_expired_session_a_debit_pays_the_same_order(
    client, version, cashier
):
    add_to_cart(client, version)
    visit(check_out(client)["Location"], DECLINED)
    order = Order.objects.get()
    pass_time(cashier)
    look(order)
    assert "did not go through" in client.get(page_of(order)).text
    pay_at(client, order, DEBIT_OK)
    assert "Your payment is on its way" in client.get(page_of(look(order))).text
    pass_time(cashier)
    assert look(order).status == Order.Status.RELEASED
    assert sorted(order.payments.values_list("status", flat=True)) == ["cleared", "failed"]
    assert sum(order.payments.values_list("captured_minor", flat=True)) == order.total_minor


def test_after_a_debit_that_failed_a_card_pays_the_same_order(client, version, cashier):
    add_to_cart(client, version)
    visit(check_out(client)["Location"], DEBIT_FAILS)
    order = look(Order.objects.get())
    assert "Your bank did not pay $558" in mail_of(order, "payment_failed").body_text
    pay_at(client, order, GOOD)
    assert look(order).status == Order.Status.RELEASED


# --- money that comes too late


def test_money_that_comes_after_cancelling_goes_back_and_every_word_of_it_is_true(
    client, version, cashier, drain
):
    add_to_cart(client, version)
    visit(check_out(client)["Location"], DEBIT_OK)
    order = look(Order.objects.get())
    client.post(f"{page_of(order)}cancel/")
    page = client.get(page_of(order)).text
    assert "Nothing was charged" not in page
    assert "what arrives goes back the way it came" in page
    pass_time(cashier)
    look(order)
    drain()
    page = client.get(page_of(order)).text
    assert "A payment came that was not needed" in page
    assert "Your money goes back the way it came" in page
    refund = Refund.objects.get()
    assert refund.amount_minor == order.total_minor
    pass_time(cashier)
    payments.sync_payment(payment_id=refund.payment_id)
    refund.refresh_from_db()
    assert refund.status == Refund.Status.SUCCEEDED
    assert "All of your money was sent back." in client.get(page_of(order)).text
    text = mail_of(order, "refunded").body_text
    assert "Your payment came after the order was cancelled, so it goes back." in text
    assert "three to five working days" in text
    assert not PaymentClearance.objects.exists()


def test_a_payment_that_the_cashier_refuses_to_open_is_not_called_an_outage(
    client, cashier, monkeypatch
):
    monkeypatch.setattr(checkout, "LEAST_MINOR", {})
    free_cart(client, base_minor=49)
    answer = check_out(client, shipping_method="collect")
    assert answer["Location"].endswith("?cashier=refused")
    page = client.get(answer["Location"]).text
    assert "The cashier does not take this payment" in page
    assert "orders@cartwright.example" in page
    assert "cannot be reached" not in page
