"""Hounsfield units of one slice without pydicom, where the file has nothing unusual.

The stored values are put into the volume's own memory and made Hounsfield units there. What
is unusual raises `Doubt`, and pydicom reads the slice (`slow_pixels`).
"""

import io
import struct
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from painmap.imaging.decoders import Codec, codec_of
from painmap.imaging.header import SliceHeader
from painmap.imaging.header_template import Templates
from painmap.imaging.header_values import Doubt
from painmap.imaging.header_walk import FIRST_READ, ThinHeader, TooShort, thin_header
from painmap.imaging.slow_pixels import AIR_HU, hounsfield, padding_range

KEYWORDS = (
    "SOPInstanceUID", "SamplesPerPixel", "PhotometricInterpretation", "NumberOfFrames", "Rows",
    "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
    "PixelPaddingValue", "PixelPaddingRangeLimit", "RescaleIntercept", "RescaleSlope",
    "ModalityLUTSequence", "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence",
)  # fmt: skip
"""All that bears on the value of a pixel; the sequences make pydicom read the file."""

MOVABLE = ("SOPInstanceUID", "RescaleIntercept", "RescaleSlope")
"""What of it may differ between files that are alike."""

_INT16 = np.iinfo(np.int16)
_PIXEL_DATA = b"\xe0\x7f\x10\x00"
_length = struct.Struct("<L").unpack_from

Words = npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class PixelFacts:
    """What makes stored values Hounsfield units.

    Parameters
    ----------
    codec : Codec
    signed : bool
    bits_stored : int
        9 to 16, the lowest of 16.
    slope, intercept : float
    padding : (int, int) or None
        Lowest and highest stored value that is padding.
    """

    codec: Codec
    signed: bool
    bits_stored: int
    slope: float
    intercept: float
    padding: tuple[int, int] | None


class FileStart(NamedTuple):
    """The first bytes of a file, with what its header says.

    Parameters
    ----------
    stream : raw binary file
        Behind `read`, or elsewhere when the pixels begin elsewhere.
    read : bytes
        From the start of the file; the header and, mostly, the first pixels.
    thin : ThinHeader
    """

    stream: io.FileIO
    read: bytes
    thin: ThinHeader


def file_start(stream: io.FileIO, templates: Templates[None]) -> FileStart:
    """Read the start of a file.

    Raises
    ------
    Doubt
        The file is unusual.
    """
    read = stream.read(FIRST_READ)
    try:
        thin, _ = templates.read(read, whole=len(read) < FIRST_READ)
    except (TooShort, struct.error):
        stream.seek(0)
        longer = thin_header(stream, KEYWORDS)
        if longer is None:
            raise Doubt from None
        # what was read says nothing of the pixels, which come next
        return FileStart(stream, b"", longer)
    return FileStart(stream, read, thin)


def at_pixels(start: FileStart) -> BinaryIO:
    """The file at the element of its pixels."""
    start.stream.seek(start.thin.pixels_at)
    return start.stream


def pixel_facts(thin: ThinHeader, one: SliceHeader) -> PixelFacts:
    """What bears on the pixels of a slice.

    Raises
    ------
    Doubt
        The file is unusual, or it is not the one that was scanned.
    """
    if one.frame != 0:
        raise Doubt
    known = thin.values
    uid = known.get("SOPInstanceUID") or thin.file_meta.get("MediaStorageSOPInstanceUID", "")
    codec = codec_of(one.transfer_syntax)
    stored = known.get("BitsStored", 0)
    plain = (
        (not uid or uid == one.sop_uid)
        and thin.file_meta.TransferSyntaxUID == one.transfer_syntax
        and codec is not None
        and known.get("SamplesPerPixel") == 1
        and known.get("NumberOfFrames", "1") == "1"
        and known.get("PhotometricInterpretation") in ("MONOCHROME1", "MONOCHROME2")
        and (known.get("Rows"), known.get("Columns")) == (one.rows, one.columns)
        and known.get("BitsAllocated") == 16
        and 8 < stored <= 16
        and known.get("HighBit") == stored - 1
        and known.get("PixelRepresentation") in (0, 1)
    )
    if not plain or codec is None:
        raise Doubt
    return PixelFacts(
        codec,
        known["PixelRepresentation"] == 1,
        stored,
        _decimal(thin, "RescaleSlope", 1.0),
        _decimal(thin, "RescaleIntercept", 0.0),
        padding_range(thin),
    )


def _decimal(thin: ThinHeader, keyword: str, otherwise: float) -> float:
    found = thin.values.get(keyword)
    if found is None:
        return otherwise
    if not isinstance(found, str):
        raise Doubt
    return float(found)


def read_native(start: FileStart, room: Words) -> None:
    """Read uncompressed pixels into `room`, (rows, columns), as they are stored.

    Raises
    ------
    Doubt
    """
    implicit, at = start.thin.original_encoding[0], start.thin.pixels_at
    head = start.read[at : at + 12]
    if len(head) < 12:
        head, ahead = at_pixels(start).read(12), b""
    else:
        ahead = start.read[at + 12 :]
    if implicit:
        # the last four bytes are pixels already
        length, ahead = _length(head, 4)[0] if len(head) == 12 else 0, head[8:] + ahead
    else:
        length = _length(head, 8)[0] if head[4:8] in (b"OW\0\0", b"OB\0\0") else 0
    if head[:4] != _PIXEL_DATA or length != room.nbytes:
        raise Doubt
    bytes_of_room = room.data.cast("B")
    there = min(len(ahead), length)
    bytes_of_room[:there] = ahead[:there]
    if there < length and start.stream.readinto(bytes_of_room[there:]) != length - there:
        raise Doubt


def to_hounsfield(
    room: Words, facts: PixelFacts
) -> tuple[npt.NDArray[np.int16] | npt.NDArray[np.float32], npt.NDArray[np.uint8] | None]:
    """Make stored values Hounsfield units, in place wherever they fit 16 bits.

    Parameters
    ----------
    room : ndarray
        (rows, columns) stored values, bit by bit; bits above the stored ones count as unset.

    Returns
    -------
    hu : ndarray
        (rows, columns): `room` itself as int16, or a new array.
    padding : ndarray or None
        Packed bits, row by row, 1 where a pixel is padding.
    """
    stored = _stored(room, facts)
    mask = None
    if facts.padding is not None:
        low, high = facts.padding
        mask = stored == low if low == high else (stored >= low) & (stored <= high)
        if not mask.any():
            mask = None
    packed = None if mask is None else np.packbits(mask)
    hu = room.view(np.int16)
    if _fits(stored, facts):
        # both ends fit, so arithmetic modulo 65536 ends at the right number
        if facts.slope != 1:
            np.multiply(room, np.uint16(int(facts.slope) & 0xFFFF), out=room)
        np.add(room, np.uint16(int(facts.intercept) & 0xFFFF), out=room)
        if mask is not None:
            hu[mask & (hu > AIR_HU)] = AIR_HU
        return hu, packed
    values = hounsfield(stored, facts.slope, facts.intercept, mask)
    if values.dtype != np.int16:
        return values, packed
    hu[:] = values
    return hu, packed


def _stored(room: Words, facts: PixelFacts) -> npt.NDArray[np.int16] | Words:
    """Clear or sign-extend the bits above the stored ones, in place."""
    unused = 16 - facts.bits_stored
    if not facts.signed:
        if unused:
            np.bitwise_and(room, np.uint16((1 << facts.bits_stored) - 1), out=room)
        return room
    signed = room.view(np.int16)
    if unused:
        np.left_shift(signed, unused, out=signed)
        np.right_shift(signed, unused, out=signed)
    return signed


def _fits(stored: npt.NDArray[np.int16] | Words, facts: PixelFacts) -> bool:
    """Whether slope and intercept are whole and every result, padding too, fits 16 bits."""
    slope, intercept = facts.slope, facts.intercept
    if not (slope.is_integer() and intercept.is_integer() and abs(slope) < 1 << 15):
        return False
    span = 1 << facts.bits_stored
    possible = (-span // 2, span // 2 - 1) if facts.signed else (0, span - 1)
    if _within(possible, slope, intercept):
        return True
    return _within((int(stored.min()), int(stored.max())), slope, intercept)


def _within(ends: tuple[int, int], slope: float, intercept: float) -> bool:
    results = [end * int(slope) + int(intercept) for end in ends]
    return min(results) >= _INT16.min and max(results) <= _INT16.max
