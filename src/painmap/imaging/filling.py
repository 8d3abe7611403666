"""Which slices of a volume are there while it is still being read."""

import threading
from collections.abc import Callable

import numpy as np
import numpy.typing as npt


class Filling:
    """One flag a slice, set by the one who reads and looked at by all who show.

    A flag is set after the slice's pixels are in place and never taken back, so that whoever
    sees it set may use the pixels.

    Parameters
    ----------
    count : int
        Slices of the volume.
    """

    __slots__ = ("_there",)

    def __init__(self, count: int) -> None:
        self._there = np.zeros(count, dtype=np.bool_)

    def has(self, k: int) -> bool:
        """Whether the pixels of slice `k` are in place."""
        return bool(self._there[k])

    @property
    def done(self) -> int:
        """How many slices are in place."""
        return int(np.count_nonzero(self._there))

    @property
    def complete(self) -> bool:
        return bool(self._there.all())

    def missing(self) -> npt.NDArray[np.bool_]:
        """(slices,) True where a slice is not in place; as it is now, it does not follow."""
        return ~self._there

    def mark(self, k: int) -> None:
        """Say that slice `k` is in place; for the reader alone."""
        self._there[k] = True


class Order:
    """Which slice to read next: the nearest to the one that is looked at.

    Parameters
    ----------
    count : int
    wanted : callable
        Gives the slice that is looked at now; asked before each slice, from any thread.
    """

    def __init__(self, count: int, wanted: Callable[[], int]) -> None:
        self._waiting = bytearray(b"\x01" * count)
        self._wanted = wanted
        self._turn = threading.Lock()

    def take(self) -> int | None:
        """Give the next slice and take it off the list; None when none is left."""
        near = min(max(self._wanted(), 0), len(self._waiting) - 1)
        with self._turn:
            after, before = self._waiting.find(1, near), self._waiting.rfind(1, 0, near)
            if after < 0 and before < 0:
                return None
            nearer_before = after < 0 or (before >= 0 and near - before < after - near)
            found = before if nearer_before else after
            self._waiting[found] = 0
            return found
