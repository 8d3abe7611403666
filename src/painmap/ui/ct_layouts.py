"""Arrangements of the views of a CT: which are shown, and where; pure data."""

from collections.abc import Sequence
from dataclasses import dataclass

LARGE_SHARE, SMALL_SHARE = 17, 9
"""How the width is shared between the large view and the small ones beside it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Where one widget stands on the grid.

    Parameters
    ----------
    name : str
        Of a pane, or of what stands where panes would be.
    row, column : int
    rows, columns : int
        How many it covers.
    """

    name: str
    row: int = 0
    column: int = 0
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True, slots=True)
class Layout:
    """Which widgets are shown; all others are hidden.

    Parameters
    ----------
    cells : tuple of Cell
    columns, rows : tuple of int
        Shares of width and height.
    """

    cells: tuple[Cell, ...]
    columns: tuple[int, ...] = (1,)
    rows: tuple[int, ...] = (1,)

    def __contains__(self, name: str) -> bool:
        return any(cell.name == name for cell in self.cells)


def alone(name: str) -> Layout:
    """One view and nothing else."""
    return Layout((Cell(name),))


def two_by_two(names: Sequence[str]) -> Layout:
    """Up to four views of the same size."""
    cells = (Cell(name, *divmod(number, 2)) for number, name in enumerate(names))
    return Layout(tuple(cells), (1, 1), (1, 1))


def one_and_beside(large: str, beside: Sequence[str]) -> Layout:
    """A large view, and others one below the other at its right."""
    if not beside:
        return alone(large)
    rows = len(beside)
    small = (Cell(name, row, 1) for row, name in enumerate(beside))
    return Layout((Cell(large, rows=rows), *small), (LARGE_SHARE, SMALL_SHARE), (1,) * rows)
