"""One thread's way of reading slices: fast where it can, through pydicom where it must."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from painmap.imaging.decoders import Codec, what_is_missing
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.fast_pixels import (
    KEYWORDS,
    MOVABLE,
    Words,
    at_pixels,
    file_start,
    pixel_facts,
    read_native,
    to_hounsfield,
)
from painmap.imaging.frames import check_frame, read_frame, rle_decoded
from painmap.imaging.header import SliceHeader
from painmap.imaging.header_template import Templates
from painmap.imaging.header_values import Doubt
from painmap.imaging.lock_free import decode_into
from painmap.imaging.slow_pixels import decoded, opened


@dataclass(frozen=True, slots=True)
class SlicePixels:
    """A slice that was read.

    Parameters
    ----------
    k : int
    hu : ndarray
        (rows, columns) int16 or float32; in the room that was given, if it fits.
    padding : ndarray or None
        Packed bits, 1 where a pixel is padding.
    """

    k: int
    hu: npt.NDArray[Any]
    padding: npt.NDArray[np.uint8] | None


class SliceReader:
    """Reads slices one by one; used by one thread."""

    def __init__(self) -> None:
        self._open: tuple[Path, Dataset] | None = None
        self._templates: Templates[None] = Templates(KEYWORDS, MOVABLE)

    def read(self, k: int, one: SliceHeader, room: Words) -> SlicePixels:
        """Read a slice, into `room` if it fits.

        Raises
        ------
        SeriesError
            With the number of the slice.
        """
        try:
            with open(one.path, "rb", buffering=0) as stream:  # noqa: PTH123 - quicker
                return self._fast(k, one, room, stream)
        except (Doubt, OSError, SeriesError):
            # an error is met again there, and said with the number of the slice
            return self._slowly(k, one, room)

    def _slowly(self, k: int, one: SliceHeader, room: Words) -> SlicePixels:
        """Read a slice through pydicom."""
        try:
            if self._open is None or self._open[0] != one.path:
                self._open = one.path, opened(one)
            values, mask = decoded(self._open[1], one)
        except SeriesError as error:
            detail = f"slice {k + 1}" + (f", {error.detail}" if error.detail else "")
            raise SeriesError(error.problem, detail) from error
        if values.shape != (one.rows, one.columns):
            raise SeriesError(SeriesProblem.FILE_CHANGED, f"slice {k + 1}")
        if values.dtype == np.int16:
            room.view(np.int16)[:] = values
            values = room.view(np.int16)
        return SlicePixels(k, values, None if mask is None else np.packbits(mask))

    def _fast(self, k: int, one: SliceHeader, room: Words, stream: io.FileIO) -> SlicePixels:
        start = file_start(stream, self._templates)
        facts = pixel_facts(start.thin, one)
        if facts.codec is Codec.NATIVE:
            read_native(start, room)
            return SlicePixels(k, *to_hounsfield(room, facts))
        if facts.codec is Codec.JPEG or what_is_missing(one.transfer_syntax):
            raise Doubt
        frame = read_frame(at_pixels(start))
        if facts.codec is Codec.RLE:
            picture = rle_decoded(frame, one)
            room[:] = np.frombuffer(picture, dtype=np.uint16).reshape(room.shape)
        else:
            check_frame(facts.codec, frame, one, bits_stored=facts.bits_stored, signed=facts.signed)
            try:
                decode_into(one.transfer_syntax, frame, room)
            except Exception as error:
                # decoders raise anything; pydicom then says what it is
                raise Doubt from error
        return SlicePixels(k, *to_hounsfield(room, facts))
