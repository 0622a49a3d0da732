"""A click answered in the browser: what the page shows before, and what the server then says."""

import json
import random
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Locator, Page, Route, expect

from configurator.engine.circuit import rungs
from configurator.engine.circuit.artefact import from_bytes, to_bytes
from configurator.models import ModelVersion, PriceList
from configurator.selectors import circuits, engine_model
from configurator.services.circuits import store_circuit
from tests.browser.chromium import running_chromium
from tests.configurator.engine.circuit.compiled import artefact_of
from tests.factories.configurator import (
    DEFAULTS,
    ProductModelFactory,
    draft_small_model,
    publish_small_model,
)

pytest.importorskip("py_d4", reason="the compiler has no wheel for this machine")

ADDRESS = "/machines/small/"
REFUSED = re.compile(r"ERR_FAILED|ERR_INTERNET_DISCONNECTED|status of (404|502)|Failed to fetch")
CIRCUIT = re.compile(r"/circuit/\w+\.bin$")
QUESTION = re.compile(r"/machines/small/\?")


@pytest.fixture(autouse=True)
def _compiling(settings) -> Iterator[None]:
    """Circuits on, and nothing remembered of other tests' models."""
    settings.COMPILE_CIRCUITS = True
    rungs._entries.clear()
    circuits._looked_at.clear()
    yield
    rungs._entries.clear()
    circuits._looked_at.clear()


@pytest.fixture
def version(db) -> ModelVersion:
    """The small computer on sale, with its circuit."""
    product = ProductModelFactory(slug="small", name="Small")
    version = publish_small_model(product_model=product)
    data = to_bytes(artefact_of(engine_model(version)))
    assert store_circuit(ir_sha256=version.ir_sha256, artefact=data)
    return version


class TestAddresses:
    """What is fetched, by whom, and for how long it is kept."""

    pytestmark = pytest.mark.django_db

    @pytest.fixture
    def told(self, client: Client, version) -> dict[str, str]:
        page = client.get(ADDRESS).content.decode()
        return json.loads(re.search(r'data-local="([^"]+)"', page)[1].replace("&quot;", '"'))

    def test_the_circuit_is_served_as_it_is_for_ever(self, client: Client, version, told):
        response = client.get(told["circuit"])
        assert response["Content-Type"] == "application/octet-stream"
        assert {"immutable", "public", "max-age=31536000"} <= set(
            response["Cache-Control"].split(", ")
        )
        assert not response.cookies
        assert from_bytes(response.content, model=version.ir_sha256).wide is None

    def test_prices_and_classes_are_in_the_order_of_the_model(self, client: Client, version, told):
        response = client.get(told["prices"])
        data = response.json()
        assert "immutable" in response["Cache-Control"]
        assert [group["code"] for group in data["groups"]] == list(DEFAULTS)
        memory, quantity = data["groups"][3:5]
        assert (data["base"], memory["units"], quantity["units"]) == (
            10_000,
            [8_000, 24_000],
            [1, 2],
        )
        assert (memory["counts"], quantity["counts"]) == (None, 3)

    def test_without_a_circuit_the_page_asks_for_nothing(self, client: Client, version, told):
        rungs.do_without(version.ir_sha256)
        circuits._looked_at[version.ir_sha256] = float("inf")
        assert b"data-local" not in client.get(ADDRESS).content
        assert client.get(told["circuit"]).status_code == 404
        assert client.get(told["prices"]).status_code == 404

    def test_a_circuit_that_leaves_a_rule_out_is_not_handed_out(
        self, client: Client, version, told
    ):
        artefact = artefact_of(engine_model(version), without="power-budget")
        assert artefact.wide == "power-budget"
        rungs.use_artefact(version.ir_sha256, to_bytes(artefact))
        assert b"data-local" not in client.get(ADDRESS).content
        assert client.get(told["circuit"]).status_code == 404

    def test_drafts_and_prices_to_come_are_nobodys_business(self, client: Client, version, told):
        draft = draft_small_model(product_model=version.product_model, number=2)
        later = PriceList.objects.create(
            version=version,
            number=9,
            currency="USD",
            valid_from=timezone.now() + timedelta(days=1),
        )
        stem = f"/machines/small/evaluation/{version.ir_sha256}"
        for address in (
            f"{stem}-{later.pk}.json",
            f"{stem}-{draft.price_lists.get().pk}.json",
            f"{stem}-999999.json",
            "/machines/small/circuit/.bin",
            f"/machines/small/circuit/{'0' * 64}.bin",
            told["circuit"].replace("/small/", "/other/"),
            told["prices"].replace("/small/", "/other/"),
        ):
            assert client.get(address).status_code == 404, address


@pytest.fixture(scope="module")
def chromium():
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def tab(live_server, version, chromium) -> Iterator[Page]:
    """A window on the shop whose complaints fail the test, but for requests we refused."""
    context = chromium.new_context(
        base_url=live_server.url, viewport={"width": 1440, "height": 900}
    )
    context.set_default_timeout(10_000)
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda told: complaints.append(told.text))
    yield tab
    context.close()
    assert [text for text in complaints if not REFUSED.search(text)] == []


def opened(tab: Page, address: str = ADDRESS) -> Page:
    """The page, ready to answer by itself."""
    with tab.expect_response(CIRCUIT), tab.expect_response(re.compile(r"/evaluation/")):
        tab.goto(address)
    tab.wait_for_function("() => performance.getEntriesByName('local').length")
    return tab


def radio(tab: Page, group: str, option: str) -> Locator:
    return tab.locator(f'[id="choice.{group}.{option}"]')


def row(tab: Page, group: str, option: str) -> Locator:
    return tab.locator(".option", has=radio(tab, group, option))


def total(tab: Page) -> Locator:
    return tab.locator("output.total")


class Server:
    """Holds the questions of a page back until it may answer."""

    def __init__(self, tab: Page) -> None:
        self.waiting: list[Route] = []
        self.may_answer = False
        tab.route(QUESTION, self._take)

    def _take(self, route: Route) -> None:
        if self.may_answer:
            route.continue_()
        else:
            self.waiting.append(route)

    def answer(self) -> None:
        self.may_answer = True
        for route in self.waiting:
            route.continue_()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
class TestPage:
    def test_states_prices_and_total_are_there_before_the_server_has_answered(self, tab: Page):
        server = Server(opened(tab))
        radio(tab, "graphics", "long-card").check()
        expect(total(tab)).to_have_text("$1,530")
        expect(radio(tab, "case", "tower")).to_be_checked()
        expect(row(tab, "case", "tower").locator(".delta")).to_contain_text("chosen")
        expect(row(tab, "case", "mini")).to_have_class("option blocked")
        expect(row(tab, "case", "mini").locator(".delta")).to_contain_text("−$30")
        expect(row(tab, "graphics", "none").locator(".delta")).to_contain_text("−$990")
        expect(radio(tab, "graphics", "long-card")).to_be_focused()
        expect(tab.locator("#configure")).to_have_attribute("aria-busy", "true")
        painted = look(tab)
        server.answer()
        expect(tab.locator("#configure")).not_to_have_attribute("aria-busy", "true")
        assert look(tab) == painted
        expect(tab.get_by_text("Tower case instead of Mini case")).to_be_visible()
        assert tab.locator("[data-unsettled], [data-outdated], [data-was]").count() == 0

    def test_a_choice_after_a_choice_is_asked_as_if_nothing_had_been_painted(self, tab: Page):
        server = Server(opened(tab))
        radio(tab, "graphics", "long-card").check()  # moves case and power supply
        radio(tab, "memory", "kit64").check()
        expect(total(tab)).to_have_text("$1,690")
        server.answer()
        expect(tab).to_have_url(re.compile(r"\?choice\.\w+=[\w-]+&choice\.\w+=[\w-]+$"))
        expect(tab).to_have_url(re.compile("choice.graphics=long-card"))
        expect(tab).to_have_url(re.compile("choice.memory=kit64"))
        expect(total(tab)).to_have_text("$1,690")

    def test_choosing_what_we_had_filled_in_before_is_a_choice(self, tab: Page):
        server = Server(opened(tab))
        radio(tab, "graphics", "long-card").check()
        expect(radio(tab, "power_supply", "w850")).to_be_checked()
        radio(tab, "graphics", "card").check()
        expect(radio(tab, "power_supply", "w450")).to_be_checked()
        radio(tab, "graphics", "long-card").check()
        radio(tab, "power_supply", "w450").click()  # does not fit: a way out is the server's
        expect(tab.locator(".promise")).to_have_attribute("data-unsettled", "checking")
        server.answer()
        expect(radio(tab, "power_supply", "w450")).to_be_checked()
        expect(tab).to_have_url(re.compile("choice.power_supply=w450"))

    def test_what_leaves_the_page_is_the_machine_that_it_shows(self, tab: Page):
        server = Server(opened(tab))
        radio(tab, "graphics", "long-card").check()
        expect(total(tab)).to_have_text("$1,530")
        tab.get_by_role("button", name="Add to cart").click()
        expect(tab.get_by_role("heading", name="Your cart")).to_be_visible()
        expect(tab.get_by_text("$1,530").first).to_be_visible()
        assert len(server.waiting) == 1

    def test_where_the_server_says_otherwise_its_answer_stands(self, tab: Page):
        opened(tab)
        server = Server(tab)
        radio(tab, "graphics", "card").check()
        expect(total(tab)).to_have_text("$940")
        (question,) = server.waiting
        answer = question.fetch()
        body = answer.text().replace("$940", "$947").replace("94000", "94700")
        question.fulfill(response=answer, body=body)
        expect(total(tab)).to_have_text("$947")

    def test_without_network_the_page_answers_says_so_and_asks_again(self, tab: Page):
        opened(tab).context.set_offline(True)
        radio(tab, "graphics", "card").check()
        expect(total(tab)).to_have_text("$940")
        expect(tab.locator(".promise")).to_have_attribute("data-unsettled", "not checked")
        radio(tab, "memory", "kit64").check()
        expect(total(tab)).to_have_text("$1,100")
        tab.context.set_offline(False)  # it asks again by itself
        expect(tab.locator("#configure")).not_to_have_attribute("aria-busy", "true")
        expect(tab).to_have_url(re.compile("choice.graphics=card&choice.memory=kit64"))

    @pytest.mark.parametrize("address", [ADDRESS, f"{ADDRESS}#without"])
    def test_an_error_page_never_takes_the_place_of_what_was_chosen(self, tab: Page, address: str):
        if "without" in address:
            tab.route(CIRCUIT, lambda route: route.fulfill(status=404))
            tab.goto(address)
            tab.wait_for_function("() => window.htmx !== undefined")
        else:
            opened(tab)
        tab.route(QUESTION, lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
        radio(tab, "graphics", "card").check()
        expect(tab.locator(".promise")).to_have_attribute("data-unsettled", "not checked")
        expect(radio(tab, "graphics", "card")).to_be_checked()
        expect(total(tab)).to_have_text("$540" if "without" in address else "$940")
        tab.unroute(QUESTION)
        radio(tab, "memory", "kit64").check()
        expect(total(tab)).to_have_text("$1,100")
        expect(tab.locator("#configure")).not_to_have_attribute("aria-busy", "true")

    @pytest.mark.parametrize("answer", ["none", "damaged", "foreign"])
    def test_without_a_good_circuit_the_page_works_as_before(self, tab: Page, answer: str):
        good = to_bytes(artefact_of(engine_model(ModelVersion.objects.get())))
        bodies = {"damaged": good[:-40] + b"?" + good[-39:], "foreign": b"something else"}

        def refuse(route: Route) -> None:
            if answer == "none":
                route.fulfill(status=404)
            else:
                route.fulfill(body=bodies[answer], content_type="application/octet-stream")

        tab.route(CIRCUIT, refuse)
        with tab.expect_response(CIRCUIT):
            tab.goto(ADDRESS)
        server = Server(tab)
        radio(tab, "graphics", "card").check()
        expect(total(tab)).to_have_text("$540")
        assert not tab.locator("#configure[aria-busy]").count()
        server.answer()
        expect(total(tab)).to_have_text("$940")

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_after_quick_hands_the_page_is_that_of_its_address(self, tab: Page, seed: int):
        opened(tab)
        rng = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
        ids = tab.locator(".option input").evaluate_all("radios => radios.map(r => r.id)")
        for one in rng.choices(ids, k=25):
            tab.locator(f'[id="{one}"]').evaluate("radio => radio.click()")
        expect(tab.locator("#configure")).not_to_have_attribute("aria-busy", "true")
        expect(tab.locator("#configure")).not_to_have_class(re.compile("htmx-request"))
        told = look(tab)
        tab.goto(tab.url)
        assert look(tab) == told

    def test_who_saves_data_fetches_nothing(self, tab: Page):
        tab.add_init_script(
            "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
        )
        fetched: list[str] = []
        tab.on("request", lambda request: fetched.append(request.url))
        tab.goto(ADDRESS)
        radio(tab, "graphics", "card").check()
        expect(total(tab)).to_have_text("$940")
        assert not [url for url in fetched if "/circuit/" in url or "/engine/" in url]


def look(tab: Page) -> list[list[str]]:
    """What is chosen, how each option stands and what it costs; the total."""
    return tab.evaluate("""() => [
      [document.querySelector(".total").textContent.trim()],
      ...Array.from(document.querySelectorAll(".option"), (row) => {
        const radio = row.querySelector("input");
        const price = row.querySelector(".delta").firstChild.data.trim();
        return [radio.id, row.className, String(radio.checked), price];
      }),
    ]""")
