"""One thread's way of reading slices: fast where it can, through pydicom where it must."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from painmap.imaging import decode_worker
from painmap.imaging.decode_worker import Decoder
from painmap.imaging.decoders import Codec, what_is_missing
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.fast_pixels import (
    KEYWORDS,
    MOVABLE,
    PixelFacts,
    Words,
    at_pixels,
    file_start,
    pixel_facts,
    read_native,
    to_hounsfield,
)
from painmap.imaging.frames import check_frame, decoder_of, read_frame, rle_decoded
from painmap.imaging.header import SliceHeader
from painmap.imaging.header_template import Templates
from painmap.imaging.header_values import Doubt
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


@dataclass(frozen=True, slots=True)
class Packed:
    """A compressed slice, ready for a decoder.

    Parameters
    ----------
    room : ndarray
        (rows, columns) where its stored values go.
    """

    k: int
    one: SliceHeader
    room: Words
    facts: PixelFacts
    decoder: Decoder
    frame: bytes


class SliceReader:
    """Reads slices one by one; used by one thread."""

    def __init__(self) -> None:
        self._open: tuple[Path, Dataset] | None = None
        self._templates: Templates[None] = Templates(KEYWORDS, MOVABLE)

    def prepare(self, k: int, one: SliceHeader, room: Words) -> SlicePixels | Packed:
        """Read a slice; one that a worker can decode is only prepared.

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
            return self.slowly(k, one, room)

    def decode(self, packed: Packed) -> SlicePixels:
        """Decode here what `prepare` has prepared."""
        try:
            picture = decode_worker.decode(packed.decoder, packed.frame)
        except Exception:  # noqa: BLE001 - decoders raise anything; pydicom then says what it is
            picture = b""
        if len(picture) != packed.room.nbytes:
            return self.slowly(packed.k, packed.one, packed.room)
        packed.room[:] = np.frombuffer(picture, dtype=np.uint16).reshape(packed.room.shape)
        return finished(packed)

    def slowly(self, k: int, one: SliceHeader, room: Words) -> SlicePixels:
        """Read a slice through pydicom.

        Raises
        ------
        SeriesError
            With the number of the slice.
        """
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

    def _fast(
        self, k: int, one: SliceHeader, room: Words, stream: io.FileIO
    ) -> SlicePixels | Packed:
        start = file_start(stream, self._templates)
        facts = pixel_facts(start.thin, one)
        if facts.codec is Codec.NATIVE:
            read_native(start, room)
            return SlicePixels(k, *to_hounsfield(room, facts))
        if what_is_missing(one.transfer_syntax):
            raise Doubt
        if facts.codec is Codec.RLE:
            picture = rle_decoded(read_frame(at_pixels(start)), one)
            room[:] = np.frombuffer(picture, dtype=np.uint16).reshape(room.shape)
            return SlicePixels(k, *to_hounsfield(room, facts))
        decoder = decoder_of(one.transfer_syntax)
        if decoder is None:
            raise Doubt
        frame = read_frame(at_pixels(start))
        check_frame(decoder, frame, one, bits_stored=facts.bits_stored, signed=facts.signed)
        return Packed(k, one, room, facts, decoder, frame)


def finished(packed: Packed) -> SlicePixels:
    """The slice whose stored values have come into its room."""
    return SlicePixels(packed.k, *to_hounsfield(packed.room, packed.facts))
