"""Reading a volume so that it can be looked at from its first slice on."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from painmap.domain.progress import Job, Progress
from painmap.imaging.fast_pixels import Words
from painmap.imaging.filling import Filling, Order
from painmap.imaging.lanes import Lanes
from painmap.imaging.room import words_for
from painmap.imaging.slice_reader import SlicePixels
from painmap.imaging.slow_pixels import HuArray
from painmap.imaging.stack import Stack
from painmap.imaging.voxels import Volume

LABEL = "Reading slices"

WAIT_S = 0.05
"""Between two reports while nothing comes; as long as a cancel may wait."""


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
    count = len(stack.slices)
    yield Progress(0, count, LABEL)
    growing = _Growing(stack)
    lanes = Lanes(stack, Order(count, wanted or (lambda: 0)), growing.room)
    try:
        first = lanes.first()
        growing.put(first)
        yield Filled(1, count, LABEL, growing.volume, (first.k,))
        # not before whoever shows the first one has been told, and can hold the others back
        lanes.start()
        while growing.filling.done < count:
            come = lanes.come(WAIT_S)
            for one in come:
                growing.put(one)
            slices = tuple(one.k for one in come)
            yield Filled(growing.filling.done, count, LABEL, growing.volume, slices)
        return growing.whole()
    finally:
        lanes.stop()


class _Growing:
    """The arrays behind a growing volume; but for `room` for one thread alone."""

    def __init__(self, stack: Stack) -> None:
        count, rows, columns = stack.shape
        self._stack = stack
        self._words = words_for(stack.shape)
        self._floats: npt.NDArray[np.float32] | None = None
        # untouched pages of zeros take no memory
        self._padding = np.zeros((count, (rows * columns + 7) // 8), dtype=np.uint8)
        self._padded = False
        self.filling = Filling(count)
        self.volume = self._view()

    def room(self, k: int) -> Words:
        """Where slice `k` may be decoded; called on the threads that read."""
        if self._floats is not None:
            return np.empty(self._words.shape[1:], dtype=np.uint16)
        found: Words = self._words[k]
        return found

    def put(self, one: SlicePixels) -> None:
        """Take in a slice that was read into its room, or into an array of its own."""
        if one.hu.dtype != np.int16 and self._floats is None:
            # what else is being read still goes where it was sent, and is copied from there
            self._floats = self._words.view(np.int16).astype(np.float32)
            self.volume = self._view()
        if self._floats is not None:
            self._floats[one.k] = one.hu
        if one.padding is not None:
            self._padding[one.k] = one.padding
            self._padded = True
        self.filling.mark(one.k)

    def whole(self) -> Volume:
        return Volume(self._stack, self._hu(), self._padding if self._padded else None)

    def _hu(self) -> HuArray:
        return self._words.view(np.int16) if self._floats is None else self._floats.view()

    def _view(self) -> Volume:
        return Volume(self._stack, self._hu(), self._padding.view(), self.filling)
