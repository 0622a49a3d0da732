"""Configure by API."""

import pytest
from django.core.cache import cache
from django.core.management import call_command
from rest_framework.test import APIClient

from configurator.models import Configuration, ModelVersion
from tests.factories.configurator import (
    DEFAULTS,
    ProductModelFactory,
    frozen_configuration,
    publish_small_model,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> APIClient:
    cache.clear()  # the throttles count in it
    return APIClient()


@pytest.fixture
def version() -> ModelVersion:
    return publish_small_model(product_model=ProductModelFactory(slug="small", name="Small"))


PRODUCT = "/api/v1/products/small/"


def post(api, path, **body):
    return api.post(path, body, format="json")


def test_products_are_listed_with_total_and_date(api, version):
    (product,) = api.get("/api/v1/products/").json()
    assert product["slug"] == "small"
    assert (product["total_minor"], product["currency"]) == (54_000, "USD")
    assert product["version"] == version.pk
    assert product["url"].endswith("/machines/small/")


def test_a_product_tells_its_groups_prices_and_rules(api, version):
    product = api.get(PRODUCT).json()
    groups = {group["code"]: group for group in product["groups"]}
    assert groups["memory_quantity"]["quantity_for"] == "memory"
    assert groups["memory_quantity"]["options"][0]["price_minor"] is None
    assert groups["cpu"]["options"][1] == {
        "code": "sixteen",
        "name": "Sixteen cores",
        "facts": "Sixteen cores, in one line",
        "price_minor": 60_000,
    }
    assert "{case.max_graphics_length_mm}" in product["rules"][0]["sentence"]


def test_evaluating_fills_in_prices_and_dates_a_wish(api, version):
    answer = post(api, f"{PRODUCT}evaluate/", choices={"graphics": "long-card"}).json()
    assert answer["is_consistent"]
    assert answer["chosen"]["case"] == "tower"
    assert answer["total_minor"] == 153_000
    assert answer["likely_on"] is None
    assert answer["waits_for"] == "GPU-340"
    states = {(s["group"], s["option"]): s for s in answer["states"]}
    assert states["case", "mini"]["is_possible"] is False


def test_every_option_tells_what_else_would_change_and_to_what(api, version):
    answer = post(api, f"{PRODUCT}evaluate/", choices={}).json()
    states = {(s["group"], s["option"]): s for s in answer["states"]}
    assert states["graphics", "long-card"]["changes"] == [
        {"group": "case", "option": "tower"},
        {"group": "power_supply", "option": "w850"},
    ]
    assert states["graphics", "long-card"]["delta_minor"] == 99_000
    assert states["graphics", "card"]["changes"] == []


def test_contradicting_choices_are_told_as_inconsistent(api, version):
    choices = {"graphics": "long-card", "case": "mini"}
    answer = post(api, f"{PRODUCT}evaluate/", choices=choices).json()
    assert answer["is_consistent"] is False
    assert answer["chosen"] == {}
    assert answer["total_minor"] is None


def test_explaining_tells_the_choice_the_rule_and_the_sentence(api, version):
    answer = post(
        api, f"{PRODUCT}explain/", choices={"case": "mini"}, group="graphics", option="long-card"
    ).json()
    assert answer == {
        "choices": ["case"],
        "rules": ["card-fits-case"],
        "sentences": ["Long graphics card is 340 mm long; Mini case takes 240 mm."],
    }


def test_freezing_gives_an_address_and_lines_that_sum_to_the_total(api, version):
    response = post(api, "/api/v1/configurations/", product="small", choices=DEFAULTS)
    assert response.status_code == 201
    frozen = response.json()
    assert frozen["total_minor"] == sum(x["amount_minor"] for x in frozen["price_lines"])
    again = api.get(f"/api/v1/configurations/{frozen['share_code']}/").json()
    assert again == frozen
    assert api.get(frozen["url"].removeprefix("http://127.0.0.1:8000")).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"choices": {**DEFAULTS, "wings": "two"}}, 400, "unknown_group"),
        ({"choices": {**DEFAULTS, "case": "huge"}}, 400, "unknown_option"),
        ({"choices": {"case": "mini"}}, 400, "incomplete_configuration"),
        ({"choices": {**DEFAULTS, "cpu": "sixteen"}}, 409, "impossible_configuration"),
        ({"choices": DEFAULTS, "product": "nothing"}, 404, "unknown_product"),
        ({"choices": DEFAULTS, "version": 0}, 409, "stale_version"),
    ],
)
def test_a_wrong_wish_has_a_stable_code_and_stores_nothing(api, version, body, status, code):
    response = post(api, "/api/v1/configurations/", **{"product": "small", **body})
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not Configuration.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"choices": "mini"},
        {"choices": {"case": ["mini"]}},
        {"choices": {"case": "x" * 81}},
        {"choices": {f"g{number}": "x" for number in range(10_000)}},
        {"choices": {"case": None}},
    ],
)
def test_a_malformed_body_is_refused(api, version, body):
    assert post(api, f"{PRODUCT}evaluate/", **body).status_code == 400


def test_a_price_from_the_client_is_ignored(api, version):
    body = {"product": "small", "choices": DEFAULTS, "total_minor": 1, "currency": "XXX"}
    frozen = post(api, "/api/v1/configurations/", **body).json()
    assert (frozen["total_minor"], frozen["currency"]) == (54_000, "USD")


def test_an_unknown_share_code_is_not_found(api, version):
    response = api.get("/api/v1/configurations/abcdefgh/")
    assert (response.status_code, response.json()["code"]) == (404, "unknown_configuration")


def test_a_frozen_configuration_can_be_read_after_its_version_has_retired(api, version):
    frozen = frozen_configuration(version=version)
    publish_small_model(product_model=version.product_model, number=2)
    assert api.get(f"/api/v1/configurations/{frozen.share_code}/").json()["total_minor"] == 54_000


def test_freezing_is_throttled(api, version):
    codes = [
        post(api, "/api/v1/configurations/", product="small", choices={}).status_code
        for _ in range(61)
    ]
    assert codes[-1] == 429
    assert set(codes[:-1]) == {400}


def test_the_schema_says_everything_without_a_warning(tmp_path):
    schema = tmp_path / "schema.yml"
    call_command(
        "spectacular",
        urlconf="configurator.api.urls",
        validate=True,
        fail_on_warn=True,
        file=str(schema),
    )
    assert "/products/{slug}/evaluate/" in schema.read_text()
