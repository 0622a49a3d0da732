"""Up to four saved builds side by side."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from configurator.models import Configuration, ModelVersion
from configurator.services.availability import set_option_availability
from tests.configurator.test_configure_page import form, words
from tests.factories.configurator import (
    ProductModelFactory,
    frozen_configuration,
    price_small_model,
    publish_small_model,
)

pytestmark = pytest.mark.django_db
URL = "/compare/"


@pytest.fixture
def version() -> ModelVersion:
    return publish_small_model(product_model=ProductModelFactory(slug="small", name="Small"))


@pytest.fixture
def builds(version) -> list[Configuration]:
    """Five builds of the same machine."""
    choices = (
        {},
        {"memory": "kit64"},
        {"graphics": "card", "memory_quantity": "two"},
        {"case": "tower"},
        {"power_supply": "w850"},
    )
    return [frozen_configuration(version=version, **chosen) for chosen in choices]


def codes(builds) -> list[str]:
    return [build.share_code for build in builds]


def rows(response) -> dict[str, list[str]]:
    """Row heading → the words of its cells."""
    found = {}
    for html in re.findall(r"<tr[^>]*>(.*?)</tr>", response.content.decode(), re.DOTALL):
        heading = re.search(r'<th scope="row">(.*?)</th>', html)
        if heading:
            cells = re.findall(r"<td>(.*?)</td>", html, re.DOTALL)
            plain = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell)).strip() for cell in cells]
            found[heading[1]] = [unescape(cell) for cell in plain]
    return found


def compared(response) -> list[str]:
    """The codes of the columns."""
    return re.findall(r'<a class="meta" href="/c/([a-z2-7]+)/">', response.content.decode())


def test_builds_stand_side_by_side_and_what_differs_first(client: Client, builds):
    response = client.get(URL, {"c": codes(builds[:3])})
    assert response.status_code == 200
    assert compared(response) == codes(builds[:3])
    found = rows(response)
    assert found["Price"] == ["$540", "$700", "$1,020"]
    assert found["Memory"] == ["16 GB kit $80", "64 GB kit $240", "2 × 16 GB kit $160"]
    assert found["Graphics"] == ["No graphics card", "No graphics card", "Graphics card $400"]
    assert found["Power"][2].startswith("365 of 450 W")
    names = list(found)
    assert names.index("Memory") < names.index("Graphics") < names.index("Case")
    same = response.content.decode().split('<tbody class="same">')[1]
    assert "Mini case" in same
    assert "64 GB kit" not in same
    assert "Show 4 rows that are the same" in words(response)


def test_each_column_says_when_it_ships_and_what_it_waits_for(client: Client, version):
    fast = frozen_configuration(version=version)
    slow = frozen_configuration(version=version, power_supply="w850")
    undated = frozen_configuration(
        version=version, case="tower", graphics="long-card", power_supply="w850"
    )
    set_option_availability(rows=[("PSU-850", 0, 9)])
    dates = rows(client.get(URL, {"c": codes([fast, slow, undated])}))["Likely ships"]
    assert "850 W supply, 9 working days to us" in dates[1]
    assert dates[0] != dates[1]
    assert dates[2].startswith("No ship date yet")


def test_every_column_can_be_configured_bought_and_removed(client: Client, builds):
    response = client.get(URL, {"c": codes(builds[:2])})
    html = response.content.decode()
    first, second = codes(builds[:2])
    assert f'href="/c/{first}/">Configure from here' in html
    assert f'name="configuration" value="{second}"' in html
    assert f'href="/compare/?c={second}">Remove {first}' in html
    cart = client.post("/cart/add/", {"configuration": second})
    assert cart.status_code in {302, 303}


def test_a_build_that_is_off_sale_is_shown_but_not_for_the_cart(client: Client, builds):
    publish_small_model(product_model=builds[0].version.product_model, number=2)
    response = client.get(URL, {"c": codes(builds[:1])})
    assert "This machine has been revised since it was saved." in words(response)
    assert rows(response)["Price"] == ["$540 when it was saved"]
    assert 'name="configuration"' not in response.content.decode()
    assert "Configure from here" in words(response)


def test_a_price_that_has_changed_is_told_with_the_old_one(client: Client, builds):
    price_small_model(version=builds[0].version, changes={("cpu", "six"): 26_000})
    response = client.get(URL, {"c": codes(builds[:1])})
    assert rows(response)["Price"] == ["$550 $540 when it was saved"]


def test_the_rows_of_a_column_add_up_to_its_price(client: Client, builds):
    price_small_model(version=builds[0].version, changes={("cpu", "six"): 26_000})
    found = rows(client.get(URL, {"c": codes(builds[:3])}))
    prices = [re.match(r"\$([\d,]+)", cell)[1] for cell in found.pop("Price")]
    assert prices == ["550", "710", "1,030"]
    for column, price in enumerate(prices):
        amounts = [re.search(r"\$(\d+)$", cells[column]) for cells in found.values()]
        assert sum(int(one[1]) for one in amounts if one) == int(price.replace(",", ""))
    assert found["Base machine"] == ["$100"] * 3


def test_machines_of_different_models_have_the_union_of_rows(client: Client, builds):
    other = publish_small_model(product_model=ProductModelFactory(slug="other", name="Other"))
    extra = frozen_configuration(version=other, graphics="card")
    response = client.get(URL, {"c": [builds[0].share_code, extra.share_code]})
    assert response.status_code == 200
    assert "Small" in words(response)
    assert "Other" in words(response)


def test_more_than_four_are_told_and_four_are_shown(client: Client, builds):
    response = client.get(URL, {"c": codes(builds)})
    assert response.status_code == 400
    assert len(compared(response)) == 4
    assert "At most four builds can be compared; 1 more in the address is not shown." in words(
        response
    )


@pytest.mark.parametrize("code", ["nothing2", "<b>", "a" * 5_000, "٣٣٣٣", "..", "c=c"])
def test_an_unknown_code_is_told_and_the_others_are_shown(client: Client, builds, code: str):
    response = client.get(URL, {"c": [code, builds[0].share_code]})
    assert response.status_code == 400
    assert compared(response) == [builds[0].share_code]
    assert f"No build was saved under “{code[:80].lower()}”." in words(response)


def test_nine_hundred_codes_cost_no_more_than_four(
    client: Client, builds, django_assert_max_num_queries
):
    with django_assert_max_num_queries(8):
        response = client.get(URL, {"c": [*codes(builds), *(f"code{n}" for n in range(900))]})
    assert "901 more in the address are not shown" in words(response)


def test_the_same_code_twice_is_one_column(client: Client, builds):
    code = builds[0].share_code
    assert compared(client.get(URL, {"c": [code, code.upper(), f" {code} "]})) == [code]


def test_nothing_to_compare_says_how_to_begin(client: Client, db):
    response = client.get(URL)
    assert response.status_code == 200
    assert "Nothing is being compared yet." in words(response)
    assert 'name="add"' in response.content.decode()


# --- adding


@pytest.mark.parametrize("how", ["{code}", "/c/{code}/", "https://shop.example/c/{code}/?x=1#y"])
def test_a_build_is_added_by_its_code_or_its_address(client: Client, builds, how: str):
    first, second = codes(builds[:2])
    response = client.get(URL, {"c": first, "add": how.format(code=second).upper()})
    assert response.status_code == 302
    assert parse_qs(urlsplit(response.url).query)["c"] == [first, second]


@pytest.mark.parametrize(
    ("pasted", "told"),
    [
        ("https://shop.example/machines/small/", "Expected the address of a saved build"),
        ("abcdefgh", "No build was saved under “abcdefgh”."),
        ("<script>", "got “<script>”"),
        ("x" * 9_000, "Expected the address of a saved build"),
        ("/c//", "Expected the address of a saved build"),
    ],
)
def test_what_cannot_be_added_is_told_and_kept(client: Client, builds, pasted: str, told: str):
    response = client.get(URL, {"c": builds[0].share_code, "add": pasted})
    assert response.status_code == 400
    assert told in words(response)
    assert compared(response) == [builds[0].share_code]


def test_a_fifth_and_a_double_are_refused_with_a_reason(client: Client, builds):
    fifth = client.get(URL, {"c": codes(builds[:4]), "add": builds[4].share_code})
    assert "There are four builds here already" in words(fifth)
    double = client.get(URL, {"c": codes(builds[:1]), "add": builds[0].share_code})
    assert "is here already" in words(double)


# --- what this browser saved


def test_saving_is_remembered_without_an_account_and_only_the_last_four(client: Client, version):
    page = client.get("/machines/small/")
    saved = []
    for choice in ("kit64", "kit16"):
        for case in ("tower", "mini", "tower"):
            answer = client.post("/machines/small/save/", form(page, memory=choice, case=case))
            saved.append(answer.url.split("/")[2])
    for graphics in ("card", "none"):
        answer = client.post("/machines/small/save/", form(page, graphics=graphics, cpu="six"))
        saved.append(answer.url.split("/")[2])
    last = list(dict.fromkeys(reversed(saved)))[:4]
    offered = re.findall(r"/compare/\?c=([a-z2-7]+)\"", client.get(URL).content.decode())
    assert offered == last
    assert client.cookies["saved"]["httponly"]


def test_a_saved_build_leads_to_the_comparison_with_ones_own(client: Client, builds):
    page = client.get("/machines/small/")
    mine = client.post("/machines/small/save/", form(page, graphics="card")).url.split("/")[2]
    shared = client.get(f"/c/{builds[1].share_code}/").content.decode()
    link = re.search(r'href="([^"]+)">Compare it with others', shared)[1]
    assert compared(client.get(unescape(link))) == [builds[1].share_code, mine]


def test_a_forged_cookie_is_no_cookie(client: Client, version):
    client.cookies["saved"] = "abcdefgh:forged"
    assert "Saved in this browser" not in words(client.get(URL))
