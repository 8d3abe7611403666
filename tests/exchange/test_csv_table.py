"""Tables as CSV that spreadsheets read right."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.exchange.csv_table import Cell, cell_text, guarded, number_text, rounded, table

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (0, "0"),
        (7, "7"),
        (7.0, "7"),
        (-3.5, "-3.5"),
        (1e-7, "0.0000001"),
        (1e22, "10000000000000000000000"),
        (100.0, "100"),
        (Decimal("25.0"), "25"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.50"), "0.5"),
        (Decimal("0"), "0"),
        (date(2024, 3, 3), "2024-03-03"),
        (datetime(2024, 3, 3, 10, 12, 4, 5, tzinfo=UTC), "2024-03-03T10:12:04+00:00"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_cells_are_written_for_people_and_programs(value: Cell, text: str) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+49 30", "-2 since May", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "\tx"],
)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["2 - 3", "a=b", "LEFT", "'quoted'", ""])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_the_same_without_a_trailing_zero(value: float) -> None:
    text = number_text(value)

    assert float(text) == value
    assert not text.endswith(".0")
    assert "e" not in text


@given(st.none() | st.floats(-1000, 1000), st.integers(0, 3))
def test_rounding_leaves_what_is_missing_and_never_gives_minus_zero(
    value: float | None, digits: int
) -> None:
    result = rounded(value, digits)

    assert (result is None) == (value is None)
    if result is not None:
        assert number_text(result) != "-0"


@given(st.lists(st.tuples(texts, texts), max_size=5))
def test_any_text_reads_back_as_it_was_but_for_its_guard(rows: list[tuple[str, str]]) -> None:
    content = table(["a", "b"], [{"a": a, "b": b} for a, b in rows])

    back = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))

    assert back[0] == ["a", "b"]
    assert back[1:] == [[guarded(a), guarded(b)] for a, b in rows]


def test_a_table_is_utf8_with_a_mark_for_excel_and_windows_lines() -> None:
    content = table(["name"], [{"name": "Łoś"}])

    assert content == b"\xef\xbb\xbfname\r\n\xc5\x81o\xc5\x9b\r\n"


def test_a_cell_without_a_column_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="pulse"):
        table(["name"], [{"name": "x", "pulse": 70}])
