"""Cheapest, quickest, within a budget: proposals to take or to leave."""

import re
from html import unescape

import pytest
from django.test import Client

from configurator.models import ModelVersion
from configurator.services.availability import set_option_availability
from configurator.views.budgets import UnreadableBudget, read_budget
from tests.configurator.test_configure_page import chosen, form, hidden, words
from tests.factories.configurator import DEFAULTS, ProductModelFactory, publish_small_model

pytestmark = pytest.mark.django_db
URL = "/machines/small/"


@pytest.fixture
def version() -> ModelVersion:
    return publish_small_model(product_model=ProductModelFactory(slug="small", name="Small"))


def proposal(response) -> str:
    """What lies on the card, without tags."""
    html = response.content.decode().split('<div class="proposal"')[1].split("<section")[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


def press(client: Client, page, **fields):
    return client.get(URL, {**form(page), **fields})


def taken(client: Client, page):
    """Press "Take it"."""
    pairs = re.search(r'name="apply" value="([^"]*)"', page.content.decode())[1]
    extra = re.search(r'name="taken" value="([^"]+)"', page.content.decode())
    return press(client, page, apply=pairs, **({"taken": extra[1]} if extra else {}))


def test_the_default_machine_is_the_cheapest_and_says_so(client: Client, version):
    page = press(client, client.get(URL), way="cheapest")
    assert "This is the cheapest machine with your choices" in proposal(page)
    assert "Take it" not in proposal(page)


@pytest.fixture
def slow_default(version) -> ModelVersion:
    """The default supply takes long; the larger one is here."""
    set_option_availability(rows=[("PSU-450", 0, 9), ("PSU-850", 5, 4)])
    return version


def test_the_quickest_tells_names_money_and_days_by_the_pages_own_estimate(
    client: Client, slow_default
):
    page = press(client, client.get(URL), way="quickest")
    assert "The quickest machine with your choices: $600" in proposal(page)
    assert "+$60 · 8 days sooner" in proposal(page)
    assert "Power supply: 850 W supply instead of 450 W supply" in proposal(page)
    assert chosen(page) == DEFAULTS


def test_an_amount_and_its_sign_never_part_at_the_end_of_a_line(client: Client, slow_default):
    page = press(client, client.get(URL), way="quickest")
    told = '<p class="figures"><span>+$60</span> · <span>8 days sooner</span></p>'
    assert told in page.content.decode()


def test_taking_it_applies_it_and_undo_brings_everything_back(client: Client, slow_default):
    before = press(client, client.get(URL, {"choice.memory": "kit16"}), way="quickest")
    after = taken(client, before)
    assert chosen(after)["power_supply"] == "w850"
    assert "Changed as proposed" in words(after)
    assert "Power supply: 850 W supply instead of 450 W supply" in words(after)
    undo = re.search(r'<a class="act" href="([^"]+)">Undo', after.content.decode())[1]
    assert undo == f"{URL}?choice.memory=kit16"
    assert chosen(client.get(undo)) == DEFAULTS


def test_what_was_taken_is_no_choice_that_a_further_proposal_must_keep(
    client: Client, slow_default
):
    quick = taken(client, press(client, client.get(URL), way="quickest"))
    assert hidden(quick, "taken") == "power_supply:w850"
    fields = {"taken": hidden(quick, "taken")}
    cheap = press(client, quick, way="cheapest", **fields)
    assert "The cheapest machine with your choices: $540" in proposal(cheap)
    assert "−$60 · 8 days later" in proposal(cheap)
    back = taken(client, cheap)
    assert chosen(back) == DEFAULTS
    kept_page = press(client, quick, **{"choice.memory": "kit64"}, **fields)
    assert hidden(kept_page, "kept") == "power_supply:w850,memory:kit64"
    assert hidden(kept_page, "taken") == "power_supply:w850"


def test_explicit_choices_are_kept_by_every_way(client: Client, version):
    page = client.get(URL, {"choice.graphics": "long-card", "choice.memory": "kit64"})
    for way in ("cheapest", "quickest", "budget"):
        answer = press(client, page, way=way, budget="100000")
        apply = re.search(r'name="apply" value="([^"]*)"', answer.content.decode())
        assert apply is None or not {"graphics", "memory"} & {
            pair.partition(":")[0] for pair in apply[1].split(",")
        }
        assert chosen(answer)["memory"] == "kit64"


def test_no_machine_ships_sooner(client: Client, version):
    page = press(client, client.get(URL), way="quickest")
    assert "No machine with your choices ships sooner" in proposal(page)


def test_a_choice_without_a_date_has_no_quickest(client: Client, version):
    page = client.get(URL, {"choice.graphics": "long-card"})
    assert "With your choices no machine has a date yet" in proposal(
        press(client, page, way="quickest")
    )


def test_a_budget_that_is_kept_says_what_is_left(client: Client, version):
    page = press(client, client.get(URL), way="budget", budget="1,000")
    assert "Your machine is within your budget $460 of your $1,000 are left." in proposal(page)
    assert 'value="1,000"' in page.content.decode()


@pytest.fixture
def dear(slow_default, client: Client):
    """A machine that a proposal has made dearer than it must be."""
    return taken(client, press(client, client.get(URL), way="quickest"))


def test_a_budget_finds_a_machine_within_it(client: Client, dear):
    page = press(client, dear, taken=hidden(dear, "taken"), way="budget", budget="$560")
    assert "A machine with your choices within $560: $540" in proposal(page)
    assert chosen(taken(client, page)) == DEFAULTS


def test_a_budget_that_is_too_small_says_the_least_and_offers_it(client: Client, dear):
    page = press(client, dear, taken=hidden(dear, "taken"), way="budget", budget="500")
    assert "With your choices the least it can be is $540" in proposal(page)
    assert "$40 above your budget of $500. −$60 · 8 days later" in proposal(page)
    assert "Take it" in proposal(page)
    cheapest = press(client, client.get(URL), way="budget", budget="500")
    assert "That is this machine." in proposal(cheapest)
    assert "Take it" not in proposal(cheapest)


def test_a_new_budget_counts_whichever_button_sends_it(client: Client, version):
    page = press(client, client.get(URL), budget="900", budget_was="")
    assert "$360 of your $900 are left" in proposal(page)
    assert proposal(press(client, page, budget="900", budget_was="900")) in {'role="status">', ">"}


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "-500",
        "0",
        "0.00",
        "1.234",
        "1,5",
        "1e3",
        "٣٠٠",
        "<b>",
        "$",
        "1 000 000 000 000",
        "--",
    ],
)
def test_a_budget_that_is_no_amount_is_told_what_is_expected_and_kept(
    client: Client, version, text: str
):
    page = press(client, client.get(URL), way="budget", budget=text)
    assert page.status_code == 200
    assert "This budget cannot be read Budget: expected " in proposal(page)
    assert f"got “{text}”" in proposal(page)


def test_budgets_are_read_as_people_write_them():
    for text in ("1500", "$1,500", "1,500.00", "USD 1 500", "1'500", "usd1500.0", "01500"):
        assert read_budget(text, "USD") == 150_000
    assert read_budget("1500", "JPY") == 1_500
    with pytest.raises(UnreadableBudget, match="JPY"):
        read_budget("15.5", "JPY")


@pytest.mark.parametrize("way", ["fastest", "", "cheapest\n", "9" * 5_000])
def test_a_way_that_is_none_proposes_nothing(client: Client, version, way: str):
    assert "Take it" not in proposal(press(client, client.get(URL), way=way))


@pytest.mark.parametrize(
    "pairs", ["case:huge", ":", "case", "wings:two", "," * 5_000, "a:b," * 999]
)
def test_a_proposal_that_is_none_changes_nothing(client: Client, version, pairs: str):
    page = press(client, client.get(URL), apply=pairs)
    assert chosen(page) == DEFAULTS
    assert page.status_code == 200
