"""The configure page, by form and by link, with and without script."""

import re
from html import unescape

import pytest
from django.conf import settings
from django.test import Client

from configurator.models import Configuration, ModelVersion, Option, Rule
from configurator.services.availability import set_option_availability
from configurator.services.price_lists import create_price_list
from configurator.services.publishing import check_model_version, publish_model_version
from tests.factories.configurator import (
    DEFAULTS,
    ProductModelFactory,
    draft_small_model,
    frozen_configuration,
    price_small_model,
    publish_small_model,
    small_prices,
    supply_small_model,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> ModelVersion:
    return publish_small_model(product_model=ProductModelFactory(slug="small", name="Small"))


URL = "/machines/small/"


def words(response) -> str:
    """What a reader sees, without tags, on one line."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", unescape(text))


def hidden(response, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())[1]


def row(response, group: str, option: str) -> str:
    """The HTML of one option."""
    rows = response.content.decode().split('<div class="option ')
    (found,) = [html for html in rows if f'name="choice.{group}" value="{option}"' in html]
    return found


def chosen(response) -> dict[str, str]:
    radios = re.findall(r'name="choice\.(\w+)" value="([\w-]+)" checked', response.content.decode())
    assert len(radios) == len(DEFAULTS)
    return dict(radios)


def form(response, **choices: str) -> dict[str, str]:
    """The page's form as a browser would send it, with some radios moved."""
    radios = {**chosen(response), **choices}
    return {
        "version": hidden(response, "version"),
        "kept": hidden(response, "kept"),
        "auto": hidden(response, "auto"),
        **{f"choice.{group}": option for group, option in radios.items()},
    }


def test_the_first_visit_shows_the_default_machine_its_price_and_date(client: Client, version):
    response = client.get(URL)
    assert response.status_code == 200
    assert chosen(response) == DEFAULTS
    assert "$540" in words(response)
    assert "Likely ships" in words(response)
    assert "1 working day of jobs ahead" in words(response)
    assert hidden(response, "kept") == ""


def test_every_option_says_what_it_costs_and_what_it_changes(client: Client, version):
    response = client.get(URL)
    assert "+$400" in row(response, "graphics", "card")
    assert "chosen" in row(response, "graphics", "none")
    long_card = row(response, "graphics", "long-card")
    assert long_card.startswith("changes")
    assert (
        "also changes the case to Tower case (+$30) and the power supply to 850 W supply (+$60)"
        in long_card
    )
    assert "+$990" in long_card


def test_an_option_says_how_many_days_it_costs(client: Client, version):
    response = client.get(URL)
    assert "3 days later" in row(response, "power_supply", "w850")
    assert "in stock: 5" in row(response, "power_supply", "w450")
    assert "1 day later" in row(response, "memory", "kit64")
    assert "same day" in row(response, "graphics", "card")


def test_the_days_are_those_of_everything_that_changes(client: Client, version):
    set_option_availability(rows=[("GPU-340", 1, 5)])
    response = client.get(URL)
    # The card is here, but the larger case takes three days and the stronger supply four.
    assert "3 days later" in row(response, "graphics", "long-card")
    slow = client.get(URL, {"choice.power_supply": "w850"})
    assert "3 days sooner" in row(slow, "power_supply", "w450")


def test_more_pieces_than_are_here_are_waited_for(client: Client, version):
    assert "1 day later" in row(client.get(URL), "memory_quantity", "two")


def test_every_possible_option_tells_its_days_and_a_blocked_one_none(client: Client, version):
    response = client.get(URL, {"choice.case": "mini"})
    for html in response.content.decode().split('<div class="option ')[1:]:
        told = re.search(r'class="days [^"]*">([^<]+)<', html)
        if html.startswith("blocked"):
            assert told is None
        elif not html.startswith("chosen"):
            assert re.fullmatch(r"\d+ days? (later|sooner)|same day|date unknown", told[1])


def test_a_part_without_a_supplier_has_no_date(client: Client, version):
    assert "date unknown" in row(client.get(URL), "graphics", "long-card")
    response = client.get(URL, {"choice.graphics": "long-card"})
    assert "no date yet" in words(response)
    assert "date known" in row(response, "graphics", "card")
    assert "date unknown" in row(response, "memory", "kit64")
    assert "no supplier has given a date for it yet" in words(response)


def test_a_choice_without_script_counts_and_the_rest_stays_open(client: Client, version):
    first = client.get(URL)
    second = client.get(URL, form(first, memory="kit64"))
    assert hidden(second, "kept") == "memory:kit64"
    assert chosen(second)["memory"] == "kit64"
    assert "$700" in words(second)
    third = client.get(URL, form(second, graphics="card"))
    assert hidden(third, "kept") == "memory:kit64,graphics:card"


def test_a_filled_in_part_gives_way_silently_but_is_told(client: Client, version):
    first = client.get(URL)
    second = client.get(URL, form(first, graphics="long-card"))
    assert chosen(second)["case"] == "tower"
    assert hidden(second, "kept") == "graphics:long-card"
    assert "Changed so that Long graphics card fits" in words(second)
    assert "Case: Tower case instead of Mini case" in words(second)


def test_a_blocked_option_stays_says_why_and_offers_the_way_out(client: Client, version):
    response = client.get(URL, {"choice.case": "mini"})
    blocked = row(response, "graphics", "long-card")
    assert blocked.startswith("blocked")
    assert "disabled" not in blocked
    assert 'aria-describedby="why-choice.graphics-long-card"' in blocked
    assert 'id="why-choice.graphics-long-card"' in blocked
    assert "Long graphics card is 340 mm long; Mini case takes 240 mm." in blocked
    assert (
        "Take it, and change the case to Tower case and the power supply to 850 W supply: +$990"
        in blocked
    )
    assert 'name="take" value="graphics:long-card"' in blocked


def test_taking_the_way_out_changes_what_it_said_and_can_be_undone(client: Client, version):
    before = client.get(URL, {"choice.case": "mini"})
    after = client.get(URL, {**form(before), "take": "graphics:long-card"})
    assert chosen(after)["graphics"] == "long-card"
    assert chosen(after)["case"] == "tower"
    assert "Case: Tower case instead of Mini case" in words(after)
    undo = re.search(r'<a class="act" href="([^"]+)">Undo', after.content.decode())[1]
    assert undo == "/machines/small/?choice.case=mini"
    assert chosen(client.get(undo)) == DEFAULTS


def test_the_newest_of_contradicting_choices_stays(client: Client, version):
    response = client.get(URL, {"choice.graphics": "long-card", "choice.case": "mini"})
    assert response.status_code == 200
    assert chosen(response)["case"] == "mini"
    assert chosen(response)["graphics"] == "none"
    assert "Mini case takes 240 mm" in words(response)


def test_htmx_gets_only_the_form_and_a_short_address(client: Client, version):
    first = client.get(URL)
    response = client.get(URL, form(first, cpu="sixteen"), headers={"HX-Request": "true"})
    html = response.content.decode()
    assert "<h1" not in html
    assert "<html" not in html
    assert '<form id="configure"' in html
    assert response.headers["HX-Replace-Url"] == "/machines/small/?choice.cpu=sixteen"


def test_going_back_in_the_history_gets_the_whole_page(client: Client, version):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<h1" in client.get(URL, headers=headers).content.decode()


def test_the_short_address_brings_the_choices_back_in_their_order(client: Client, version):
    response = client.get(f"{URL}?choice.memory=kit64&choice.cpu=sixteen")
    assert hidden(response, "kept") == "memory:kit64,cpu:sixteen"
    assert chosen(response)["graphics"] == "card"


def test_the_cart_gets_the_radios_and_the_version_by_post_with_the_token(client: Client, version):
    html = client.get(URL).content.decode()
    button = re.search(r'<button type="submit" class="action full"[^>]*>', html)[0]
    assert 'formaction="/cart/add/"' in button
    assert 'formmethod="post"' in button
    assert 'name="csrfmiddlewaretoken"' in button
    # Only the pressed button sends it: the form itself goes by GET and must not carry it.
    assert '<input type="hidden" name="csrfmiddlewaretoken"' not in html


def test_meters_are_read_off_the_rules(client: Client, version):
    assert "Power 165 of 450 W" in words(client.get(URL))


def test_a_visit_asks_the_database_four_times(
    client: Client, version, django_assert_max_num_queries
):
    client.get(URL)
    with django_assert_max_num_queries(4):
        client.get(URL, {"choice.case": "mini"})


def test_the_page_is_light(client: Client, version):
    response = client.get(URL, headers={"Accept-Encoding": "gzip"})
    assert len(response.content) < 12_000


# --- bad input


def test_an_unknown_machine_is_not_found(client: Client, db):
    response = client.get("/machines/nothing/")
    assert response.status_code == 404


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"choice.case": "huge"}, "Case has no option “huge”."),
        ({"choice.wings": "two"}, "This machine has no group “wings”."),
        ({"take": "case:huge"}, "Case has no option “huge”."),
        ({"choice.<b>": "x"}, "This machine has no group “<b>”."),
    ],
)
def test_an_unknown_choice_is_left_out_and_told_and_nothing_else_is_lost(
    client: Client, version, query, told
):
    response = client.get(URL, {"choice.memory": "kit64", **query})
    assert response.status_code == 400
    assert told in words(response)
    assert chosen(response)["memory"] == "kit64"


def test_ten_thousand_fields_are_refused(client: Client, version):
    response = client.get(URL, {f"choice.g{number}": "x" for number in range(10_000)})
    assert response.status_code == 400


def test_a_price_from_the_client_is_ignored(client: Client, version):
    response = client.get(URL, {"total": "1", "total_minor": "1", "price.cpu": "1"})
    assert response.status_code == 200
    assert "$540" in words(response)


@pytest.mark.parametrize("stale", ["1", "-1", "9" * 30, "x", "²"])
def test_nonsense_as_a_version_never_breaks_the_page(client: Client, version, stale):
    assert client.get(URL, {"version": stale, "choice.case": "tower"}).status_code == 200


def test_a_page_of_an_older_version_is_moved_and_told(client: Client, version):
    first = client.get(URL)
    publish_small_model(product_model=version.product_model, number=2)
    response = client.get(URL, form(first, graphics="card"))
    assert response.status_code == 200
    assert "This machine has been revised since you opened the page" in words(response)
    assert chosen(response)["graphics"] == "card"


# --- saving and sharing


def test_saving_makes_a_short_address_that_brings_everything_back(client: Client, version):
    first = client.get(URL)
    response = client.post(f"{URL}save/", form(first, graphics="long-card"))
    configuration = Configuration.objects.get()
    assert response.status_code == 302
    assert response.url == f"/c/{configuration.share_code}/"
    shared = client.get(response.url)
    assert chosen(shared) == configuration.choices
    assert chosen(shared)["power_supply"] == "w850"
    assert hidden(shared, "kept") == "graphics:long-card"
    assert f"A saved build Its address is {settings.BASE_URL}{response.url}." in words(shared)


def test_saving_what_contradicts_itself_saves_nothing_and_says_so(client: Client, version):
    choices = {"kept": "", "auto": "", "choice.graphics": "long-card", "choice.case": "mini"}
    response = client.post(f"{URL}save/", choices)
    assert response.status_code == 409
    assert "Mini case takes 240 mm" in words(response)
    assert not Configuration.objects.exists()


def test_saving_needs_the_token(version):
    response = Client(enforce_csrf_checks=True).post(f"{URL}save/", {"choice.case": "tower"})
    assert response.status_code == 403


def test_a_saved_build_of_an_older_version_says_what_is_different(client: Client, version):
    saved = frozen_configuration(version=version, memory="kit64")
    newer = publish_small_model(product_model=version.product_model, number=2)
    price_small_model(version=newer, changes={("memory", "kit64"): 30_000})
    response = client.get(f"/c/{saved.share_code}/")
    assert chosen(response)["memory"] == "kit64"
    assert "This machine has been revised since the build was saved" in words(response)
    assert "It cost $700 then and costs $760 now." in words(response)


def test_a_saved_build_of_an_older_version_is_kept_as_it_is_now_or_seen_as_it_was(
    client: Client, version
):
    saved = frozen_configuration(version=version, memory="kit64")
    newer = draft_small_model(product_model=version.product_model, number=2)
    kits = newer.groups.get(code="memory").options
    kits.filter(code="kit64").update(code="kit64-b", name="New kit")
    check_model_version(version_id=newer.pk)
    publish_model_version(version_id=newer.pk)
    response = client.get(f"/c/{saved.share_code}/")
    assert "64 GB kit is no longer offered." in words(response)
    assert re.search(r"Memory: [\w ]+ instead of 64 GB kit", words(response))
    as_saved = f'href="/compare/?c={saved.share_code}">See it as it was saved'
    assert as_saved in response.content.decode()
    again = client.post("/machines/small/save/", form(response))
    assert again.status_code == 302
    assert Configuration.objects.get(share_code=again.url.split("/")[2]).version == newer


def test_a_saved_build_tells_a_new_price(client: Client, version):
    saved = frozen_configuration(version=version)
    price_small_model(version=version, changes={("cpu", "six"): 26_000})
    response = client.get(f"/c/{saved.share_code}/")
    assert "It cost $540 when it was saved and costs $550 now." in words(response)


def test_an_unknown_short_address_is_not_found(client: Client, db):
    assert client.get("/c/abcdefgh/").status_code == 404


# --- groups too large to show whole


@pytest.fixture
def large(db) -> ModelVersion:
    """The small computer with forty more cases, each a little dearer and larger."""
    version = draft_small_model(product_model=ProductModelFactory(slug="small"))
    group = version.groups.get(code="case")
    Option.objects.bulk_create(
        Option(
            group=group,
            code=f"case-{number}",
            name=f"Case number {number}",
            part_number=f"CASE-{number}",
            attributes={"max_graphics_length_mm": 200 + number * 5},
            position=10 + number,
        )
        for number in range(40)
    )
    prices = small_prices() | {("case", f"case-{number}"): 7_000 for number in range(40)}
    create_price_list(version=version, currency="USD", base_minor=10_000, option_minor=prices)
    check_model_version(version_id=version.pk)
    return publish_model_version(version_id=version.pk)


def cases(response) -> int:
    return len(re.findall(r'type="radio"[^>]+name="choice\.case"', response.content.decode()))


def test_a_large_group_shows_a_window_and_all_on_demand(client: Client, large):
    response = client.get(URL)
    assert 10 <= cases(response) <= 14
    assert "Show all 42" in words(response)
    whole = client.get(URL, {**form(response), "show": "case"})
    assert cases(whole) == 42
    assert chosen(whole) == chosen(response)


def test_a_search_finds_by_words_and_always_keeps_the_chosen_option(client: Client, large):
    response = client.get(URL, {"q.case": "NUMBER 17"})
    assert cases(response) == 2
    assert "1 found" in words(response)
    assert chosen(response)["case"] == "mini"
    assert cases(client.get(URL, {"q.case": "nothing like it"})) == 1


def test_a_window_tells_of_some_blocked_options_why(client: Client, large):
    response = client.get(URL, {"choice.graphics": "long-card"})
    blocked = response.content.decode().count('<div class="option blocked"')
    assert 1 <= blocked <= 5  # of the cases, and the weak power supply
    assert "of 42 fit" in words(response)


def test_whoever_asks_for_the_head_alone_gets_it(client: Client, version: ModelVersion):
    assert client.head(URL).status_code == 200


@pytest.mark.parametrize("code", ["nothing", "a%00b", "%F0%9F%98%80", "a" * 500])
def test_a_share_code_of_nothing_is_told_so(client: Client, version: ModelVersion, code: str):
    assert client.get(f"/c/{code}/").status_code in {400, 404}


@pytest.fixture
def torn_version() -> ModelVersion:
    """A tower takes the large memory or the strong supply, not both."""
    version = draft_small_model(product_model=ProductModelFactory(slug="small"))
    Rule.objects.create(
        version=version,
        position=9,
        code="torn",
        name="A tower carries one of them",
        sentence="{case} takes {memory} or {power_supply}, not both.",
        constraint={
            "any_of": [
                {"left": "case.max_graphics_length_mm", "op": "<=", "value": 240},
                {"left": "memory.capacity_gb", "op": "<=", "value": 16},
                {"left": "power_supply.wattage_w", "op": "<=", "value": 450},
            ]
        },
    )
    check_model_version(version_id=version.pk)
    supply_small_model()
    return publish_model_version(version_id=version.pk)


@pytest.mark.parametrize("order", [("memory", "power_supply"), ("power_supply", "memory")])
def test_a_way_out_drops_the_choice_that_its_button_names(client: Client, torn_version, order):
    own = {"memory": "kit64", "power_supply": "w850"}
    page = client.get(URL, {f"choice.{group}": own[group] for group in order})
    assert "$760" in words(page)
    told = "Take it, and change the power supply to 450 W supply: −$30"
    assert told in row(page, "case", "tower")
    after = client.get(URL, {**form(page), "take": "case:tower"})
    assert chosen(after) == DEFAULTS | {"memory": "kit64", "case": "tower"}
    assert "$730" in words(after)
