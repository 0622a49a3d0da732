"""The checkout form: hard on what is typed, and one order however often it is sent."""

from uuid import uuid4

import pytest
from django.urls import reverse

from config.money import Money
from configurator.services.price_lists import create_price_list
from shop.models import Order, ShippingMethod
from tests.factories.configurator import price_small_model, publish_small_model, small_prices
from tests.factories.shop import ShippingMethodFactory, paid_order
from tests.shop.browsing import add_to_cart, check_out, only_cart, page_of
from tests.shop.sandbox.browser_double import DEBIT_OK, DECLINED, GOOD, visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def full_cart(client):
    ShippingMethodFactory.create()
    version = publish_small_model()
    add_to_cart(client, version)
    return version


def test_the_way_from_product_page_to_cashier_takes_five_requests(client, cashier):
    ShippingMethodFactory.create()
    version = publish_small_model()
    requests = [
        client.get(f"/machines/{version.product_model.slug}/"),
        add_to_cart(client, version),
        client.get("/cart/"),
        client.get("/checkout/"),
        check_out(client),
    ]
    assert [response.status_code for response in requests] == [200, 303, 200, 200, 303]
    assert requests[-1]["Location"].startswith(f"{cashier.url}/c/pay/")


def test_the_cashier_asks_for_the_total_of_the_order(client, full_cart, cashier):
    page = visit(check_out(client)["Location"])
    order = Order.objects.get()
    assert Money(order.total_minor, "USD").format() == "$558"
    assert "558.00" in page.text


def test_a_form_sent_twice_makes_one_order_and_leads_to_the_same_cashiers_page(
    client, full_cart, cashier
):
    key = str(uuid4())
    first, second = check_out(client, key=key), check_out(client, key=key)
    assert first["Location"] == second["Location"]
    assert Order.objects.get().payments.count() == 1


def test_the_key_of_a_form_names_only_orders_of_its_own_cart(client, full_cart, cashier):
    key = str(uuid4())
    check_out(client, key=key)
    stranger = type(client)()
    add_to_cart(stranger, full_cart)
    check_out(stranger, key=key)
    assert Order.objects.count() == 2


def test_prices_and_totals_sent_by_the_client_are_ignored(client, full_cart, cashier):
    check_out(
        client, total_minor="1", items_minor="1", shipping_minor="0", price="1", currency="JPY"
    )
    order = Order.objects.get()
    assert (order.total_minor, order.currency) == (55_800, "USD")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        (
            "email",
            "ada.example.com",
            "Expected an address such as name@example.com, got “ada.example",
        ),
        ("email", "", "Expected an e-mail address"),
        ("email", "ada@example.com\r\nBcc: x@example.com", "Expected an address"),
        ("name", "", "Expected the name"),
        ("name", "Ada\x00Lovelace", "cannot be printed (U+0000) at place 4"),
        ("name", "Ada\u202elevoL", "cannot be printed (U+202E) at place 4"),
        ("line1", "12 Mill Lane\nSecond line", "cannot be printed (U+000A) at place 13"),
        ("line1", "x" * 121, "at most 120 characters, got 121"),
        ("city", "\t", "cannot be printed (U+0009)"),
        ("city", "   ", "Expected a city."),
        ("name", "\u00a0\u200b\u2060", "Expected the name"),
        ("postal_code", "941", "United States: expected a postal code such as 94107, got “941”"),
        ("postal_code", "<script>", "got “<script>”"),
        ("region", "", "Expected a state or region"),
        ("country", "XX", "got “XX”"),
        ("phone", "() / -", "Expected digits such as +1 415 555 0100, got “() / -”"),
        ("phone", "call me", "Expected digits such as +1 415 555 0100, got “call me”"),
        ("shipping_method", "rocket", "got “rocket”"),
        ("shipping_method", None, "Expected one of the choices."),
        ("key", "not-a-key", "valid UUID"),
    ],
)
def test_what_is_wrong_is_told_with_what_came_and_orders_nothing(
    client, full_cart, field, typed, said
):
    response = check_out(client, **{field: typed})
    assert response.status_code == 422
    errors = response.context["form"].errors
    assert list(errors) == [field]
    assert said in errors[field][0]
    assert not Order.objects.exists()
    assert only_cart().lines.exists()


def test_the_amounts_of_a_bill_keep_their_cents(client, full_cart):
    page = client.get("/checkout/").text
    for amount in ("$540.00", "$18.00", "$558.00"):
        assert amount in page


def test_digits_of_a_wide_keyboard_are_taken_as_digits(client, full_cart, cashier):
    check_out(client, postal_code="９４１０７", phone="＋１ ４１５ ５５５ ０１００")
    order = Order.objects.get()
    assert (order.postal_code, order.phone) == ("94107", "+1 415 555 0100")


def test_a_country_whose_codes_we_do_not_know_by_heart_tells_their_shape(client, full_cart):
    page = check_out(client, country="IE", postal_code="?")
    assert "Ireland: expected a postal code of 3 to 10 letters" in page.text


def test_what_is_wrong_is_where_the_reader_is_put(client, full_cart):
    page = check_out(client, name="").text
    assert "<title>To correct: checkout" in page
    assert 'role="alert" tabindex="-1" autofocus' in page


def test_what_was_typed_is_kept(client, full_cart):
    page = check_out(client, postal_code="941").text
    for typed in ("ada@example.com", "Ada Lovelace", "12 Mill Lane", "941", "San Francisco"):
        assert f'value="{typed}"' in page


def test_what_was_typed_comes_back_harmless(client, full_cart):
    page = check_out(client, name='"><script>alert(1)</script>\x07').text
    assert "<script>alert" not in page


def test_names_and_addresses_of_the_world_are_taken(client, full_cart, cashier):
    check_out(
        client, name="Žofie Nováková-O’Brien", line1="Ulice 17. listopadu 12/3", city="Brno",
        country="CZ", postal_code="602 00", region="",
    )  # fmt: skip
    order = Order.objects.get()
    assert (order.name, order.postal_code) == ("Žofie Nováková-O’Brien", "602 00")


def test_a_postal_code_is_judged_by_its_country(client, full_cart, cashier):
    assert check_out(client, country="GB", postal_code="94107").status_code == 422
    assert check_out(client, country="GB", postal_code="sw1a 1aa").status_code == 303
    assert Order.objects.get().postal_code == "SW1A 1AA"


def test_an_empty_cart_has_no_checkout(client):
    assert client.get("/checkout/")["Location"] == "/cart/"
    assert check_out(client)["Location"] == "/cart/"


def test_a_price_that_rose_while_the_form_was_open_is_asked_about_before_the_charge(
    client, full_cart
):
    price_small_model(version=full_cart, changes={("cpu", "six"): 30_000})
    response = check_out(client)
    assert response["Location"] == "/cart/"
    assert "has risen" in client.get("/cart/").text
    assert not Order.objects.exists()


def test_with_the_cashier_away_the_order_is_kept_and_can_be_paid_later(
    client, full_cart, no_cashier
):
    response = check_out(client)
    order = Order.objects.get()
    assert response["Location"] == f"{page_of(order)}?cashier=away"
    page = client.get(response["Location"]).text
    assert "The cashier cannot be reached at the moment" in page
    assert "Try again: pay $558" in page
    assert (
        client.post(reverse("shop:order_pay", args=[order.token]))["Location"]
        == response["Location"]
    )


def test_an_order_that_costs_nothing_is_released_without_a_cashier(client, no_cashier, drain):
    version = publish_small_model()
    create_price_list(
        version=version,
        currency="USD",
        base_minor=0,
        option_minor=dict.fromkeys(small_prices(), 0),
    )
    ShippingMethodFactory.create(code="collect", price_minor=0)
    add_to_cart(client, version)
    response = check_out(client, shipping_method="collect")
    drain()
    order = Order.objects.get()
    assert (order.total_minor, order.status) == (0, "released")
    assert response["Location"] == page_of(order)


def test_coming_back_from_the_cashier_shows_a_paid_order_before_any_webhook(
    client, full_cart, cashier, drain
):
    paid = visit(check_out(client)["Location"], GOOD)
    order = Order.objects.get()
    back = client.get(paid.location)
    assert back["Location"] == page_of(order)
    drain()
    order.refresh_from_db()
    assert order.status == "released"
    assert "Paid. Planning your build" in client.get(page_of(order)).text


def test_a_declined_card_leaves_the_order_payable(client, full_cart, cashier):
    visit(check_out(client)["Location"], DECLINED)
    page = client.get(page_of(Order.objects.get())).text
    assert "Waiting for your payment" in page
    assert "Pay $558" in page


def test_a_bank_debit_is_on_its_way_and_cannot_be_paid_twice(client, full_cart, cashier, drain):
    paid = visit(check_out(client)["Location"], DEBIT_OK)
    client.get(paid.location)
    drain()
    order = Order.objects.get()
    page = client.get(page_of(order)).text
    assert "Your payment is on its way" in page
    assert reverse("shop:order_pay", args=[order.token]) not in page
    again = client.post(reverse("shop:order_pay", args=[order.token]))
    assert again["Location"] == page_of(order)
    assert order.payments.count() == 1


def test_an_unpaid_order_is_cancelled_by_one_button_and_its_checkout_is_closed(
    client, full_cart, cashier
):
    cashiers_page = check_out(client)["Location"]
    order = Order.objects.get()
    client.post(reverse("shop:order_cancel", args=[order.token]))
    assert "Cancelled" in client.get(page_of(order)).text
    assert visit(cashiers_page, GOOD).status == 410


def test_the_button_does_not_cancel_a_paid_order(client):
    order = paid_order()
    client.post(reverse("shop:order_cancel", args=[order.token]))
    order.refresh_from_db()
    assert order.status == "released"


def test_another_shipping_method_changes_the_sum_alone_when_htmx_asks(client, full_cart):
    ShippingMethodFactory.create(code="express", name="Express", price_minor=4_900, position=1)
    response = client.get("/checkout/?shipping_method=express", headers={"HX-Request": "true"})
    assert "$589" in response.text
    assert "<h1" not in response.text


def test_shipping_is_offered_in_the_shops_currency_only(client, full_cart):
    ShippingMethodFactory.create(code="euro", name="In euro", currency="EUR")
    assert "In euro" not in client.get("/checkout/").text
    assert ShippingMethod.objects.count() == 2


def test_the_checkout_asks_few_queries(client, full_cart, cashier, django_assert_max_num_queries):
    client.get("/checkout/")
    with django_assert_max_num_queries(7):
        client.get("/checkout/")
    with django_assert_max_num_queries(36):
        check_out(client)
