"""What staff see of bills: the list, the tree with its costs, and where a part is used."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from production.models import BillOfMaterial, StockLevel, SupplyProfile
from production.selectors.bills_costs import Cost
from production.selectors.bills_tree import bill_tree
from production.selectors.bills_used import where_used
from production.services.releasing import release_bill
from tests.factories.production import bill, draft_bill, makeable_model, part
from tests.production.bills.written import READ, costing, deep_bill, page, released, writer

pytestmark = pytest.mark.django_db
ON = date(2026, 5, 4)


def rows_of(tree):
    return {row.part.number if row.part else f"@{row.line.group}": row for row in tree.rows}


def made_bill(number, *lines):
    return bill(part(number, kind="make"), [(*line, "build") for line in lines])


def test_costs_come_from_the_shelf_else_the_standard_else_the_supplier():
    for number, standard in (("SHELF", 500), ("STANDARD", 300), ("SUPPLIER", None)):
        one = costing(number, standard)
        SupplyProfile.objects.create(part=one, price_minor=200)
    StockLevel.objects.create(part=part("SHELF"), average_cost_minor=Decimal("450.5"))
    made = made_bill("ASM", ("SHELF", "2", ""), ("STANDARD", "1", ""), ("SUPPLIER", "3", ""))
    tree = bill_tree(made.pk, on=ON)
    assert [row.cost.minor for row in tree.rows] == [Decimal("901.0"), 300, 600]
    assert (tree.cost.minor, tree.cost.is_exact) == (Decimal(1801), True)


def test_an_unknown_cost_is_unknown_all_the_way_up():
    costing("KNOWN", 100), costing("MYSTERY", None)
    made_bill("SUB", ("KNOWN", "1", ""), ("MYSTERY", "1", ""))
    top = made_bill("TOP", ("SUB", "2", ""), ("KNOWN", "1", ""))
    tree = bill_tree(top.pk, on=ON)
    assert tree.cost == Cost(Decimal(300), unknown=1)
    html = page(writer(*READ), "bill", top.pk)
    assert "$3.00 without 1 line of unknown cost" in html
    assert "$0.00" not in html


def test_scrap_and_setup_count_and_sub_assemblies_are_multiplied_as_an_explosion_does():
    costing("BOLT", 10)
    sub = draft_bill(part("SUB", kind="make"), [("BOLT", "3", "", "build")])
    sub.lines.update(scrap_factor=Decimal("0.1"), setup_quantity=2)
    release_bill(bill_id=sub.pk, actor="staff:ada")
    rows = rows_of(bill_tree(made_bill("TOP", ("SUB", "4", "")).pk, on=ON))
    assert rows["BOLT"].pieces == 16  # ceil(12 × 1.1) + 2
    assert (rows["SUB"].cost.minor, rows["SUB"].each_minor) == (160, 40)


def test_what_depends_on_the_choice_is_marked_and_not_counted():
    version = makeable_model()
    costing("BRACKET", 90)
    tree = bill_tree(released(f"MCH-{version.product_model.slug.upper()}").pk, on=ON)
    rows = rows_of(tree)
    assert rows["BRACKET"].is_open
    assert rows["BRACKET"].cost.minor == 90
    assert rows["@memory"].pieces is None
    assert [one.number for one in rows["@memory"].parts] == ["MEM-16", "MEM-64"]
    assert tree.cost.open == 6
    html = page(writer(*READ), "bill", tree.bill.pk)
    for said in ("chosen in memory", "memory_quantity.<wbr>count", "graphics != &quot;none&quot;"):
        assert said in html


def test_of_alternates_the_best_that_is_in_use_counts():
    for number, cost in (("OLD", 10), ("BEST", 20), ("SECOND", 30)):
        costing(number, cost)
    draft = draft_bill(
        part("ASM", kind="make"),
        [(number, "1", "", "build") for number in ("SECOND", "BEST", "OLD")],
    )
    draft.lines.update(alternates="bolt")
    draft.lines.filter(component__part_number="SECOND").update(priority=2)
    draft.lines.filter(component__part_number="OLD").update(
        priority=0, effective_until=date(2026, 1, 1)
    )
    tree = bill_tree(draft.pk, on=ON)
    assert tree.cost.minor == 20
    assert [row.is_counted for row in tree.rows] == [False, True, False]


def test_a_cycle_a_missing_bill_and_an_expression_that_does_not_read_are_told_and_end_nothing():
    part("A", kind="make"), part("B", kind="make"), part("LOST", kind="make")
    made_bill("B", ("A", "1", ""), ("LOST", "1", ""))
    top = draft_bill(part("A"), [("B", "1", "", "build"), ("LOST", "2 pieces", "", "build")])
    problems = [row.problem for row in bill_tree(top.pk, on=ON).rows if row.problem]
    assert problems[:2] == ["needs itself", "has no released bill"]
    html = page(writer(*READ), "bill", top.pk)
    assert "expected the end, found pieces" in html
    assert "3 lines cannot be followed" in html


def test_a_bill_of_two_hundred_lines_on_five_levels_takes_ten_statements():
    top = deep_bill()
    client = writer(*READ)
    url = reverse("ops:bill", args=[top.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        html = client.get(url).content.decode()
    assert html.count("<tr class=") == 204
    assert len(asked) <= 10, [query["sql"][:80] for query in asked]


def test_the_list_is_searched_and_narrowed():
    makeable_model()
    draft_bill(part("SET-PACK"), [("LABEL", "1", "", "box")])
    reader = writer(*READ)
    assert "CHASSIS-KIT" in page(reader, "bills")
    found = page(reader, "bills", q="set pack")
    assert "CHASSIS-KIT" not in found
    assert "SET-PACK" in found
    drafts = page(reader, "bills", show="draft")
    assert "SET-PACK" in drafts
    assert "SET-CABLES" not in drafts
    for typed in ("%", "'", "\\", "x" * 5000):
        page(reader, "bills", q=typed, show=typed, page=typed)


def test_a_part_is_found_in_every_bill_up_to_the_machines():
    version = makeable_model()
    draft_bill(part("SET-PACK"), [("CABLE", "1", "", "box")])
    found = where_used(part("CABLE").pk)
    assert [(use.part_number, use.status, use.line) for use in found.direct] == [
        ("SET-CABLES", "released", 1),
        ("SET-PACK", "draft", 1),
    ]
    machine = f"MCH-{version.product_model.slug.upper()}"
    assert [[use.part_number for use in way.uses] for way in found.ways] == [
        ["SET-CABLES", "CHASSIS-KIT", machine],
        ["SET-PACK", machine],
    ]
    assert {way.product for way in found.ways} == {version.product_model.name}
    chosen = where_used(part("CPU-6").pk)
    assert [(use.group, use.part_number) for use in chosen.direct] == [("cpu", machine)]
    reader = writer(*READ)
    url = reverse("ops:bills_used", args=[part("CABLE").pk])
    with CaptureQueriesContext(connection) as asked:
        assert "draft, rev 2" in reader.get(url).content.decode()
    assert len(asked) <= 10


def test_a_cycle_does_not_keep_where_used_from_ending():
    part("A", kind="make"), part("B", kind="make")
    made_bill("B", ("A", "1", ""))
    draft_bill(part("A"), [("B", "1", "", "build")])
    assert [len(way.uses) for way in where_used(part("A").pk).ways] == [1]


def test_who_may_not_see_bills_is_refused_and_what_is_not_there_is_not_found():
    reader = writer("view_part")
    assert reader.get(reverse("ops:bills")).status_code == 403
    assert writer(*READ, name="ben").get(reverse("ops:bill", args=[99])).status_code == 404
    assert not BillOfMaterial.objects.exists()
