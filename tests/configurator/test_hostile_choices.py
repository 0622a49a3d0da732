"""Far too many, far too long and impossible choices: a clear answer, soon, and never a fault."""

import json
import time

import pytest
from django.core.cache import cache
from django.test import Client

from configurator.models import Configuration, ModelVersion
from tests.configurator.test_configure_page import chosen, words
from tests.factories.configurator import DEFAULTS, ProductModelFactory, publish_small_model

pytestmark = pytest.mark.django_db
URL = "/machines/small/"
EVALUATE = "/api/v1/products/small/evaluate/"
SOON_S = 2.0  # of CPU, on a slow machine; each takes a few hundredths
TEN_THOUSAND = {f"choice.g{number}": "x" for number in range(10_000)}


@pytest.fixture(autouse=True)
def version() -> ModelVersion:
    cache.clear()  # the throttles count in it
    return publish_small_model(product_model=ProductModelFactory(slug="small", name="Small"))


@pytest.mark.parametrize("path", [URL, f"{URL}save/", "/cart/add/", "/compare/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_ten_thousand_choices_are_refused_with_what_where_and_how_many(
    client: Client, path: str, method: str
):
    response = getattr(client, method)(path, TEN_THOUSAND)
    assert response.status_code in {400, 405}
    if response.status_code == 400:
        assert "The address or the form: expected at most 1,000 fields, got more." in words(
            response
        )


def test_nine_hundred_unknown_choices_are_told_by_the_first_few(client: Client):
    response = client.get(URL, {f"choice.g{number}": "x" for number in range(900)})
    assert response.status_code == 400
    assert words(response).count("This machine has no group") == 5
    assert "895 more were left out." in words(response)
    assert chosen(response) == DEFAULTS


@pytest.mark.parametrize(
    "fields",
    [
        {"take": [f"graphics:{o}" for o in ("card", "long-card", "none") * 300]},
        {"kept": ",".join(["case:mini,graphics:long-card,cpu:sixteen"] * 4_000)},
        {"apply": ",".join(["case:mini,graphics:long-card"] * 4_000)},
        {"auto": "case:mini," * 10_000, "kept": ":" * 10_000},
        {"choice.case": ["mini", "tower"] * 450},
        {"choice.case": "x" * 1_000_000},
        {f"choice.{'x' * 100_000}": "y"},
        {"q.case": "x" * 500_000, "f.case.x": "y" * 500_000, "sort.case": "z" * 500_000},
        {"why": "case:" + "x" * 100_000, "show": "y" * 100_000, "filter": "z" * 100_000},
        {"budget": "9" * 500_000, "way": "budget"},
        {"budget": "-" + "9" * 30, "way": "budget"},
        {"version": "9" * 10_000, "choice.case": "tower"},
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_whatever_is_sent_the_answer_is_a_page_and_soon(client: Client, fields, method: str):
    began = time.thread_time()
    response = getattr(client, method)(URL if method == "get" else f"{URL}save/", fields)
    assert time.thread_time() - began < SOON_S
    assert response.status_code in {200, 302, 400, 409}
    assert len(response.content) < 100_000


def test_a_nul_byte_is_told_in_an_address_and_left_out_of_a_form(client: Client):
    told = client.get(URL, {"choice.case": "a\0b"})
    assert told.status_code == 400
    assert "The address holds a NUL byte." in words(told)
    posted = client.post(f"{URL}save/", {"choice.case": "a\0b", "version": "\0"})
    assert posted.status_code == 409
    assert not Configuration.objects.exists()


def test_choices_of_another_version_are_not_saved(client: Client, version):
    publish_small_model(product_model=version.product_model, number=2)
    fields = {f"choice.{group}": option for group, option in DEFAULTS.items()}
    response = client.post(f"{URL}save/", {**fields, "version": str(version.pk)})
    assert response.status_code == 409
    assert "revised" in words(response)
    assert not Configuration.objects.exists()


def ask(client: Client, body: str | bytes):
    return client.post(EVALUATE, body, content_type="application/json")


def test_the_api_refuses_a_body_that_no_machine_needs(client: Client):
    response = ask(client, json.dumps({"choices": {"case": "x" * 300_000}}))
    assert response.status_code == 400
    assert response.json()["code"] == "too_large"
    assert response.json()["detail"].startswith(
        "The body: expected at most 262,144 bytes, got 300,"
    )


def test_the_api_refuses_what_is_larger_than_any_form_by_its_size(client: Client):
    response = ask(client, b" " * 3_000_000)
    assert response.status_code == 400
    assert "expected at most" in response.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"choices": {f"g{number}": "x" for number in range(2_000)}}),
        json.dumps({"choices": {f"g{number}": "x" for number in range(200)}}),
        '{"choices":' + "[" * 30_000 + "]" * 30_000 + "}",
        '{"choices": {"\\ud800": "a"}}',
        '{"choices": {"case": "\\ud800"}}',
        '{"choices": {"case": "a\\u0000b"}}',
        '{"choices": {"case": true}}',
        '{"choices": {"case": {"mini": 1}}}',
        '{"choices": {"case": "mini"}, "version": NaN}',
        '{"choices": {}, "version": ' + "9" * 5_000 + "}",
        '{"choices": {}, "version": 1.5}',
        "[]",
        "null",
        "",
        "{",
        b'{"choices": {"case": "\xff"}}',
    ],
)
def test_the_api_answers_nonsense_with_a_code_and_a_reason(client: Client, body):
    response = ask(client, body)
    assert response.status_code == 400
    assert response.json()["code"]
    assert response.json()["detail"]
