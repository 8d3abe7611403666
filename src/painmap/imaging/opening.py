"""Reading a volume so that it can be looked at from its first slice on."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from painmap.domain.progress import Job, Progress
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.filling import Filling, Order
from painmap.imaging.slow_pixels import HuArray, decoded, opened
from painmap.imaging.stack import Stack
from painmap.imaging.voxels import Volume

LABEL = "Reading slices"


@dataclass(frozen=True, slots=True)
class Filled(Progress):
    """Slices have come into the growing volume.

    Parameters
    ----------
    volume : Volume
        The growing volume: the same object from report to report, but for the rare series
        whose values turn out not to fit 16 bits, which is given anew as float32.
    slices : tuple of int
        What has come since the last report.
    """

    volume: Volume
    slices: tuple[int, ...]


def opening_volume(stack: Stack, *, wanted: Callable[[], int] | None = None) -> Job[Volume]:
    """Decode the pixels of a stack, giving the growing volume from the first slice on.

    Parameters
    ----------
    stack : Stack
        Even or not: an uneven one is for looking through slice by slice.
    wanted : callable, optional
        Gives the slice that is looked at now: it and its neighbours are read first. It is
        called on the threads that read.

    Yields
    ------
    Progress
        A plain one before there is anything to show, then `Filled`; at least every 50 ms
        but while a single slice is decoded.

    Returns
    -------
    Volume
        Whole, over the same memory as the growing one; its `padding` is None where no pixel
        is padding.

    Raises
    ------
    SeriesError
        FILE_GONE, FILE_CHANGED, FILE_UNREADABLE, TRUNCATED, NO_DECODER, UNDECODABLE or
        TOO_LARGE, with the number of the slice. The growing volume stays as it is; whoever
        shows it has to take it away or say that it is not whole.
    """
    count, rows, columns = stack.shape
    growing = _Growing(stack)
    order = Order(count, wanted or (lambda: 0))
    open_file: tuple[Path, Dataset] | None = None
    yield Progress(0, count, LABEL)
    while (k := order.take()) is not None:
        one = stack.slices[k]
        if open_file is None or open_file[0] != one.path:
            open_file = one.path, opened(one)
        values, mask = decoded(open_file[1], one)
        if values.shape != (rows, columns):
            raise SeriesError(SeriesProblem.FILE_CHANGED, f"slice {k + 1}")
        growing.put(k, values, mask)
        yield Filled(growing.filling.done, count, LABEL, growing.volume, (k,))
    return growing.whole()


class _Growing:
    """The arrays behind a growing volume; nobody else may write to them."""

    def __init__(self, stack: Stack) -> None:
        count, rows, columns = stack.shape
        self._stack = stack
        self._hu: HuArray = _room(stack.shape)
        # untouched pages of zeros take no memory
        self._padding = np.zeros((count, (rows * columns + 7) // 8), dtype=np.uint8)
        self._padded = False
        self.filling = Filling(count)
        self.volume = self._view()

    def put(self, k: int, values: npt.NDArray[Any], mask: npt.NDArray[np.bool_] | None) -> None:
        if self._hu.dtype == np.int16 and values.dtype != np.int16:
            self._hu = self._hu.astype(np.float32)
            self.volume = self._view()
        self._hu[k] = values
        if mask is not None:
            self._padding[k] = np.packbits(mask)
            self._padded = True
        self.filling.mark(k)

    def whole(self) -> Volume:
        return Volume(self._stack, self._hu, self._padding if self._padded else None)

    def _view(self) -> Volume:
        return Volume(self._stack, self._hu.view(), self._padding.view(), self.filling)


def _room(shape: tuple[int, int, int]) -> HuArray:
    try:
        return np.zeros(shape, dtype=np.int16)
    except MemoryError as error:
        raise SeriesError(SeriesProblem.TOO_LARGE) from error
