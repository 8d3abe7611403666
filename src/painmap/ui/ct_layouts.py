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


def planes(
    large: str,
    others: Sequence[str],
    *,
    needle: str = "",
    instead_of: str = "",
    grid: bool = False,
    fourth: str = "",
) -> Layout:
    """The planes of a CT, with that of the needle while one is planned.

    Parameters
    ----------
    needle : str
        Of the pane of the needle; empty while none is planned.
    instead_of : str
        Beside a large view it takes this one's place: three small ones cannot be read.
    grid : bool
        All of the same size.
    fourth : str
        What stands in the last place of a grid of three.
    """
    if grid:
        names = [large, *others, *([needle] if needle else [])]
        return two_by_two([*names, fourth] if len(names) == 3 and fourth else names)
    if needle and instead_of in others:
        others = [needle if name == instead_of else name for name in others]
    elif needle:
        others = [*others, needle]
    return one_and_beside(large, others)


def side_by_side(left: str, right: str) -> Layout:
    """Two views of the same size."""
    return Layout((Cell(left), Cell(right, column=1)), (1, 1))


def one_and_beside(large: str, beside: Sequence[str]) -> Layout:
    """A large view, and others one below the other at its right."""
    if not beside:
        return alone(large)
    rows = len(beside)
    small = (Cell(name, row, 1) for row, name in enumerate(beside))
    return Layout((Cell(large, rows=rows), *small), (LARGE_SHARE, SMALL_SHARE), (1,) * rows)
