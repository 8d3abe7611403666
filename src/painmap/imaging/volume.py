"""Hounsfield units of a stack in memory, with what is padding, as one value for all threads."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from painmap.domain.places import PatientPoint
from painmap.domain.progress import Job, Progress
from painmap.imaging.decoders import Codec, codec_of, stored_values, what_is_missing
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.geometry import Geometry, PlaneGeometry
from painmap.imaging.header import SliceHeader
from painmap.imaging.reading import quiet_pydicom, read_dataset
from painmap.imaging.stack import Stack
from painmap.imaging.tags import frame_rescale, number, sop_uid_of

HuArray: TypeAlias = npt.NDArray[np.int16] | npt.NDArray[np.float32]
"""Hounsfield units: int16 where that is exact, else float32."""

AIR_HU = -1024
"""What padding is shown as when its own value would not look like air."""

_INT16 = np.iinfo(np.int16)


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """The pixels of one stack.

    Parameters
    ----------
    stack : Stack
    hu : ndarray
        (slices, rows, columns), read-only. Padding keeps its value where that is as dark as
        air or darker, else it is `AIR_HU`.
    padding : ndarray or None
        (slices, bytes) packed bits, row by row, 1 where a pixel is padding; None when no
        pixel is.
    """

    stack: Stack
    hu: HuArray
    padding: npt.NDArray[np.uint8] | None

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
        """
        if self.geometry is None or not self.geometry.contains(point):
            return None
        k, j, i = np.rint(self.geometry.index_points(point)).astype(int)
        return self.hu_of(int(k), int(j), int(i))

    def hu_of(self, k: int, j: int, i: int) -> float | None:
        """The Hounsfield units of one voxel; None in padding."""
        if self.padding is not None:
            place = j * self.shape[2] + i
            if self.padding[k, place // 8] >> (7 - place % 8) & 1:
                return None
        return float(self.hu[k, j, i])


def loading(stack: Stack) -> Job[Volume]:
    """Decode the pixels of a stack.

    Parameters
    ----------
    stack : Stack
        Even or not: an uneven one is for looking through slice by slice.

    Yields
    ------
    Progress
        Before each slice.

    Raises
    ------
    SeriesError
        FILE_GONE, FILE_CHANGED, FILE_UNREADABLE, TRUNCATED, NO_DECODER, UNDECODABLE or
        TOO_LARGE; nothing is half loaded.
    """
    count, rows, columns = stack.shape
    hu = _room(stack.shape)
    masks: list[npt.NDArray[np.bool_] | None] = []
    open_file: tuple[Path, Dataset] | None = None
    for k, one in enumerate(stack.slices):
        yield Progress(k, count, "Reading slices")
        if open_file is None or open_file[0] != one.path:
            open_file = one.path, _opened(one)
        values, mask = _decoded(open_file[1], one)
        if values.shape != (rows, columns):
            raise SeriesError(SeriesProblem.FILE_CHANGED, f"slice {k + 1}")
        if hu.dtype == np.int16 and values.dtype != np.int16:
            hu = hu.astype(np.float32)
        hu[k] = values
        masks.append(mask)
    yield Progress(count, count, "Reading slices")
    return Volume(stack, hu, _packed(masks, rows * columns))


def _room(shape: tuple[int, int, int]) -> HuArray:
    try:
        return np.empty(shape, dtype=np.int16)
    except MemoryError as error:
        raise SeriesError(SeriesProblem.TOO_LARGE) from error


def _packed(masks: list[npt.NDArray[np.bool_] | None], pixels: int) -> npt.NDArray[np.uint8] | None:
    if all(mask is None for mask in masks):
        return None
    packed = np.zeros((len(masks), (pixels + 7) // 8), dtype=np.uint8)
    for k, mask in enumerate(masks):
        if mask is not None:
            packed[k] = np.packbits(mask)
    return packed


def _opened(one: SliceHeader) -> Dataset:
    """The whole data set of a slice's file, if it is still the file that was scanned."""
    try:
        with one.path.open("rb") as stream, quiet_pydicom():
            dataset = read_dataset(stream)
            found = sop_uid_of(dataset)
    except FileNotFoundError as error:
        raise SeriesError(SeriesProblem.FILE_GONE) from error
    except OSError as error:
        raise SeriesError(SeriesProblem.FILE_UNREADABLE, error.strerror or "") from error
    except Exception as error:
        # pydicom raises anything on bytes that were damaged since the scan
        raise SeriesError(SeriesProblem.FILE_UNREADABLE) from error
    # a slice whose file names no UID at all has one that was made, which cannot be checked
    if found and found != one.sop_uid:
        raise SeriesError(SeriesProblem.FILE_CHANGED)
    return dataset


def _decoded(
    dataset: Dataset, one: SliceHeader
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_] | None]:
    """Hounsfield units of one slice, and where they are padding."""
    missing = what_is_missing(one.transfer_syntax)
    if missing:
        raise SeriesError(SeriesProblem.NO_DECODER, missing)
    try:
        with quiet_pydicom():
            stored = stored_values(dataset, one.frame)
            slope, intercept = frame_rescale(dataset, one.frame)
            padding = _padding(dataset, stored)
    except MemoryError as error:
        raise SeriesError(SeriesProblem.TOO_LARGE) from error
    except Exception as error:
        # each decoder raises kinds of its own on damaged pixels, and pydicom more
        native = codec_of(one.transfer_syntax) is Codec.NATIVE
        problem = SeriesProblem.TRUNCATED if native else SeriesProblem.UNDECODABLE
        raise SeriesError(problem) from error
    return hounsfield(stored, slope, intercept, padding), padding


def _padding(dataset: Dataset, stored: npt.NDArray[Any]) -> npt.NDArray[np.bool_] | None:
    """Where stored values are padding (PS3.3 C.7.5.1.1.2); None when none are."""
    value = _padding_value(dataset, "PixelPaddingValue")
    if value is None:
        return None
    limit = _padding_value(dataset, "PixelPaddingRangeLimit")
    if limit is None:
        mask: npt.NDArray[np.bool_] = stored == value
    else:
        low, high = min(value, limit), max(value, limit)
        mask = (stored >= low) & (stored <= high)
    return mask if mask.any() else None


def _padding_value(dataset: Dataset, keyword: str) -> int | None:
    """A padding value in the sign of the pixels; some writers give the other sign."""
    found = number(dataset, keyword)
    if found is None:
        return None
    value, allocated = int(found), int(dataset.BitsAllocated)
    signed = int(dataset.PixelRepresentation) == 1
    if signed and value >= 1 << (allocated - 1):
        return value - (1 << allocated)
    if not signed and value < 0:
        return value + (1 << allocated)
    return value


def hounsfield(
    stored: npt.NDArray[Any],
    slope: float,
    intercept: float,
    padding: npt.NDArray[np.bool_] | None,
) -> npt.NDArray[Any]:
    """Rescale stored values: int16 where that is exact, else float32.

    Parameters
    ----------
    stored : ndarray
        (rows, columns) of an integer type.
    slope, intercept : float
    padding : ndarray or None
        True where a pixel is padding.
    """
    whole = float(slope).is_integer() and float(intercept).is_integer()
    values: npt.NDArray[Any]
    if whole and abs(slope) < 1 << 15 and abs(intercept) < 1 << 30:
        values = stored.astype(np.int64 if stored.dtype.itemsize > 2 else np.int32)
        values *= int(slope)
        values += int(intercept)
    else:
        values = stored * slope + intercept
        whole = bool(np.array_equal(values, np.rint(values)))
    if padding is not None:
        odd = padding & ((values > AIR_HU) | (values < _INT16.min))
        values[odd] = AIR_HU
    if whole and values.min() >= _INT16.min and values.max() <= _INT16.max:
        return values.astype(np.int16)
    return values.astype(np.float32)
