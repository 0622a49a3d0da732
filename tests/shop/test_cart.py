"""The cart: what was chosen, how often, at today's prices."""

import pytest
from django.core import signing
from django.urls import reverse

from configurator.models import Configuration, Option
from configurator.services.publishing import check_model_version, publish_model_version
from shop.models import Cart, CartLine
from tests.factories.configurator import (
    draft_small_model,
    frozen_configuration,
    price_small_model,
    publish_small_model,
)
from tests.shop.browsing import add_to_cart, only_cart

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return publish_small_model()


def change(client, line: CartLine, **fields):
    return client.post(reverse("shop:cart_line", args=[line.pk]), fields)


def test_the_configure_form_puts_a_frozen_configuration_into_the_cart(client, version):
    response = add_to_cart(client, version)
    assert (response.status_code, response["Location"]) == (303, "/cart/")
    (line,) = only_cart().lines.all()
    assert line.configuration.total_minor == 54_000
    assert "$540" in client.get("/cart/").text


def test_a_saved_configuration_is_added_by_its_short_address(client, version):
    saved = frozen_configuration(version=version, cpu="six")
    client.post("/cart/add/", {"configuration": saved.share_code, "quantity": "3"})
    line = only_cart().lines.get()
    assert (line.configuration, line.quantity) == (saved, 3)


def test_a_double_click_adds_one_machine(client, version):
    for _ in range(2):
        add_to_cart(client, version)
    assert only_cart().lines.get().quantity == 1


def test_a_price_in_the_form_is_not_read(client, version):
    add_to_cart(client, version, total_minor="1", price="1", unit_minor="1")
    assert only_cart().lines.get().configuration.total_minor == 54_000


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"choice_cpu": "hal9000"}, 400, "cpu has no option"),
        ({"choice_warp_drive": "one"}, 400, "has no group"),
        ({"choice_graphics": "long-card"}, 409, "340 mm long"),
        ({"choice_memory": ""}, 400, "memory has no option"),
        ({"version": "99999"}, 409, "got “99999”"),
        ({"version": "1 OR 1=1"}, 409, "got “1 OR 1=1”"),
        ({"version": "9" * 40}, 409, "expected that of a machine on sale"),
        ({"configuration": "nosuchcode"}, 404, "nosuchcode"),
    ],
)
def test_what_cannot_be_built_is_refused_with_the_reason_and_changes_nothing(
    client, version, fields, status, said
):
    response = add_to_cart(client, version, **fields)
    assert response.status_code == status
    assert said in response.text.replace("&#x27;", "'")
    assert not CartLine.objects.exists()
    assert not Configuration.objects.exists()


def test_a_refused_form_leads_back_to_the_choices_that_were_made(client, version):
    response = add_to_cart(client, version, choice_graphics="long-card")
    assert f"/machines/{version.product_model.slug}/?" in response.text
    assert "choice.graphics=long-card" in response.text


def test_quantities_from_1_to_99_are_taken_and_others_are_refused_by_name(client, version):
    add_to_cart(client, version)
    line = only_cart().lines.get()
    change(client, line, quantity="99")
    line.refresh_from_db()
    assert line.quantity == 99
    for wrong in ("0", "100", "-1", "1.5", "many", ""):
        change(client, line, quantity=wrong)
        assert f"got “{wrong}”" in client.get("/cart/").text
    line.refresh_from_db()
    assert line.quantity == 99


def test_removing_the_last_line_leaves_an_empty_cart_that_says_so(client, version):
    add_to_cart(client, version)
    change(client, only_cart().lines.get(), remove="1", quantity="1")
    assert "Nothing in your cart" in client.get("/cart/").text


def test_the_cart_says_how_many_machines_lie_in_it_without_a_query(
    client, version, django_assert_num_queries
):
    add_to_cart(client, version, quantity="4")
    with django_assert_num_queries(0):
        assert "Cart · 4" in client.get("/how-it-works/").text


def test_a_cookie_that_we_did_not_sign_is_an_empty_cart(client, version):
    add_to_cart(client, version)
    client.cookies["cart"] = f"{only_cart().token}.1:forged"
    assert "Nothing in your cart" in client.get("/cart/").text


def test_a_cookie_signed_for_something_else_is_an_empty_cart(client, version):
    add_to_cart(client, version)
    client.cookies["cart"] = signing.TimestampSigner(salt="other").sign(f"{only_cart().token}.1")
    assert "Nothing in your cart" in client.get("/cart/").text


def test_a_line_of_another_cart_cannot_be_touched(client, version):
    stranger = Cart.objects.create()
    theirs = CartLine.objects.create(
        cart=stranger, configuration=frozen_configuration(version=version)
    )
    add_to_cart(client, version, choice_case="tower")
    change(client, theirs, quantity="9")
    change(client, theirs, remove="1")
    theirs.refresh_from_db()
    assert theirs.quantity == 1


def test_a_fallen_price_is_shown_and_needs_no_word(client, version):
    add_to_cart(client, version)
    price_small_model(version=version, changes={("cpu", "six"): 20_000})
    page = client.get("/cart/").text
    assert "now $490, was $540" in page
    assert "Check out" in page


def test_a_risen_price_needs_the_customers_word_before_checkout(client, version):
    add_to_cart(client, version)
    price_small_model(version=version, changes={("cpu", "six"): 30_000})
    page = client.get("/cart/").text
    assert "The price has risen to $590" in page
    assert "Check out" not in page
    assert client.get("/checkout/")["Location"] == "/cart/"


def test_accepting_takes_exactly_the_price_that_was_shown(client, version):
    add_to_cart(client, version)
    price_small_model(version=version, changes={("cpu", "six"): 30_000})
    shown = client.get("/cart/").context["reviewed"][0].configuration.share_code
    price_small_model(version=version, changes={("cpu", "six"): 40_000})
    line = only_cart().lines.get()
    change(client, line, accept=shown, quantity="1")
    line.refresh_from_db()
    assert line.configuration.total_minor == 54_000  # it rose again: ask again
    change(
        client,
        line,
        accept=client.get("/cart/").context["reviewed"][0].configuration.share_code,
        quantity="1",
    )
    line.refresh_from_db()
    assert line.configuration.total_minor == 69_000
    assert "Check out" in client.get("/cart/").text


def test_a_line_whose_machine_was_revised_is_moved_to_the_new_version(client, version):
    add_to_cart(client, version)
    publish_small_model(product_model=version.product_model, number=2)
    (line,) = client.get("/cart/").context["reviewed"]
    assert line.configuration.version.number == 2
    assert line.change == "none"


def test_the_cart_page_asks_few_queries(client, version, django_assert_max_num_queries):
    add_to_cart(client, version)
    client.get("/cart/")
    with django_assert_max_num_queries(6):
        client.get("/cart/")


def revised(version, **changed):
    """The same machine as a new version, drafted, changed by hand, and put on sale."""
    draft = draft_small_model(product_model=version.product_model, number=2)
    for change in changed.values():
        change(draft)
    accept = dict.fromkeys(("false_optional", "redundant_rule", "never_applies"), "a test")
    check_model_version(version_id=draft.pk, accept=accept)
    return publish_model_version(version_id=draft.pk)


def without(group, option):
    def change(draft):
        Option.objects.filter(group__version=draft, group__code=group, code=option).delete()

    return change


def test_a_line_whose_part_is_gone_is_moved_with_the_difference_shown(client, version):
    add_to_cart(client, version, choice_graphics="card", choice_case="tower")
    revised(version, gone=without("graphics", "card"), supply=bigger_supply)
    page = client.get("/cart/").text
    (line,) = client.get("/cart/").context["reviewed"]
    assert line.change == "repaired"
    assert [(c.group, c.old_name, c.new_name) for c in line.moved.changed] == [
        ("graphics", "Graphics card", "Long graphics card")
    ]
    assert line.configuration.choices["case"] == "tower"
    assert "Graphics card is no longer offered." in page
    assert "Take it like this for $1,470" in page
    assert "Check out" not in page


def test_what_was_repaired_can_be_ordered_only_once_the_customer_has_agreed(client, version):
    add_to_cart(client, version, choice_graphics="card", choice_case="tower")
    revised(version, gone=without("graphics", "card"), supply=bigger_supply)
    assert client.get("/checkout/")["Location"] == "/cart/"
    shown = client.get("/cart/").context["reviewed"][0].configuration.share_code
    line = only_cart().lines.get()
    change(client, line, accept=shown, quantity="1")
    line.refresh_from_db()
    assert line.configuration.choices["graphics"] == "long-card"
    assert "Check out" in client.get("/cart/").text


def bigger_supply(draft):
    """The small supply carries the long card, too."""
    Option.objects.filter(group__version=draft, code="w450").update(attributes={"wattage_w": 800})


def test_a_line_is_moved_where_a_rule_of_the_new_version_is_broken(client, version):
    add_to_cart(client, version, choice_graphics="card")

    def narrow(draft):
        options = Option.objects.filter(group__version=draft, code="mini")
        options.update(attributes={"max_graphics_length_mm": 100})

    revised(version, narrow=narrow)
    (line,) = client.get("/cart/").context["reviewed"]
    assert line.change == "repaired"
    assert len(line.moved.changed) == 1
    assert "Graphics card is 220 mm long; Mini case takes 100 mm." in line.moved.sentences


def test_a_cheaper_version_is_passed_on_without_asking(client, version):
    add_to_cart(client, version)
    draft = draft_small_model(product_model=version.product_model, number=2)
    Option.objects.filter(group__version=draft, code="six").update(facts="new")
    Option.objects.filter(group__version=draft, code="six").update(name="Six new cores")
    price_small_model(version=draft, changes={("cpu", "six"): 20_000})
    check_model_version(version_id=draft.pk)
    publish_model_version(version_id=draft.pk)
    page = client.get("/cart/").text
    assert "now $490, was $540" in page
    assert "Check out" in page
