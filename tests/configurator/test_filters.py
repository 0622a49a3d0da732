"""Filters in a group too large to read through: facets, only what fits, order."""

import re
from html import unescape
from itertools import combinations

import pytest
from django.test import Client

from configurator.models import ModelVersion, Option
from configurator.selectors import engine_model
from configurator.services.availability import set_option_availability
from configurator.services.price_lists import create_price_list
from configurator.services.publishing import check_model_version, publish_model_version
from configurator.views.facets import facets_of
from tests.factories.configurator import (
    ProductModelFactory,
    draft_small_model,
    small_prices,
    supply_small_model,
)

pytestmark = pytest.mark.django_db
URL = "/machines/small/"
COLOURS = ("black", "white", "red")


@pytest.fixture
def large() -> ModelVersion:
    """The small computer with forty more cases, of three colours, every fourth without a window."""
    version = draft_small_model(product_model=ProductModelFactory(slug="small"))
    Option.objects.bulk_create(
        Option(
            group=version.groups.get(code="case"),
            code=f"case-{number}",
            name=f"Case number {number}",
            part_number=f"CASE-{number}",
            attributes={
                "max_graphics_length_mm": 200 + number * 5,
                "colour": COLOURS[number % 3],
                "has_window": number % 4 != 0,
                "takes": ["mini", "micro"] if number % 5 == 0 else ["mini"],
                "serial": f"nobody filters by this {number}",
            },
            position=10 + number,
        )
        for number in range(40)
    )
    prices = {("case", f"case-{number}"): 20_000 - number * 100 for number in range(40)}
    create_price_list(
        version=version, currency="USD", base_minor=10_000, option_minor=small_prices() | prices
    )
    check_model_version(version_id=version.pk)
    supply_small_model()
    set_option_availability(rows=[(f"CASE-{n}", 0, 40 - n) for n in range(40)])
    return publish_model_version(version_id=version.pk)


def cases(response) -> list[str]:
    found = re.findall(r'name="choice\.case" value="([\w-]+)"', response.content.decode())
    return [code for code in found if code.startswith("case-")]


def text(response) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def counts(response) -> dict[str, int]:
    """`attribute=value` → the figure beside the tick box."""
    boxes = re.findall(
        r'name="f\.case\.(\w+)" value="([^"]+)"[^>]*>[^<]*<span class="numbers">(\d+)<',
        response.content.decode(),
    )
    return {f"{attribute}={unescape(value)}": int(count) for attribute, value, count in boxes}


def ask(client: Client, **fields):
    return client.get(URL, {"show": "case", "filter": "case"} | fields)


def test_a_small_group_has_no_filters_and_a_large_one_opens_them(client: Client, large):
    closed = client.get(URL)
    assert closed.content.decode().count('name="filter"') == 1
    assert counts(closed) == {}
    assert set(counts(client.get(URL, {"filter": "case"})))


def test_facets_are_read_off_the_attributes_and_few(large):
    facets = {facet.code: facet for facet in facets_of(engine_model(large), "case")}
    assert set(facets) == {"max_graphics_length_mm", "colour", "has_window", "takes"}
    assert [value.label for value in facets["colour"].values] == ["Black", "Red", "White"]
    assert [value.label for value in facets["has_window"].values] == ["yes", "no"]
    ranges = facets["max_graphics_length_mm"].values
    assert len(ranges) == 4
    assert sum(value.mask.bit_count() for value in ranges) == 42
    assert ranges[0].label.startswith("up to ")
    assert ranges[-1].label.startswith("from ")


def test_values_of_a_facet_widen_and_facets_narrow(client: Client, large):
    red = cases(ask(client, **{"f.case.colour": "red"}))
    assert red == [f"case-{n}" for n in range(40) if n % 3 == 2]
    both = cases(ask(client, **{"f.case.colour": ["red", "white"], "f.case.has_window": "no"}))
    assert both == [f"case-{n}" for n in range(40) if n % 3 and n % 4 == 0]
    micro = cases(ask(client, **{"f.case.takes": "micro", "q.case": "number 1"}))
    assert micro == ["case-10", "case-15"]


def test_every_figure_is_what_its_tick_would_leave(client: Client, large):
    ticks = {"colour": ["red", "white"], "has_window": ["yes", "no"], "takes": ["mini", "micro"]}
    pairs = [(name, value) for name, values in ticks.items() for value in values]
    for one, other in combinations(pairs, 2):
        if one[0] == other[0]:
            continue
        told = counts(ask(client, **{f"f.case.{one[0]}": one[1]}))
        left = cases(ask(client, **{f"f.case.{name}": value for name, value in (one, other)}))
        assert told["=".join(other)] == len(left), (one, other)


def test_only_what_fits_leaves_out_what_the_choices_block(client: Client, large):
    graphics = {"choice.graphics": "long-card"}
    fitting = ask(client, **graphics, **{"fits.case": "1"})
    assert cases(fitting) == [f"case-{n}" for n in range(28, 40)]
    assert counts(fitting)["colour=red"] == len([n for n in range(28, 40) if n % 3 == 2])


def test_the_cheapest_and_the_soonest_come_first(client: Client, large):
    by_price = cases(client.get(URL, {"sort.case": "price"}))
    assert by_price == [f"case-{n}" for n in range(39, 11, -1)]
    by_days = cases(client.get(URL, {"sort.case": "days", "f.case.colour": "red"}))
    assert by_days == [f"case-{n}" for n in range(38, -1, -3)]


def test_filters_stay_over_a_click_and_stand_in_the_address(client: Client, large):
    fields = {"f.case.colour": ["red", "black"], "sort.case": "price", "choice.memory": "kit64"}
    response = client.get(URL, fields, headers={"HX-Request": "true"})
    address = response.headers["HX-Replace-Url"]
    assert address == (
        "/machines/small/?choice.memory=kit64&f.case.colour=black&f.case.colour=red&sort.case=price"
    )
    assert cases(client.get(address)) == cases(response)
    html = response.content.decode()
    assert re.search(r'name="f\.case\.colour" value="red" checked', html)
    assert '<option value="price" selected>' in html


def test_one_button_clears_a_group(client: Client, large):
    fields = {"f.case.colour": "red", "q.case": "number", "sort.case": "price", "clear": "case"}
    response = client.get(URL, {**fields, "q.cpu": ""}, headers={"HX-Request": "true"})
    assert response.headers["HX-Replace-Url"] == URL
    assert cases(response) == cases(client.get(URL))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"f.case.colour": "purple"}, "Case cannot be filtered by “purple”."),
        ({"f.case.serial": "1"}, "Case cannot be filtered by “1”."),
        ({"f.cpu.cores": "1-2"}, "Processor cannot be filtered by “1-2”."),
        ({"f.wings.colour": "red"}, "This machine has no group “wings”."),
        ({"f.case.colour": [f"x{n}" for n in range(900)]}, "Case cannot be filtered by “x0”."),
        ({"fits.<b>": "1"}, "This machine has no group “<b>”."),
    ],
)
def test_a_filter_that_is_none_is_left_out_and_told(client: Client, large, fields, told):
    response = client.get(URL, fields)
    assert response.status_code == 200
    assert told in text(response)


@pytest.mark.parametrize("order", ["", "newest", "price'--", "9" * 5_000])
def test_an_order_that_is_none_is_the_usual_one(client: Client, large, order: str):
    assert cases(client.get(URL, {"sort.case": order})) == cases(client.get(URL))


def test_reasons_beyond_the_first_ten_are_told_on_demand(client: Client, large):
    graphics = {"choice.graphics": "long-card"}
    whole = ask(client, **graphics)
    html = whole.content.decode()
    # Of mini and case-0 to case-27, which are too short for the card.
    assert html.count('name="why"') == 29 - 10
    asked = ask(client, **graphics, why="case:case-27").content.decode()
    (row,) = [r for r in asked.split('<div class="option ') if 'value="case-27"' in r]
    assert "Long graphics card is 340 mm long; Case number 27 takes 335 mm." in row
