"""Hounsfield units of a stack in memory, with what is padding, as one value for all threads."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from painmap.domain.places import PatientPoint
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.filling import Filling
from painmap.imaging.geometry import Geometry, PlaneGeometry
from painmap.imaging.slow_pixels import HuArray
from painmap.imaging.stack import Stack


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """The pixels of one stack.

    Parameters
    ----------
    stack : Stack
    hu : ndarray
        (slices, rows, columns), read-only. Padding keeps its value where that is as dark as
        air or darker, else it is `AIR_HU`. A slice that is not there yet holds zeros, which
        mean nothing: ask `has_slice` before showing it.
    padding : ndarray or None
        (slices, bytes) packed bits, row by row, 1 where a pixel is padding; None when no
        pixel is.
    filling : Filling or None
        Which slices are there while the rest is being read; None: all are.
    """

    stack: Stack
    hu: HuArray
    padding: npt.NDArray[np.uint8] | None
    filling: Filling | None = None

    def __post_init__(self) -> None:
        if self.hu.shape != self.stack.shape:
            raise ValueError("the array does not fit the stack")
        self.hu.setflags(write=False)
        if self.padding is not None:
            self.padding.setflags(write=False)

    @property
    def geometry(self) -> Geometry | None:
        """None for a stack that is no volume; its slices still have `slice_geometry`."""
        return self.stack.geometry

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.stack.shape

    @property
    def is_complete(self) -> bool:
        """Whether every slice is there."""
        return self.filling is None or self.filling.complete

    def has_slice(self, k: int) -> bool:
        """Whether slice `k` is there; one that is not is shown as loading, never as air."""
        return self.filling is None or self.filling.has(k)

    def missing_slices(self) -> npt.NDArray[np.bool_] | None:
        """(slices,) True where a slice is not there yet; None when all are."""
        if self.filling is None:
            return None
        missing = self.filling.missing()
        return missing if missing.any() else None

    def require(self, slices: Iterable[int] | None = None) -> None:
        """Refuse what needs slices that are not there yet.

        Parameters
        ----------
        slices : iterable of int, optional
            The slices that are needed; all when it is left out.

        Raises
        ------
        SeriesError
            STILL_LOADING, with the number of the first slice that is not there.
        """
        missing = self.missing_slices()
        if missing is None:
            return
        needed = range(len(missing)) if slices is None else slices
        first = next((k for k in needed if missing[k]), None)
        if first is not None:
            raise SeriesError(SeriesProblem.STILL_LOADING, f"slice {first + 1}")

    def slice_geometry(self, k: int) -> PlaneGeometry | None:
        """Where the pixels of slice `k` lie, rows and columns as stored; None if unknown."""
        return self.stack.slice_geometry(k)

    def padding_mask(self, k: int) -> npt.NDArray[np.bool_] | None:
        """(rows, columns), True where slice `k` holds padding; None when nothing does."""
        if self.padding is None:
            return None
        _, rows, columns = self.shape
        bits = np.unpackbits(self.padding[k], count=rows * columns)
        return bits.reshape(rows, columns).view(np.bool_)

    def hu_at(self, point: PatientPoint) -> float | None:
        """The Hounsfield units of the voxel at a point.

        Returns
        -------
        float or None
            None outside the volume, in padding, and in a stack that is no volume.

        Raises
        ------
        SeriesError
            STILL_LOADING.
        """
        if self.geometry is None or not self.geometry.contains(point):
            return None
        k, j, i = np.rint(self.geometry.index_points(point)).astype(int)
        return self.hu_of(int(k), int(j), int(i))

    def hu_of(self, k: int, j: int, i: int) -> float | None:
        """The Hounsfield units of one voxel; None in padding.

        Raises
        ------
        SeriesError
            STILL_LOADING.
        """
        if self.filling is not None:
            self.require((k,))
        if self.padding is not None:
            place = j * self.shape[2] + i
            if self.padding[k, place // 8] >> (7 - place % 8) & 1:
                return None
        return float(self.hu[k, j, i])
