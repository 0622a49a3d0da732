"""The pages that only tell."""

import gzip

import pytest

from shop.models import Order
from tests.factories.configurator import publish_small_model
from tests.factories.shop import ShippingMethodFactory, paid_order
from tests.shop.browsing import add_to_cart, page_of

pytestmark = pytest.mark.django_db

MOST_GZIPPED = 40_000  # of HTML, CSS and script together; the shared CSS and script take 25 kB


def test_the_home_page_shows_every_machine_with_its_price_and_likely_day(client):
    version = publish_small_model()
    page = client.get("/").text
    assert version.product_model.name in page
    assert "$540" in page
    assert "Likely ships" in page
    assert f"/machines/{version.product_model.slug}/" in page


@pytest.mark.parametrize("path", ["/", "/how-it-works/", "/attribution/", "/cart/", "/robots.txt"])
def test_whoever_asks_for_the_head_alone_gets_it(client, path):
    assert client.head(path).status_code == 200


def test_a_shop_without_machines_says_so(client):
    assert "No machine is on sale" in client.get("/").text


def test_the_home_page_asks_few_queries(client, django_assert_max_num_queries):
    for _ in range(3):
        publish_small_model()
    client.get("/")
    with django_assert_max_num_queries(6):
        client.get("/")


def test_the_source_of_the_part_data_is_named_in_the_words_of_its_licence(client):
    page = client.get("/attribution/").text
    text = " ".join(page.split())
    assert "Contains information from" in text
    assert "BuildCores OpenDB</a>, made available under the" in text
    assert "ODC Attribution License</a>" in text


def test_robots_keep_out_of_orders_and_carts(client):
    lines = client.get("/robots.txt").text.splitlines()
    for path in ("/orders/", "/cart/", "/checkout/", "/po/"):
        assert f"Disallow: {path}" in lines


@pytest.mark.parametrize("path", ["/", "/how-it-works/", "/attribution/", "/cart/"])
def test_pages_answer_and_carry_no_inline_script_or_style(client, path):
    publish_small_model()
    response = client.get(path)
    assert response.status_code == 200
    assert "style=" not in response.text
    assert "<script>" not in response.text
    assert " onclick" not in response.text


def test_no_page_of_the_shop_is_heavy(client):
    ShippingMethodFactory.create()
    add_to_cart(client, publish_small_model())
    order: Order = paid_order()
    for path in ("/", "/cart/", "/checkout/", "/how-it-works/", page_of(order)):
        html = client.get(path).content
        assert len(gzip.compress(html)) < MOST_GZIPPED - 25_000, path
