"""What is refused in UVL, and that line and column are told."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configurator.engine.errors import EngineError
from configurator.engine.uvl import read_uvl
from configurator.engine.uvl.errors import UvlError
from tests.configurator.engine.uvl.test_reading import SHOP

TREE = "features\n    R\n        optional\n            A {p 2, t 'x'}\n            B {p 3}\n"


def refused(text):
    with pytest.raises(UvlError) as caught:
        read_uvl(text, code="bad")
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1, column 1: expected 'features', got the end of the file"),
        ("\x00\x01", "line 1, column 1: '\\x00' means nothing here"),
        ("imports\n    a.b as c\n", "line 1, column 1: imports of other files are not supported"),
        ("features\n", "line 2, column 1: expected an indented feature, got the end of the file"),
        ("features\nR\n", "line 2, column 1: expected an indented feature, got 'R'"),
        ("features\n R\n S\n", "line 3, column 2: expected one feature at the top of the tree"),
        ("features\n R\n  some\n", "line 3, column 3: expected mandatory, optional, or,"),
        ("features\n R\n  or\n  S\n", "line 4, column 3: expected an indented feature, got 'S'"),
        ("features\n R\n   or\n     S\n  T\n", "line 5, column 3: this line is indented like none"),
        ("features\n R\n  or\n   R\n", "line 4, column 4: feature 'R' is there already, in line 2"),
        ("features\n R\n  [3..4]\n   S\n", "line 3, column 3: at least 3 of 1 features"),
        ("features\n R\n  [3..1]\n   S\n", "line 3, column 3: [3..1] ends below its beginning"),
        ("features\n R\n  [9999999..*]\n   S\n", "counts more than any feature model has"),
        ("features\n Integer R\n", "line 2, column 2: features of type Integer are not supported"),
        ("features\n R cardinality [1..3]\n", "a feature that occurs several times"),
        ("features\n R {a 1, a 2}\n", "line 2, column 10: attribute 'a' is there already"),
        ("features\n R {a 1\n", "line 3, column 1: expected ',', got the end of the file"),
        ("features\n R {a 'x\n", "line 2, column 7: a text without its end on this line"),
        ('features\n "R\n', "line 2, column 2: a name without its end on this line"),
        ("features\n R /* and\n", "line 2, column 4: a comment that does not end"),
        ("features\n true\n", "line 2, column 2: expected the name of a feature, got 'true'"),
    ],
)
def test_a_malformed_tree_is_refused_at_its_place(text, told):
    assert told in refused(text)


@pytest.mark.parametrize(
    ("constraint", "told"),
    [
        ("A &", "line 7, column 8: expected a feature, an attribute or a number"),
        ("A B", "line 7, column 7: expected the end of the line, got 'B'"),
        ("(A", "line 8, column 1: expected ')', got the end of the file"),
        ("A => X", "line 7, column 10: there is no feature 'X'"),
        ("A.q > 1", "line 7, column 5: 'A' has no number 'q'"),
        ("X.q > 1", "line 7, column 5: there is no feature 'X'"),
        ("A.t == 'x'", "line 7, column 5: 'A' has no number 't'"),
        ("A.p & B", "line 7, column 5: 'A.p' is not true or false"),
        ("A + 1 > 2", "line 7, column 5: 'A' is a feature, not a number"),
        ("A.p + 1", "line 7, column 5: expected something that holds or not"),
        ("A.p > 'x'", "line 7, column 11: expected a number, an attribute or a sum"),
        ("(A & B) > 1", "line 7, column 6: expected a number, an attribute or a sum"),
        ("A.p * B.p > 1", "a product of attributes of several features is not supported"),
        ("1 / A.p > 1", "division by something that can change is not supported"),
        ("A.p / 0 > 1", "line 7, column 11: division by nothing"),
        ("avg(p) > 1", "line 7, column 5: avg() is not supported"),
        ("len(A) > 1", "line 7, column 5: len() is not supported"),
        ("sum(p, X) > 1", "expected sum(attribute) or sum(attribute, Feature)"),
        ("1 < 2 < 3", "line 7, column 7: expected a number, an attribute or a sum"),
    ],
)
def test_a_malformed_constraint_is_refused_at_its_place(constraint, told):
    assert told in refused(f"{TREE}constraints\n    {constraint}\n")


def test_what_is_nested_beyond_reason_is_refused():
    assert "nested deeper than 100" in refused(f"{TREE}constraints\n    {'(' * 50_000}A\n")
    assert "nested deeper than 100" in refused(
        f"{TREE}constraints\n    {' => '.join('A' * 5_000)}\n"
    )
    deep = "".join(f"{' ' * (2 * n + 1)}F{n}\n{' ' * (2 * n + 2)}optional\n" for n in range(1_000))
    assert "nested deeper than 100" in refused(f"features\n{deep}")
    assert "nested deeper than 100" in refused(f"features\n R {'{a ' * 5_000}\n")
    assert "nested deeper than 100" in refused(f"features\n R {{a {'[' * 5_000}\n")


def test_long_chains_are_no_nesting():
    assert read_uvl(f"{TREE}constraints\n    {'!' * 9_001}A\n", code="m").rules
    assert read_uvl(f"{TREE}constraints\n    {' | '.join('AB' * 9_000)}\n", code="m").rules
    assert read_uvl(f"{TREE}constraints\n    {' + '.join(['A.p'] * 9_000)} > 1\n", code="m").rules


def test_numbers_beyond_reason_are_refused():
    assert "a number of 100,000 digits" in refused(
        f"{TREE}constraints\n    A.p < {'9' * 100_000}\n"
    )
    assert "a number of 5,000 digits" in refused(f"features\n R {{a {'1' * 5_000}}}\n")


def test_one_line_of_ten_megabytes_is_refused_in_a_short_message():
    assert len(refused(f"features\n    {'x' * 10_000_000}!\n")) < 200
    assert len(refused(f"{TREE}constraints\n    {'A ' * 5_000_000}\n")) < 200
    assert "characters, at most" in refused("x" * 20_000_000)


def told_of(text):
    """What reading says against a text; "line 0" where it has nothing to say."""
    try:
        read_uvl(text, code="any")
    except EngineError as error:
        return error.message
    return "line 0"


@pytest.mark.parametrize("cut", range(3, len(SHOP) - 1, 37))
def test_a_truncated_file_is_refused_or_a_smaller_model(cut):
    assert told_of(SHOP[:cut]).startswith("line ")


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, len(SHOP)),
    st.integers(0, 30),
    st.text("\t\n ()[]{}!&|<=>+-*/.,'\"0123456789aR.§", max_size=8),
)
def test_a_damaged_file_is_never_a_fault_of_ours(begin, length, instead):
    assert len(told_of(SHOP[:begin] + instead + SHOP[begin + length :])) < 400
