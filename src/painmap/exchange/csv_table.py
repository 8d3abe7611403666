"""Tables as CSV that spreadsheets read right: RFC 4180, and nothing in a cell is run.

The file is UTF-8 with a byte order mark: without it Excel takes the bytes for the country's
old code page and breaks every name with an accent; other readers skip it ("utf-8-sig").
CSV has no place for a remark, so that the statement of intended use stands in the other files.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

Cell = str | int | float | Decimal | datetime | date | None

_RUNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a text for a formula, in both widths."""

MILLIMETRE_DIGITS = 3
"""Digits behind the point of lengths; scanners round to 0.001 mm."""


def number_text(value: float | Decimal) -> str:
    """Give a number without an exponent or a trailing ".0"."""
    text = f"{Decimal(repr(value)) if isinstance(value, float) else value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(value: float | None, digits: int) -> float | None:
    """Round what may be missing; minus zero becomes zero."""
    return None if value is None else round(value, digits) + 0.0


def guarded(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula.

    References
    ----------
    OWASP, "CSV Injection".
    """
    runs = text.lstrip().startswith(_RUNS) or text.startswith(("\t", "\r", "\n"))
    return f"'{text}" if runs else text


def cell_text(value: Cell) -> str:
    """Give one cell; empty for None, which is not 0."""
    match value:
        case None:
            return ""
        case str():
            return guarded(value)
        case datetime():
            return value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
    return number_text(value)


def table(columns: Iterable[str], rows: Iterable[Mapping[str, Cell]]) -> bytes:
    """Write a table: its columns in order, one line for each of `rows`.

    Raises
    ------
    ValueError
        A row has other cells than the table has columns.
    """
    names = list(columns)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    for row in rows:
        if set(row) != set(names):
            raise ValueError(f"cells without a column: {sorted(set(row) ^ set(names))}")
        writer.writerow([cell_text(row[name]) for name in names])
    return text.getvalue().encode("utf-8-sig")
