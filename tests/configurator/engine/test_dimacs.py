"""Feature models in DIMACS: what is read, and what is refused with the line."""

import pytest

from configurator.engine.dimacs import read_dimacs
from configurator.engine.errors import FeatureModelError
from configurator.engine.evaluate import evaluate
from configurator.engine.explain import explain
from configurator.engine.ir import model_from_dict, model_to_dict

SHOP = """c 1 Shop
c 2 Cash
c 3 Card {Visa}
p cnf 4 3
1 0
-1 2 3 0
-2 -3
0
"""


def test_features_become_groups_of_yes_and_no():
    model = read_dimacs(SHOP, code="shop")
    assert [group.name for group in model.groups] == ["Shop", "Cash", "Card {Visa}", "Feature 4"]
    assert [rule.sentence for rule in model.rules] == [
        "Needed: Shop.",
        "Needed: not Shop or Cash or Card (Visa).",
        "Needed: not Cash or not Card (Visa).",
    ]


def test_a_feature_model_is_a_model_like_any_other():
    model = read_dimacs(SHOP, code="shop")
    assert model_from_dict(model_to_dict(model)).sha256 == model.sha256
    states = evaluate(model, {"f2": "yes"}).states
    assert not states["f1", "no"].is_possible
    assert not states["f3", "yes"].is_possible
    assert states["f4", "yes"].is_possible
    assert explain(model, {"f2": "yes"}, "f3", "yes").choices == ("f2",)


def test_long_clauses_and_names_are_told_in_short():
    every = " ".join(map(str, range(1, 1501)))
    model = read_dimacs(f"c 1 {'x' * 10_000}\np cnf 1500 1\n{every} 0\n", code="long")
    assert model.rules[0].sentence.endswith("or feature 12 or 1,488 more.")
    assert len(model.groups[0].name) < 200


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "there is no header"),
        ("1 2 0", "line 1: expected 'p cnf"),
        ("p cnf 2", "line 1: expected 'p cnf"),
        ("p cnf -2 1", "line 1: expected 'p cnf"),
        ("p cnf 99999999 1", "line 1: at most 20,000 variables, got 99999999"),
        ("p cnf 1 99999999999", "line 1: at most 500,000 clauses, got 99999999999"),
        ("p cnf 0 0", "line 1: there are no variables"),
        ("p cnf 2 1\n1 0\n2 0", "line 3: more than the 1 clauses announced"),
        ("p cnf 9 1\n1 - 0", "line 2: '-' is not a whole number"),
        ("p cnf 2 1\np cnf 2 1", "line 2: a second header"),
        ("p cnf 2 1\n1 x 0", "line 2: 'x' is not a whole number"),
        ("p cnf 2 1\n1 3 0", "line 2: variable 3 of only 2"),
        ("p cnf 2 1\n1 2", "line 2: the last clause does not end with 0"),
        ("p cnf 2 1\n0", "line 2: an empty clause"),
        ("p cnf 2 2\n1 0", "announces 2 clauses, there are 1"),
    ],
)
def test_a_malformed_file_is_refused_with_its_line(text, told):
    with pytest.raises(FeatureModelError, match=told):
        read_dimacs(text, code="bad")
