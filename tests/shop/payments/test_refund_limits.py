"""Up to how much one person may give back alone: an amount of its own in every currency."""

import pytest

from config.env import amounts_minor
from shop.models import Refund
from tests.factories.shop import pay
from tests.shop.payments.test_refunding import ask
from tests.shop.payments.test_small_change import _order_in as order_in

pytestmark = pytest.mark.django_db

NAME = "REFUND_ALONE_UP_TO_MINOR"


@pytest.mark.parametrize(("currency", "limit"), [("EUR", 1_000), ("JPY", 5_000)])
def test_what_one_person_may_give_back_alone_is_counted_in_the_payments_currency(
    settings, currency, limit
):
    settings.REFUND_ALONE_UP_TO_MINOR = {"EUR": 1_000, "JPY": 5_000}
    payment = pay(order_in(settings, currency, 9_000)).payments.get()
    assert ask(payment, limit).status == Refund.Status.APPROVED
    assert ask(payment, 1).status == Refund.Status.REQUESTED


def test_in_a_currency_that_is_not_named_nobody_gives_back_alone(settings):
    assert settings.REFUND_ALONE_UP_TO_MINOR == {"USD": 100_000}
    assert ask(pay(order_in(settings, "JPY", 9_000)).payments.get(), 1).needs_second_person


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("USD=100000", {"USD": 100_000}),
        (" USD=20000, EUR = 15000 ,JPY=0 ", {"USD": 20_000, "EUR": 15_000, "JPY": 0}),
        ("", {}),
    ],
)
def test_the_setting_names_an_amount_in_each_currency(monkeypatch, text, amounts):
    monkeypatch.setenv(NAME, text)
    assert amounts_minor(NAME, default="USD=1") == amounts


@pytest.mark.parametrize(
    "wrong",
    ["100000", "USD", "USD=", "USD=-1", "USD=1,000", "USD=1e5", "usd=1", "UDS=1", "USD=1;EUR=2"],
)
def test_what_cannot_be_meant_is_told_at_the_start(monkeypatch, wrong):
    monkeypatch.setenv(NAME, wrong)
    with pytest.raises(ValueError, match=rf"{NAME}: expected amounts in minor units.*USD=100000"):
        amounts_minor(NAME, default="USD=1")


def test_a_currency_that_is_named_twice_is_told_at_the_start(monkeypatch):
    monkeypatch.setenv(NAME, "USD=1,EUR=2,USD=3")
    with pytest.raises(ValueError, match="expected one amount in USD, got another: 'USD=3'"):
        amounts_minor(NAME, default="USD=1")
