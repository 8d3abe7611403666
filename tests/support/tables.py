"""Tables of tests/data: what must become of known files, one row each."""

import csv
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a table, each as column to text."""
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
