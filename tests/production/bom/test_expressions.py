"""The language of quantities and conditions: what it means, and how it refuses what it is not."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from production.bom import Choice, ExpressionError, MissingChoice, UnknownQuantity
from production.bom.expression import (
    GroupWords,
    Schema,
    compile_condition,
    compile_quantity,
    compile_template,
    kind_of_values,
    nodes,
    parse,
    write,
)

# How fast examples are made depends on what else the machine does.
SLOW_HERE = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
CHOICES = {
    "cpu": Choice("ryzen-7", "CPU-7", {"socket": "AM5", "tdp_w": 120, "boxed": False}, "Ryzen 7"),
    "graphics": Choice("none", name="No graphics card"),
    "memory": Choice("ddr5-32", "MEM-32", {"capacity_gb": 32}, "32 GB kit"),
    "memory_quantity": Choice("two", attributes={"count": 2}),
    "case": Choice("tower", "CASE-T", {"mounts": 3, "boards": ("ATX", "ITX"), "depth_mm": None}),
}
SCHEMA = Schema(
    {
        "cpu": GroupWords(
            frozenset({"ryzen-7", "ryzen-9"}),
            {"socket": "text", "tdp_w": "number", "boxed": "truth"},
        ),
        "graphics": GroupWords(frozenset({"none", "rtx"}), {"length_mm": "number"}),
        "memory": GroupWords(frozenset({"ddr5-32"}), {"capacity_gb": "number"}),
        "memory_quantity": GroupWords(frozenset({"one", "two"}), {"count": "number"}),
        "case": GroupWords(
            frozenset({"tower"}), {"mounts": "number", "boards": "texts", "depth_mm": "number"}
        ),
    }
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3),
        ("memory_quantity.count", 2),
        ("memory_quantity.count * 4 + 1", 9),
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 3 - 2", 5),
        ("ceil(case.mounts * 4 / 10)", 2),
        ("ceil(10 / 5)", 2),
        ("ceil(11 / 5)", 3),
        ("ceil((case.mounts + 1) / (1 + 1))", 2),
        ("max(0, 2 - case.mounts)", 0),
        ("min(case.mounts, 2, 7)", 2),
        ('if graphics == "none" then 0 else graphics.plugs', 0),
        ("if cpu.boxed then 1 else if cpu.tdp_w > 100 then 2 else 3", 2),
        ("--2", 2),
    ],
)
def test_a_quantity_is_calculated_from_the_choices(text, number):
    assert compile_quantity(text)(CHOICES) == number


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("", True),
        ('graphics != "none"', False),
        ("graphics = 'none'", True),
        ('cpu.socket in ("AM4", "AM5")', True),
        ('cpu.socket not in ("AM4", "AM5")', False),
        ('"ATX" in case.boards', True),
        ("cpu.socket in case.boards", False),
        ("case.mounts ≥ memory_quantity.count", True),
        ('graphics != "none" or cpu == "ryzen-7"', True),
        ('graphics != "none" and cpu == "ryzen-7"', False),
        ('not (graphics != "none") and cpu == "ryzen-7"', True),
        ("cpu.boxed", False),
        ("not cpu.boxed", True),
        ("cpu.boxed == no", True),
        ("1 + 1 == 2", True),
        # Unknown equals nothing, differs from everything and is not a yes.
        ("case.depth_mm == 400", False),
        ("case.depth_mm != 400", True),
        ("case.depth_mm in (400, 500)", False),
        ("case.glass", False),
        ("not case.glass", True),
        # Yes is not the number 1.
        ("cpu.boxed != 0", True),
    ],
)
def test_a_condition_holds_or_does_not(text, holds):
    assert compile_condition(text)(CHOICES) is holds


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("case.depth_mm > 1", UnknownQuantity, "case.depth_mm must be a whole number; got None"),
        ("cpu.socket > 1", UnknownQuantity, "cpu.socket must be a whole number; got 'AM5'"),
        ("drive.slots == 1", MissingChoice, "the configuration has no group 'drive'"),
        ("ceil(4 / (case.mounts - 3)) > 1", UnknownQuantity, "nothing can be divided by 0"),
    ],
)
def test_what_cannot_be_answered_is_an_error_not_a_guess(text, error, said):
    with pytest.raises(error, match=said):
        compile_condition(text)(CHOICES)


@pytest.mark.parametrize("text", ["0 - 1", "1000000 * 2", "cpu.boxed", "case.depth_mm"])
def test_what_is_no_number_of_pieces_is_refused(text):
    with pytest.raises(UnknownQuantity, match="must be"):
        compile_quantity(text)(CHOICES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("graphics != none", 'found none; did you mean "none"? The code of an option stands in'),
        ("lamp == 1", "a group (case, cpu, graphics, memory, memory_quantity), found lamp"),
        ("grafics.length_mm > 3", "did you mean graphics.length_mm?"),
        ("graphics.lenght_mm > 3", "did you mean graphics.length_mm?"),
        ('graphics == "noen"', 'an option of graphics, found "noen"; did you mean "none"?'),
        ('graphics in ("none", "gtx")', 'column 22: expected an option of graphics, found "gtx"'),
        ("cpu.tdp_w", "expected a yes or no, found a whole number; compare it: cpu.tdp_w != …"),
        ("cpu.socket > 3", "column 1: expected a whole number, found a text"),
        ('cpu.tdp_w == "120"', "column 14: expected a whole number, found a text"),
        ("case.boards == cpu.socket", "expected one value, found a list"),
        ("cpu.socket in cpu.tdp_w", "expected a list of texts, found a whole number"),
        ("1 < 2 < 3", "expected one comparison, found <; join two of them with 'and'"),
        ("cpu.tdp_w / 2 > 3", "pieces are whole: write ceil(a / b), which rounds up"),
        ("cpu.tdp_w-1 > 3", "did you mean cpu.tdp_w?"),
        ("cpu-memory > 3", "a minus sign stands between spaces"),
        ("cpu.boxed an cpu.boxed", "expected the end, found an; did you mean and?"),
        ("if cpu.boxed then yes", "expected 'else': what holds otherwise, found the end"),
        ("(cpu.boxed", "expected a closing ), found the end"),
        ("cpu.boxed and", "found the end"),
        ('cpu.socket == "AM5', 'expected a closing " on the same line'),
        ("cpu.socket == “AM5”", 'expected straight quotes, "…", found “'),
        ("cpu.boxed & yes", "expected words, numbers, texts in quotes and signs, found &"),
        ("cpu.tdp_w > 12345678901", "expected a number of at most 9 digits"),
        ("not", "found the end"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place_and_what_was_meant(text, said):
    with pytest.raises(ExpressionError) as refused:
        compile_condition(text, SCHEMA)
    assert said in str(refused.value)
    line, caret = refused.value.excerpt.split("\n")
    assert len(caret) == refused.value.column
    assert line == text[:100]


def test_a_fault_in_a_long_text_names_the_line():
    with pytest.raises(ExpressionError) as refused:
        compile_condition('graphics != "none"\n  and cpu.boxt', SCHEMA)
    assert (refused.value.line, refused.value.column) == (2, 7)
    assert refused.value.excerpt == "  and cpu.boxt\n      ^"


def test_ten_thousand_characters_are_refused_at_once():
    with pytest.raises(ExpressionError, match=r"at most 4,000 characters, found 10,0"):
        compile_condition("cpu.boxed or " * 770 + "cpu.boxed")


@pytest.mark.parametrize("opening", ["(", "not ", "-", "ceil(1 / ", "if yes then "])
def test_deep_nesting_is_refused_and_does_not_exhaust_the_stack(opening):
    with pytest.raises(ExpressionError, match="at most 40 brackets inside each other"):
        parse(opening * 300 + "1")


def test_a_long_flat_expression_is_fine():
    assert compile_quantity(" + ".join(["1"] * 900))(CHOICES) == 900
    assert compile_condition(" and ".join(["cpu.tdp_w > 1"] * 200))(CHOICES)


def test_each_distinct_expression_is_compiled_once():
    assert compile_quantity("memory_quantity.count * 3") is compile_quantity(
        " memory_quantity.count * 3 "
    )


def test_a_text_is_filled_with_names_and_values():
    text = "Fit {memory_quantity.count} × {memory}: {memory.capacity_gb * memory_quantity.count} GB"
    assert compile_template(text, SCHEMA)(CHOICES) == "Fit 2 × 32 GB kit: 64 GB"
    assert compile_template("{case.boards}; {cpu.boxed}; {case.depth_mm}")(CHOICES) == (
        "ATX, ITX; no; unknown"
    )


def test_the_kind_of_an_attribute_is_that_of_its_values():
    assert kind_of_values([1, None, 2]) == "number"
    assert kind_of_values([True]) == "truth"
    assert kind_of_values(["a"]) == "text"
    assert kind_of_values([("a",)]) == "texts"
    assert kind_of_values([1, "a"]) == "any"


def test_the_examples_on_the_page_about_bills_read():
    page = (Path(__file__).resolve().parents[3] / "docs" / "bills.md").read_text()
    examples = page.partition("```text\n")[2].partition("```")[0].splitlines()
    assert len(examples) > 5
    for example in examples:
        assert write(parse(example)) == example


references = st.builds(
    nodes.Reference,
    st.sampled_from(["cpu", "case", "memory-2"]),
    st.sampled_from(["", "tdp_w", "in", "3d"]),
)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=8)
leaves = st.one_of(
    references,
    st.builds(nodes.Number, st.integers(0, 10**9 - 1)),
    st.builds(nodes.Text, texts),
    st.builds(nodes.Truth, st.booleans()),
)


def combined(inner):
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    some = st.lists(inner, min_size=1, max_size=3).map(tuple)
    rest = st.lists(st.tuples(st.sampled_from(["+", "-"]), inner), min_size=1, max_size=3)
    return st.one_of(
        st.builds(nodes.Sum, inner, rest.map(tuple)),
        st.builds(nodes.Product, several),
        st.builds(nodes.Negative, inner),
        st.builds(nodes.Ceil, inner, inner),
        st.builds(nodes.Extreme, st.sampled_from(["min", "max"]), some),
        st.builds(nodes.Compare, inner, st.sampled_from(["==", "!=", "<=", "<", ">=", ">"]), inner),
        st.builds(nodes.Member, inner, st.one_of(some, references), st.booleans()),
        st.builds(nodes.Not, inner),
        st.builds(nodes.All, several),
        st.builds(nodes.AnyOf, several),
        st.builds(nodes.Conditional, inner, inner, inner),
    )


@SLOW_HERE
@given(st.recursive(leaves, combined, max_leaves=12))
def test_what_is_written_reads_as_it_was(node):
    assert parse(write(node)) == node


@SLOW_HERE
@given(st.text(st.sampled_from('cpu.x 12"()+-*/<=!,ifthenelsandorot'), max_size=40))
def test_any_text_reads_or_is_refused_with_a_place(text):
    try:
        node, column = parse(text), 1
    except ExpressionError as error:
        node, column = None, error.column
    assert 1 <= column <= len(text) + 1
    if node is not None:
        assert parse(write(node)) == node
