"""The browser's evaluation is the server's: every option of every state, to the last cent."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Error, Page

from config.demo.loading.circuits import FOLDER
from config.money import Money
from configurator.engine.circuit import rungs
from configurator.engine.circuit.artefact import to_bytes
from configurator.engine.classes import classify
from configurator.engine.evaluate import evaluate
from configurator.engine.price import PriceBook
from configurator.views.local import _money
from tests.browser.chromium import running_chromium
from tests.configurator.engine import machines
from tests.configurator.engine.circuit.compiled import artefact_of
from tests.configurator.engine.machines import books, configurations, models, some_choices, thorough
from tests.configurator.in_browser import answers, in_short, random_states
from tests.demo.catalogue_models import book, model

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STATES = {"compact": 500, "atelier": 350, "bench": 150}


@pytest.fixture(scope="module")
def chromium():
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def page(live_server, chromium) -> Iterator[Page]:
    """A page of the shop, under its content policy."""
    page = chromium.new_page()
    page.goto(f"{live_server.url}/healthz")
    yield page
    page.close()


@pytest.mark.parametrize("slug", STATES)
def test_the_browser_says_what_the_server_says_on_a_thousand_random_states(page: Page, slug: str):
    product, prices, classed = model(slug), book(slug), classify(model(slug))
    artefact = (FOLDER / f"{slug}.circuit").read_bytes()
    rungs.use_artefact(product.sha256, artefact)
    states = list(random_states(product, prices, STATES[slug]))
    found = answers(page, product, artefact, prices, states)
    contradicting = 0
    for choices, answer in zip(states, found, strict=True):
        expected = evaluate(product, choices, book=prices)
        contradicting += not expected.is_consistent
        assert answer == in_short(classed, expected), choices
    assert contradicting > len(states) / 100
    rungs.do_without(product.sha256)


@st.composite
def questions(draw):
    """A model that allows something, choices (perhaps contradicting), and a book or none."""
    product = draw(models().filter(lambda one: any(configurations(one, {}))))
    states = draw(st.lists(some_choices(product), min_size=1, max_size=4))
    return product, states, draw(st.none() | books(product))


def test_on_any_small_model_too(page: Page):
    pytest.importorskip("py_d4", reason="the compiler has no wheel for this machine")

    @thorough
    @given(questions())
    def says_the_same(question) -> None:
        product, states, prices = question
        artefact = to_bytes(artefact_of(product))
        rungs.use_artefact(product.sha256, artefact)
        for choices, answer in zip(
            states, answers(page, product, artefact, prices, states), strict=True
        ):
            expected = evaluate(product, choices, book=prices)
            assert answer == in_short(classify(product), expected), choices
        rungs.do_without(product.sha256)

    says_the_same()


def test_prices_that_a_double_cannot_weigh_are_left_to_the_server(page: Page):
    pytest.importorskip("py_d4", reason="the compiler has no wheel for this machine")
    product, prices = machines.desktop(), machines.desktop_prices()
    dear = PriceBook("USD", 0, {key: minor * 2**12 for key, minor in prices.option_minor.items()})
    with pytest.raises(Error, match="too large to be weighed"):
        answers(page, product, to_bytes(artefact_of(product)), dear, [{}])


def test_a_circuit_that_leaves_a_rule_out_or_is_of_another_model_is_not_used(page: Page):
    pytest.importorskip("py_d4", reason="the compiler has no wheel for this machine")
    product, prices = machines.desktop(), machines.desktop_prices()
    without = to_bytes(artefact_of(product, without="power"))
    with pytest.raises(Error, match="leaves a rule out"):
        answers(page, product, without, prices, [{}])
    with pytest.raises(Error, match="made from another model"):
        answers(page, product, (FOLDER / "compact.circuit").read_bytes(), prices, [{}])


AMOUNTS = """async ([money, amounts]) => {
  const { Amounts } = await import("/static/js/local/amounts.js");
  const written = new Amounts(money);
  return amounts.map((minor) => [written.format(minor), written.difference(minor)]);
}"""


@pytest.mark.parametrize("currency", ["USD", "EUR", "JPY", "KWD", "CHF"])
def test_amounts_are_written_as_the_server_writes_them(page: Page, currency: str):
    amounts = [1, 9, 90, 100, 105, 99_900, 123_456, 100_000, 99_999_999, 1_234_567_890]
    amounts += [-minor for minor in amounts]
    written = page.evaluate(AMOUNTS, [_money(currency), amounts])
    assert written == [
        [
            Money(abs(minor), currency).format(),
            Money(minor, currency).format(is_delta=True),
        ]
        for minor in amounts
    ]
