"""The bills of old, written as JSON, read as expressions after the migration."""

import importlib

import pytest

from production.bom import Choice
from production.bom.expression import compile_condition, compile_quantity

migration = importlib.import_module("production.migrations.0005_bills_as_text")
CHOICES = {
    "cpu": Choice("ryzen-7", attributes={"socket": "AM5"}),
    "graphics": Choice("none"),
    "memory_quantity": Choice("two", attributes={"count": 2}),
    "case": Choice("tower", attributes={"mounts": 3, "boxed": True}),
}


@pytest.mark.parametrize(
    ("data", "text", "number"),
    [
        ({"fixed": 2}, "2", 2),
        ({"of_group": "memory_quantity"}, "memory_quantity.count", 2),
        ({"of_attribute": "case.mounts", "times": 4}, "case.mounts * 4", 12),
    ],
)
def test_a_quantity_says_the_same(data, text, number):
    assert migration.quantity_text(data) == text
    assert compile_quantity(text)(CHOICES) == number


@pytest.mark.parametrize(
    ("data", "text", "holds"),
    [
        ([], "", True),
        ([{"left": "graphics", "op": "!=", "value": "none"}], 'graphics != "none"', False),
        ([{"left": "case.boxed", "op": "==", "value": True}], "case.boxed == yes", True),
        (
            [{"left": "cpu.socket", "op": "not in", "value": ["AM4", 'say "AM5"']}],
            'cpu.socket not in ("AM4", "say \\"AM5\\"")',
            True,
        ),
        (
            [
                {"left": "case.mounts", "op": ">", "right": "memory_quantity.count"},
                {
                    "any_of": [
                        {"left": "graphics", "op": "!=", "value": "none"},
                        {"left": "cpu", "op": "==", "value": "ryzen-7"},
                    ]
                },
            ],
            'case.mounts > memory_quantity.count and (graphics != "none" or cpu == "ryzen-7")',
            True,
        ),
    ],
)
def test_a_condition_says_the_same(data, text, holds):
    assert migration.condition_text(data) == text
    assert compile_condition(text)(CHOICES) is holds
