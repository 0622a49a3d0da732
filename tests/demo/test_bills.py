"""Every configuration explodes to a complete bill of parts that exist."""

from dataclasses import asdict
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.demo.catalogue.bills import bills
from config.demo.catalogue.machines import machine
from config.demo.catalogue.suppliers import all_parts
from configurator.engine.evaluate import evaluate
from configurator.engine.price import price_lines, total_minor
from production.bom import (
    Bill,
    Choice,
    PartFacts,
    explode,
    instruct,
    needs,
    read_check,
    read_line,
    read_step,
)
from tests.demo.catalogue_models import SLUGS, book, model

BILLS = {
    bill.part_number: Bill(
        part_number=bill.part_number,
        lines=tuple(
            read_line(
                component=line.part_number or "",
                group=line.group or "",
                quantity_per=line.quantity,
                condition=line.condition,
                operation=line.operation,
                alternates=line.alternates,
                priority=line.priority,
                where=bill.part_number,
            )
            for line in bill.lines
        ),
        steps=tuple(read_step(**asdict(step), where=bill.part_number) for step in bill.steps),
        checks=tuple(read_check(**asdict(check), where=bill.part_number) for check in bill.checks),
    )
    for bill in bills()
}
PARTS = {part.number: PartFacts("buy") for part in all_parts()} | {
    bill.part_number: PartFacts(bill.kind, is_stocked=bill.is_stocked) for bill in bills()
}
ON = date(2026, 5, 4)


def chosen_of(slug, chosen):
    """Group → what is chosen there, as bills ask for it."""
    options = model(slug).options_by_code
    parts = {
        (group.code, option.code): option.part_number or ""
        for group in machine(slug).groups
        for option in group.options
    }
    return {
        group: Choice(
            option,
            parts[group, option],
            options[group][option].attributes,
            options[group][option].name,
        )
        for group, option in chosen.items()
    }


def exploded(slug, chosen):
    return explode(
        f"MCH-{slug.upper()}", bills=BILLS, parts=PARTS, choices=chosen_of(slug, chosen), on=ON
    )


def needed(slug, chosen):
    """Part number → pieces for one machine."""
    return {need.part_number: need for need in needs(exploded(slug, chosen))}


def instructed(slug, chosen):
    """The texts of the steps by operation, and the checks by code."""
    steps, checks = instruct(
        f"MCH-{slug.upper()}",
        exploded(slug, chosen),
        bills=BILLS,
        choices=chosen_of(slug, chosen),
    )
    by_operation = {}
    for step in steps:
        by_operation.setdefault(step.operation, []).append(step.text)
    return by_operation, {check.code: check for check in checks}


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


def test_thermal_paste_has_an_approved_alternate():
    lines = exploded("atelier", dict(model("atelier").defaults))
    (paste,) = [line for line in lines if line.parent == "SET-PASTE"]
    assert paste.part_number == "PST-THERMAL"
    assert [one.part_number for one in paste.alternates] == ["PST-THERMAL-C"]


def test_the_accessory_bag_is_a_stocked_sub_assembly():
    lines = exploded("compact", dict(model("compact").defaults))
    assert [line.part_number for line in lines if line.is_stocked] == ["KIT-ACCESSORY"]


def test_the_steps_speak_of_what_was_chosen_and_leave_out_what_was_not():
    steps, checks = instructed("compact", dict(model("compact").defaults))
    assert list(steps) == ["kitting", "build", "test", "box"]
    build = steps["build"]
    assert build[0].startswith("Open the ")
    assert any("16-pin" in text or "8-pin" in text for text in build)
    assert not any("second" in text.lower() and "M.2" in text for text in build)
    assert checks["burn-in-2"].at_least == "2"
    assert "second-drive-health" not in checks
    assert checks["memory-errors"].text == "Memory test over all 32 GB, one pass."
    plain = {**model("compact").defaults, "graphics": "none", "cooler": "boxed"}
    steps, checks = instructed("compact", plain)
    assert not any("paste, in the middle" in text for text in steps["build"])
    assert any("came with the" in text for text in steps["build"])
    assert "graphics-temperature" not in checks


def test_a_sub_assembly_is_built_before_what_it_goes_into():
    steps, _ = instructed("atelier", dict(model("atelier").defaults))
    texts = steps["build"]
    lower = next(at for at, text in enumerate(texts) if text.startswith("Lower the core"))
    assert all("wrist strap" not in text for text in texts[lower:])


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
