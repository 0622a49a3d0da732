"""Every configuration explodes to a complete bill of parts that exist."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.demo.catalogue.bills import bills
from config.demo.catalogue.machines import machine
from config.demo.catalogue.suppliers import all_parts
from configurator.engine.evaluate import evaluate
from configurator.engine.price import price_lines, total_minor
from production.bom import explode, needs
from production.bom.lines import Bill, Choice, line_from_json
from tests.demo.catalogue_models import SLUGS, book, model

BILLS = {
    bill.part_number: Bill(
        part_number=bill.part_number,
        lines=tuple(
            line_from_json(
                component=line.part_number or "",
                group=line.group or "",
                quantity_per=line.quantity,
                condition=list(line.condition),
                operation=line.operation,
                where=bill.part_number,
            )
            for line in bill.lines
        ),
    )
    for bill in bills()
}
KINDS = {part.number: "buy" for part in all_parts()} | {b.part_number: b.kind for b in bills()}


def needed(slug, chosen):
    """Part number → pieces for one machine."""
    options = model(slug).options_by_code
    parts = {
        (group.code, option.code): option.part_number or ""
        for group in machine(slug).groups
        for option in group.options
    }
    choices = {
        group: Choice(option, parts[group, option], options[group][option].attributes)
        for group, option in chosen.items()
    }
    lines = explode(f"MCH-{slug.upper()}", bills=BILLS, kinds=KINDS, choices=choices)
    return {need.part_number: need for need in needs(lines)}


def check_completeness(slug, chosen):
    """Every chosen part is in the bill, in the right number, and nothing chosen twice."""
    found = needed(slug, chosen)
    product = machine(slug)
    counts = {
        group.quantity_for: int(chosen[group.code])
        for group in product.groups
        if group.quantity_for
    }
    wanted: dict[str, int] = {}
    for group, code in chosen.items():
        if number := product.option(group, code).part_number:
            wanted[number] = wanted.get(number, 0) + counts.get(group, 1)
    assert {number: found[number].quantity for number in wanted} == wanted


@pytest.mark.parametrize("slug", SLUGS)
def test_the_default_explodes_to_its_parts_and_more_than_them(slug):
    chosen = dict(model(slug).defaults)
    check_completeness(slug, chosen)
    found = needed(slug, chosen)
    assert found["LBL-RATING"].quantity == 1
    assert found["CRD-POWER"].operation == "box"


def test_the_bill_is_not_the_list_of_options():
    chosen = dict(model("atelier").defaults)
    found = needed("atelier", chosen)
    assert found["CBL-PCIE-16"].quantity == 1
    assert found["CRD-REPORT"].operation == "test"
    assert found["PST-THERMAL"].quantity == 1
    assert "CBL-SATA" not in found


def test_a_boxed_cooler_brings_neither_a_part_nor_paste():
    chosen = {**model("compact").defaults, "cooler": "boxed"}
    found = needed("compact", chosen)
    assert "PST-THERMAL" not in found
    assert not [number for number in found if number.startswith("COO-")]


def test_the_same_drive_twice_is_one_requirement_of_two():
    chosen = {**model("compact").defaults, "second_drive": "sfyrd-2000g"}
    found = needed("compact", chosen)
    assert found["DRV-SFYRD-2000G"].quantity == 2
    assert found["SCR-M2"].quantity == 2


@pytest.mark.parametrize("slug", SLUGS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_a_walk_over_possible_options_always_ends_in_a_priced_and_buildable_machine(slug, data):
    choices: dict[str, str] = {}
    now = evaluate(model(slug), choices, book=book(slug))
    for _ in range(data.draw(st.integers(1, 6), label="clicks")):
        possible = [key for key, state in now.states.items() if state.is_possible]
        group, option = data.draw(st.sampled_from(possible), label="click")
        promised = now.total_minor + now.states[group, option].delta_minor
        choices[group] = option
        now = evaluate(model(slug), choices, book=book(slug))
        assert now.is_consistent
        assert now.total_minor == promised
    chosen = dict(now.chosen)
    assert chosen.keys() == {group.code for group in machine(slug).groups}
    lines = price_lines(model(slug), chosen, book(slug))
    assert sum(line.amount_minor for line in lines) == now.total_minor
    assert total_minor(model(slug), chosen, book(slug)) == now.total_minor
    check_completeness(slug, chosen)
