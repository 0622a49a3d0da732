import pytest

from config.demo.catalogue.machines import machine, machines
from config.demo.catalogue.options import bought_parts
from config.demo.catalogue.records import FILE_OF_GROUP, corrections, records_of
from config.demo.catalogue.suppliers import (
    SUPPLIERS,
    all_parts,
    is_unsupplied,
    offers,
    opening_stock,
)
from tests.demo.catalogue_models import SLUGS, model


@pytest.mark.parametrize(
    ("slug", "fewest", "most"), [("compact", 75, 90), ("atelier", 235, 260), ("bench", 1300, 1500)]
)
def test_each_machine_has_the_promised_number_of_options(slug, fewest, most):
    assert fewest <= sum(len(group.options) for group in machine(slug).groups) <= most


def test_the_bench_offers_every_part_of_the_data():
    offered = {
        option.part_number
        for group in machine("bench").groups
        for option in group.options
        if option.part_number and not option.part_number.startswith("LIC-")
    }
    assert offered == {part.number for part in bought_parts()}
    assert len(offered) == 1300


def test_part_numbers_and_codes_are_unique_and_fit_their_columns():
    numbers = [part.number for part in all_parts()]
    assert len(set(numbers)) == len(numbers)
    assert max(map(len, numbers)) <= 60
    for product in machines():
        for group in product.groups:
            codes = [option.code for option in group.options]
            assert len(set(codes)) == len(codes)
            assert all(0 < len(code) <= 80 for code in codes)


def test_names_are_short_distinct_and_tidy():
    for product in machines():
        for group in product.groups:
            names = [option.name for option in group.options]
            assert len(set(names)) == len(names), group.code
            for name in names:
                assert name == name.strip()
                assert "  " not in name
                assert len(name) <= 72, name
                assert not name.endswith((",", "-", "/")), name


def test_every_part_has_a_price_and_its_facts_say_something():
    for part in bought_parts():
        assert part.list_price_minor > 0, part.number
        assert part.facts, part.number
        assert len(part.facts) <= 200
        assert "None" not in part.facts
        assert part.source_id
        assert part.source_name


def test_every_option_of_a_part_names_a_part_that_exists():
    known = {part.number for part in all_parts()}
    for product in machines():
        for group in product.groups:
            for option in group.options:
                assert option.part_number is None or option.part_number in known


def test_every_option_of_a_group_answers_the_same_questions():
    for product in machines():
        for group in product.groups:
            asked = {frozenset(option.attributes) for option in group.options}
            assert len(asked) == 1, (product.slug, group.code)


def test_every_part_has_a_supplier_except_the_few_that_nobody_makes_any_more():
    supplied = {offer.part_number for offer in offers()}
    missing = [part for part in all_parts() if part.number not in supplied]
    assert missing == [part for part in all_parts() if is_unsupplied(part)]
    assert 5 <= len(missing) <= 40


def test_the_curated_machines_have_no_part_without_a_supplier():
    supplied = {offer.part_number for offer in offers()}
    for slug in ("compact", "atelier"):
        for group in machine(slug).groups:
            for option in group.options:
                assert option.part_number is None or option.part_number in supplied


def test_offers_are_below_the_list_price_and_some_parts_have_two():
    price = {part.number: part.list_price_minor for part in all_parts()}
    seen: dict[str, int] = {}
    for offer in offers():
        seen[offer.part_number] = seen.get(offer.part_number, 0) + 1
        assert 0 < offer.price_minor <= price[offer.part_number]
        assert 1 <= offer.lead_days <= 9
        assert offer.moq % offer.pack_quantity == 0
    assert sum(count > 1 for count in seen.values()) > 100
    assert len({offer.supplier for offer in offers()}) == len(SUPPLIERS) == 6


def test_supplier_addresses_can_reach_nobody():
    assert all(supplier.email.endswith(".example") for supplier in SUPPLIERS)


def test_what_is_on_the_shelf_on_the_first_day_exists():
    known = {part.number for part in all_parts()}
    stock = opening_stock()
    assert stock.keys() <= known
    assert all(pieces > 0 for pieces in stock.values())


def test_every_correction_and_price_belongs_to_a_record():
    ids = {record["id"] for group in FILE_OF_GROUP for record in records_of(group)}
    assert corrections().keys() <= ids


@pytest.mark.parametrize("slug", SLUGS)
def test_a_machine_is_a_well_formed_engine_model(slug):
    assert model(slug).sha256 == model(slug).sha256
    assert model(slug).code == slug


def test_what_a_maker_calls_a_part_fits_its_column():
    for part in bought_parts():
        assert 0 < len(part.maker_part_number) <= 80
        assert 0 < len(part.maker) <= 80
