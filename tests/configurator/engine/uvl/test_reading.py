"""UVL files as product models: the language, hand-counted files, and brute force."""

import itertools
import time

import pytest
from hypothesis import given

from configurator.engine.evaluate import evaluate
from configurator.engine.explain import explain
from configurator.engine.ir import model_from_dict, model_to_dict
from configurator.engine.uvl import read_uvl
from tests.configurator.engine.machines import thorough
from tests.configurator.engine.uvl.written import count, files

SHOP = """namespace Shop
include
    Boolean.group-cardinality
    Arithmetic.*

features
    Shop {abstract}
        mandatory
            Payment
                or
                    Cash
                    "Credit card" {fee 2}
            Size
                alternative
                    Small
                    Large {price 10, parts [1, 'b'], box {width 3}}
        optional
            Gift /* wrapped
                    by hand */ {price 5}
                alternative
                    Ribbon
                    Paper
        [1..2]
            Red
            Green
            Blue
constraints
    // Large gifts have a ribbon
    // {size} in paper looks poor.
    Large & Gift => Ribbon
    !(Cash & "Credit card")
    Red | Green
"""


def model_of(constraints="", features=None):
    features = features or "    R\n        optional\n            A {p 2}\n            B {p 3}\n"
    features += "            C {q 1.5, f true, g false}\n"
    return read_uvl(f"features\n{features}constraints\n{constraints}", code="m")


def variants(*constraints):
    return count(model_of("".join(f"    {line}\n" for line in constraints)))


def test_features_become_groups_of_one_or_of_yes_and_no():
    groups = {g.code: [o.code for o in g.options] for g in read_uvl(SHOP, code="shop").groups}
    assert groups == {
        "cash": ["yes", "no"],
        "credit_card": ["yes", "no"],
        "size": ["small", "large"],
        "gift": ["none", "ribbon", "paper"],
        "red": ["yes", "no"],
        "green": ["yes", "no"],
        "blue": ["yes", "no"],
    }


def test_variants_are_those_counted_by_hand():
    # Payment 2; colours 3 + 3, less blue alone: 5; small with 3 gifts, large with 2: 5.
    assert count(read_uvl(SHOP, code="shop")) == 2 * 5 * 5


def test_cardinalities_inside_each_other_are_those_counted_by_hand():
    text = """features
\tTrip
\t\t[2..3]
\t\t\tTrain
\t\t\tHotel
\t\t\t\t[1..*]
\t\t\t\t\tPool
\t\t\t\t\tSpa
\t\t\t\t\tRoom
\t\t\t\t\t\t[1]
\t\t\t\t\t\t\tSingle
\t\t\t\t\t\t\tDouble
\t\t\tCar
\t\t\t\t[0..2]
\t\t\t\t\t"Roof rack"
\t\t\t\t\t"Child seat"
\t\t\t\t\tRadio
\t\t\t\t\t\t[2..2]
\t\t\t\t\t\t\tFM
\t\t\t\t\t\t\tDAB
\t\t\t\t\t\t\tCD
"""
    hotel = 2 * 2 * 3 - 1
    car = 1 + (1 + 1 + 3) + (1 + 3 + 3)
    assert count(read_uvl(text, code="trip")) == hotel + car + hotel * car + hotel * car


def test_attributes_are_kept():
    size = next(g for g in read_uvl(SHOP, code="shop").groups if g.code == "size")
    large = dict(size.options[1].attributes)
    assert large.pop("kind", "large") == "large"
    assert large == {"price": 10, "parts": ("1", "b"), "box_width": 3}


def test_a_comment_above_a_constraint_names_the_rule_and_tells_customers():
    model = read_uvl(SHOP, code="shop")
    rule = next(rule for rule in model.rules if rule.name == "Large gifts have a ribbon")
    assert (rule.code, rule.sentence) == (
        "large_gifts_have_a_ribbon",
        "{size} in paper looks poor.",
    )
    told = explain(model, {"size": "large"}, "gift", "paper")
    assert told.sentences == ("Large in paper looks poor.",)


def test_rules_without_a_comment_are_told_in_words():
    told = [rule.sentence for rule in read_uvl(SHOP, code="shop").rules]
    assert told == [
        "Payment needs Cash or Credit card.",
        "Shop needs Red, Green or Blue.",
        "Shop has at most 2 of Red, Green and Blue.",
        "{size} in paper looks poor.",
        "Cash and Credit card do not go together.",
        "Needed: Red or Green.",
    ]


def test_a_uvl_model_is_a_model_like_any_other():
    model = read_uvl(SHOP, code="shop")
    assert model_from_dict(model_to_dict(model)).sha256 == model.sha256
    states = evaluate(model, {"size": "large", "cash": "yes"}).states
    assert not states["gift", "paper"].is_possible
    assert not states["credit_card", "yes"].is_possible


@thorough
@given(files())
def test_a_file_allows_what_its_features_and_formulas_allow(file):
    text, expected = file
    assert count(read_uvl(text, code="any")) == expected


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("A", 4),
        ("!A & B", 2),
        ("!!A", 4),
        ("A | B & C", 5),
        ("A => B => C", 5),  # from the left: (A => B) => C
        ("A <=> B <=> C", 4),
        ("A | B => C", 5),
        ("A & !A", 0),
        ("R", 8),
        ("!R", 0),
        ("C.f", 4),
        ("C.g", 0),
        ("C.g | A", 4),
        ("A.p + B.p == 5", 2),
        ("A.p + B.p != 5", 6),
        ("A.p - B.p < 0", 4),
        ("2 * A.p + C.q * 2 >= 4", 4),
        ("(A.p + 1) * A.p == 6", 4),
        ("A.p / 4 + C.q >= 2", 2),
        ("-1 < A.p - C.q", 6),
        ("sum(p) <= 3", 6),
        ("sum(p, A) > 1", 4),
        ("sum(R, p) > 4", 2),
        ("1 < 2", 8),
        ("1 > 2", 0),
        ("(A.p + B.p + C.q > 4) <=> (A.p + B.p + 2 * C.q > 5)", 7),
        ("A => (A.p + B.p > 2 | B.p + C.q > 1)", 7),
    ],
)
def test_a_constraint_allows_so_many_of_eight_variants(constraint, expected):
    assert variants(constraint) == expected


def test_constraints_among_attributes_hold_like_others():
    features = (
        "    R\n        optional\n            A {constraint A => B}\n"
        "            B {constraints [B => A, !B | A], x}\n"
    )
    assert count(model_of(features=features)) == 4


def test_large_formulas_get_helpers_and_lose_no_variant():
    names = [f"F{number}" for number in range(10)]
    tree = "features\n R\n  optional\n" + "".join(f"   {name}\n" for name in names)
    pairs = [f"({a} & {b})" for a, b in zip(names[::2], names[1::2], strict=True)]
    model = read_uvl(f"{tree}constraints\n {' | '.join(pairs)}\n", code="pairs")
    assert len(model.groups) > len(names)
    assert count(model) == 4**5 - 3**5


def test_a_file_with_thousands_of_features_is_read_in_seconds():
    names = [f"F{number}" for number in range(1_500)]
    tree = "features\n R\n  or\n" + "".join(f"   {name}\n" for name in names)
    pairs = "".join(f" {a} => {b}\n" for a, b in itertools.pairwise(names))
    began = time.process_time()
    model = read_uvl(f"{tree}constraints\n {' | '.join(names)}\n{pairs}", code="large")
    assert time.process_time() - began < 8  # quadratic in the features, it would take more
    assert len(model.rules) == 1 + 1 + len(names) - 1


def test_many_equivalences_in_a_row_stay_small():
    names = [f"F{number}" for number in range(9)]
    tree = "features\n R\n  optional\n" + "".join(f"   {name}\n" for name in names)
    model = read_uvl(f"{tree}constraints\n {' <=> '.join(names)}\n", code="parity")
    assert len(model.rules) < 100


def test_products_with_a_quantity_stay_products():
    text = """features
    R {abstract}
        mandatory
            memory
                alternative
                    stick {modules 1}
                    kit {modules 2}
            pieces {quantity_for 'memory'}
                alternative
                    one {count 1}
                    two {count 2}
constraints
    sum(modules, memory) * sum(count, pieces) <= 3
"""
    model = read_uvl(text, code="memory")
    assert model.quantity_group_of == {"memory": "pieces"}
    assert count(model) == 3


def test_a_feature_that_is_always_there_is_shown_once():
    model = read_uvl("features\n    Only\n", code="only")
    assert [[o.code for o in group.options] for group in model.groups] == [["yes"]]
    assert count(model) == 1


def test_names_are_made_distinct():
    choice = "    alternative\n      Base\n      base\n      None\n"
    text = f"features\n  A\n{choice}    optional\n      a\n"
    model = read_uvl(text, code="names")
    assert [group.code for group in model.groups] == ["a", "a_2"]
    assert [option.code for option in model.groups[0].options] == ["base", "base_2", "none"]
