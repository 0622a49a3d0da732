"""The parameters that the cashier knows are parameters that Stripe knows."""

from collections.abc import Iterator

import pytest

from shop.stripe.sandbox.endpoints import ROUTES
from shop.stripe.sandbox.errors import ParameterError
from shop.stripe.sandbox.instruments import ALL, BY_KEY, BY_NUMBER
from shop.stripe.sandbox.payers import is_iban, is_luhn
from shop.stripe.sandbox.shapes import ListOf, Shape
from shop.stripe.sandbox.wire import decode_form


def shapes_in(field: object) -> Iterator[Shape]:
    if isinstance(field, ListOf):
        yield from shapes_in(field.item)
    if isinstance(field, Shape):
        yield field
        for inner in field.fields.values():
            yield from shapes_in(inner)


def test_every_parameter_exists_in_the_sdks_type_of_the_request():
    strangers = {
        (shape.sdk_params.__name__, name)
        for route in ROUTES
        for shape in shapes_in(route.shape)
        for name in (*shape.fields, *shape.required)
        if name not in shape.sdk_params.__annotations__
    }
    assert strangers == set()


def test_brackets_nest_and_lists_append():
    assert decode_form("a[b][0][c]=1&a[b][0][d]=&e[]=x&e[]=y") == {
        "a": {"b": {"0": {"c": "1", "d": ""}}},
        "e": {"0": "x", "1": "y"},
    }


@pytest.mark.parametrize("text", ["a=1&a=2", "a=1&a[b]=2", "a[b]=1&a=2", "=1", "a]=1", "[a]=1"])
def test_a_contradiction_is_an_error(text: str):
    with pytest.raises(ParameterError):
        decode_form(text)


def test_every_printed_number_passes_its_own_check():
    checks = {"card": is_luhn, "sepa_debit": is_iban}
    for instrument in BY_KEY.values():
        number = instrument.number.replace(" ", "")
        assert checks.get(instrument.method, str.isascii)(number)
    assert len(BY_KEY) == len(BY_NUMBER) == len(ALL)
