"""CSV as spreadsheets write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.errors import UnreadableSheet
from configurator.services.authoring.sheets import (
    LARGEST_BYTES,
    merged_order,
    read_sheet,
    write_sheet,
)

COLUMNS = ("code", "name")
TEXT = st.text(
    st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=20
).map(str.strip)


def cells(content, **more):
    sheet = read_sheet(content, required=COLUMNS, **more)
    return [tuple(row.cells[name] for name in COLUMNS) for row in sheet.rows]


def problem(content):
    with pytest.raises(UnreadableSheet) as refused:
        read_sheet(content, required=COLUMNS)
    return refused.value.problems[0].message


@given(st.lists(st.tuples(TEXT.filter(bool), TEXT), max_size=5))
def test_what_is_written_is_read_back(rows):
    assert cells(write_sheet(COLUMNS, rows)) == rows


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-12V-FAN", "@SUM(A1)", "\tx", "'=x", "''"])
def test_no_cell_is_a_formula(cell):
    content = write_sheet(COLUMNS, [("a", cell)]).decode()
    assert "'" + cell[:1] in content
    assert cells(content.encode()) == [("a", cell.strip())]


def test_numbers_below_zero_stay_numbers():
    assert b"a,-5\r\n" in write_sheet(COLUMNS, [("a", "-5")])


@pytest.mark.parametrize(
    "content",
    [
        b"code,name\r\na,A\r\n",
        "\ufeffcode,name\na,A\n".encode(),
        b"code;name\r\na;A\r\n",
        b"sep=;\r\ncode;name\r\na;A\r\n",
        b"code\tname\na\tA",
        b'"Code","NAME"\n"a","A"\n',
        b"name,code\nA,a\n",
        b" code , name \n a , A \n,\n\n",
        b"code,name,,\na,A,,\n",
    ],
)
def test_what_spreadsheets_make_of_it_is_read(content):
    assert cells(content) == [("a", "A")]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "expected a column “code”, got nothing"),
        (b"code,nom\na,A\n", "Row 1, name: expected a column “name”, got code, nom"),
        (b"code,name,name\n", "Row 1, name: expected every column once, got “name” twice"),
        (b"code,name,,x\n", "expected a name above every column"),
        (b"code,name\na\n", "Row 2: expected 2 cells, got 1"),
        (b"code,name\na,A,x\n", "Row 2: expected 2 cells, got 3"),
        (b'code,name\na,"A\n', "Row 2: expected cells whose quotes are closed"),
        (b'code,name\na,"A"b\n', "Row 2: expected cells whose quotes are closed"),
        ("code,name\na,é\n".encode("latin-1"), "Row 2: expected UTF-8"),
        ("code,name\n".encode("utf-16")[:-1], "expected UTF-8"),
        (b"code,name\na,\0\n", "expected a text file (CSV), got binary data"),
        (b"x" * (LARGEST_BYTES + 1), "expected 10 MB at most, got 10.0 MB"),
        (b"code,name\n" + b"a,A\n" * 20_001, "expected 20000 rows at most"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_by_row_and_column(content, told):
    assert told in problem(content)


@pytest.mark.parametrize(
    ("old", "file", "order"),
    [
        ("abc", "abc", "abc"),
        ("abc", "ac", "abc"),
        ("abc", "ca", "cab"),
        ("abc", "axbc", "axbc"),
        ("abc", "xa", "xabc"),
        ("abc", "cx", "abcx"),
        ("", "xy", "xy"),
        ("abc", "bxay", "bxayc"),
    ],
)
def test_the_order_of_a_file_counts_for_what_it_names(old, file, order):
    assert "".join(merged_order(old, file)) == order
