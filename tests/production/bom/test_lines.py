"""Lines, steps and checks are read strictly; what is wrong is told with its place."""

from datetime import date
from decimal import Decimal

import pytest

from production.bom import BillFormatError, read_check, read_line, read_step
from production.bom.expression import GroupWords, Schema

HERE = "ATELIER rev 1, line 3"
SCHEMA = Schema({"case": GroupWords(frozenset({"tower"}), {"fan_mounts": "number"})})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"component": ""}, "needs a component or an option group, not both"),
        ({"group": "cpu"}, "needs a component or an option group, not both"),
        ({"quantity_per": ""}, "quantity: column 1: expected a quantity, such as 1"),
        ({"quantity_per": '"two"'}, "quantity: column 1: expected a whole number, found a text"),
        ({"quantity_per": "2 pieces"}, "quantity: column 3: expected the end, found pieces"),
        ({"condition": "1 + 1"}, "condition: column 1: expected a yes or no"),
        ({"operation": "paint"}, "the operation must be one of kitting, build, test, box"),
        ({"scrap_factor": Decimal("1.2")}, "the scrap factor must be from 0 to 0.9999"),
        ({"scrap_factor": Decimal("0.00005")}, "the scrap factor must be from 0 to 0.9999"),
        ({"setup_quantity": -1}, "the setup quantity must be 0 or more"),
        (
            {"effective_from": date(2026, 5, 2), "effective_until": date(2026, 5, 1)},
            "is effective until before it is effective",
        ),
        (
            {"component": "", "group": "lamp", "schema": SCHEMA},
            "takes what is chosen in lamp, which is no group",
        ),
        ({"quantity_per": "case.fan_mount", "schema": SCHEMA}, "did you mean case.fan_mounts?"),
    ],
)
def test_a_malformed_line_is_refused_saying_what_and_where(changes, said):
    with pytest.raises(BillFormatError) as refused:
        read_line(**{"component": "SCREW", "where": HERE, **changes})
    assert str(refused.value).startswith(f"{HERE}: ")
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Fit the {cpu", "expected braces around one value, found {"),
        ("Fit the cpu}", "expected braces around one value, found }"),
        ("Fit the {}", "found the end"),
        ("Fit the {case} {case.hight}", "column 17: expected an attribute of case"),
    ],
)
def test_a_step_whose_text_cannot_be_filled_is_refused(text, said):
    with pytest.raises(BillFormatError) as refused:
        read_step(operation="build", text=text, schema=SCHEMA, where=HERE)
    assert said in str(refused.value)


def test_limits_of_a_check_need_a_unit_and_an_order():
    with pytest.raises(BillFormatError, match="limits need a unit"):
        read_check(code="idle", text="Idle", at_most=Decimal(45), where=HERE)
    with pytest.raises(BillFormatError, match="nothing is at least 50 and at most 45"):
        read_check(
            code="idle",
            text="Idle",
            unit="°C",
            at_least=Decimal(50),
            at_most=Decimal(45),
            where=HERE,
        )
    read = read_check(code="idle", text="Idle", unit="°C", at_most=Decimal("45.000"), where=HERE)
    assert read.at_most == "45"
