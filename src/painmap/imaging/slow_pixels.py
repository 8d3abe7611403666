"""Hounsfield units of one slice through pydicom: slow, and right for whatever a file may hold."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from painmap.imaging.decoders import Codec, codec_of, stored_values, what_is_missing
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.header import SliceHeader
from painmap.imaging.header_walk import ThinHeader
from painmap.imaging.opener import Opener, open_file
from painmap.imaging.reading import quiet_pydicom, read_dataset
from painmap.imaging.tags import frame_rescale, number, sop_uid_of

HuArray: TypeAlias = npt.NDArray[np.int16] | npt.NDArray[np.float32]
"""Hounsfield units: int16 where that is exact, else float32."""

AIR_HU = -1024
"""What padding is shown as when its own value would not look like air."""

MOST_RESCALE = 1e9
"""No scanner writes a slope or an intercept beyond; a product of absurd ones overflows."""

_INT16 = np.iinfo(np.int16)


def opened(one: SliceHeader, opener: Opener = open_file) -> Dataset:
    """The whole data set of a slice's file, if it is still the file that was scanned."""
    try:
        with opener(one.path) as stream, quiet_pydicom():
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


def decoded(
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
    """Where stored values are padding; None when none are."""
    between = padding_range(dataset)
    if between is None:
        return None
    low, high = between
    mask: npt.NDArray[np.bool_]
    mask = stored == low if low == high else (stored >= low) & (stored <= high)
    return mask if mask.any() else None


def padding_range(dataset: Dataset | ThinHeader) -> tuple[int, int] | None:
    """Lowest and highest stored value that is padding (PS3.3 C.7.5.1.1.2); None for none."""
    value = _padding_value(dataset, "PixelPaddingValue")
    if value is None:
        return None
    limit = _padding_value(dataset, "PixelPaddingRangeLimit")
    if limit is None:
        return value, value
    return min(value, limit), max(value, limit)


def _padding_value(dataset: Dataset | ThinHeader, keyword: str) -> int | None:
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

    Raises
    ------
    SeriesError
        ODD_RESCALE.
    """
    if max(abs(slope), abs(intercept)) > MOST_RESCALE:
        raise SeriesError(SeriesProblem.ODD_RESCALE)
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
