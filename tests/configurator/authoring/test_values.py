"""Attributes as readable lines: what is written is read back, and what is wrong names its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.engine.limits import LARGEST_NUMBER, LONGEST_TEXT
from configurator.errors import UnreadableAttributes
from configurator.services.authoring.values import (
    read_attributes,
    read_value,
    write_attributes,
    write_value,
)

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-LARGEST_NUMBER, LARGEST_NUMBER),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60),
    st.lists(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8),
        max_size=4,
    ).map(tuple),
)


@given(VALUES)
def test_what_is_written_is_read_back(value):
    read = read_value(write_value(value))
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    "value",
    [LARGEST_NUMBER, -LARGEST_NUMBER, "x" * LONGEST_TEXT, "\x01" * LONGEST_TEXT, ("6" * 900,) * 90],
    ids=["largest", "smallest", "text", "signs", "list"],
)
def test_what_is_as_large_as_the_engine_allows_is_read_back(value):
    assert read_value(write_value(value)) == value


@given(st.dictionaries(st.from_regex(r"[a-z][a-z_0-9]{0,8}", fullmatch=True), VALUES, max_size=5))
def test_lines_are_read_back(attributes):
    attributes.pop("code", None)
    assert read_attributes(write_attributes(attributes)) == attributes


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("AM5", "AM5"),
        ("M.2 2280", "M.2 2280"),
        ("65", 65),
        ("-5", -5),
        ("Yes", True),
        ("false", False),
        ("?", None),
        ("[AM4, AM5]", ("AM4", "AM5")),
        ("[ AM4,AM5 ]", ("AM4", "AM5")),
        ('["a, b", 65, yes]', ("a, b", "65", "yes")),
        ("[]", ()),
        ('"65"', "65"),
        ('"yes"', "yes"),
        ('""', ""),
        ("3-pin", "3-pin"),
        ("007-A", "007-A"),
    ],
)
def test_a_value_has_the_type_that_it_looks_like(text, value):
    read = read_value(text)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "nothing after"),
        ("1.5", "not a whole number"),
        ("1,000", "not a whole number"),
        ("007", "not a whole number"),
        ("+5", "not a whole number"),
        (".5", "not a whole number"),
        (str(LARGEST_NUMBER + 1), "too large"),
        ("-" + "9" * 5_000, "too large"),
        ("[AM4, AM5", "no closing ]"),
        ("[AM4,, AM5]", "empty place"),
        ("[AM4, ]", "empty place"),
        ("[AM4] AM5", "follows the closing ]"),
        ('"AM5', "not closed"),
        ('"AM5" x', "follows the closing quote"),
        ('"a\\u0000b"', "NUL"),
        ('"a\\ud800b"', "half a character"),
        ('[a, "\\udfff"]', "half a character"),
        ("x" * 2_001, "2,001 signs; expected 2,000 at most"),
        (f"[a, {'x' * 2_001}]", "2,001 signs; expected 2,000 at most"),
        ("x" * 100_001, "100,001 signs"),
        (f"[{', '.join([chr(1) * 1_000] * 99)}]", "written with more than 100,000 signs"),
    ],
)
def test_a_value_that_means_nothing_is_refused_with_a_reason(text, told):
    with pytest.raises(ValueError, match=told.replace("]", r"\]")):
        read_value(text)


def test_every_wrong_line_is_named_at_once():
    text = (
        "socket = AM5\n\n# a remark\ntdp_w: 65\nsocket = AM4\n9lives = 1\ncode = x\nprice = 1.5\n"
    )
    with pytest.raises(UnreadableAttributes) as told:
        read_attributes(text)
    assert [line.partition(":")[0] for line in told.value.problems] == [
        "Line 4",
        "Line 5",
        "Line 6",
        "Line 7",
        "Line 8",
    ]
    assert "socket is there twice" in str(told.value)


def test_windows_line_ends_and_blank_lines_do_not_matter():
    assert read_attributes("a = 1\r\n\r\n  b = ?  \r\n") == {"a": 1, "b": None}
