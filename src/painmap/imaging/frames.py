"""The compressed frame of a single-frame file, and whether its own header agrees with DICOM's."""

import struct
from typing import BinaryIO

from rle.utils import decode_pixel_data

from painmap.imaging.decode_worker import Decoder
from painmap.imaging.header import SliceHeader
from painmap.imaging.header_values import Doubt

LARGEST_FRAME = 1 << 28

_PIXEL_DATA = b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff"
_ITEM, _END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
_item = struct.Struct("<4sL").unpack
_siz = struct.Struct(">LLLL16xHBBB").unpack_from
_sof = struct.Struct(">BHHB").unpack_from

_DECODERS = {
    "1.2.840.10008.1.2.4.80": Decoder.JPEG_LS,
    "1.2.840.10008.1.2.4.81": Decoder.JPEG_LS,
    "1.2.840.10008.1.2.4.90": Decoder.JPEG_2000,
    "1.2.840.10008.1.2.4.91": Decoder.JPEG_2000,
}


def decoder_of(transfer_syntax: str) -> Decoder | None:
    """Which decoder of the workers reads it; None when none does."""
    return _DECODERS.get(transfer_syntax)


def read_frame(stream: BinaryIO) -> bytes:
    """Read the one frame of encapsulated pixel data (PS3.5 A.4).

    Parameters
    ----------
    stream : binary file
        At the element of the pixel data.

    Raises
    ------
    Doubt
    """
    if stream.read(12) != _PIXEL_DATA:
        raise Doubt
    parts: list[bytes] = []
    total = 0
    first = True
    while True:
        head = stream.read(8)
        if len(head) < 8:
            raise Doubt
        tag, length = _item(head)
        total += length
        if tag == _END and length == 0:
            break
        if tag != _ITEM or total > LARGEST_FRAME:
            raise Doubt
        content = stream.read(length)
        if len(content) != length:
            raise Doubt
        # the first item is the table of offsets, which a single frame does not need
        if not first:
            parts.append(content)
        first = False
    if not parts:
        raise Doubt
    return b"".join(parts)


def check_frame(
    decoder: Decoder, frame: bytes, one: SliceHeader, *, bits_stored: int, signed: bool
) -> None:
    """Doubt a frame whose own header says something else than the data set.

    Raises
    ------
    Doubt
    """
    if decoder is Decoder.JPEG_2000:
        found = _jpeg_2000(frame)
        expected = (one.rows, one.columns, bits_stored, signed)
    else:
        found = (*_jpeg_ls(frame), signed)  # JPEG-LS does not know signs
        expected = (one.rows, one.columns, bits_stored, signed)
    if found != expected:
        raise Doubt


def _jpeg_2000(frame: bytes) -> tuple[int, int, int, bool]:
    """Rows, columns, precision and sign from the SIZ marker (ISO 15444-1 A.5.1)."""
    if frame[:4] != b"\xff\x4f\xff\x51" or len(frame) < 45:
        raise Doubt
    right, bottom, left, top, components, depth, dx, dy = _siz(frame, 8)
    if (components, dx, dy) != (1, 1, 1):
        raise Doubt
    return bottom - top, right - left, (depth & 0x7F) + 1, bool(depth & 0x80)


def _jpeg_ls(frame: bytes) -> tuple[int, int, int]:
    """Rows, columns and precision from the SOF55 marker (ISO 14495-1 C.2.2)."""
    at = 2
    if frame[:2] != b"\xff\xd8":
        raise Doubt
    while at + 12 <= len(frame) and frame[at] == 0xFF:
        marker, length = frame[at + 1], int.from_bytes(frame[at + 2 : at + 4], "big")
        if marker == 0xF7:
            precision, rows, columns, components = _sof(frame, at + 4)
            if components != 1:
                raise Doubt
            return rows, columns, precision
        at += 2 + length
    raise Doubt


def rle_decoded(frame: bytes, one: SliceHeader) -> bytes | bytearray:
    """The stored values of an RLE frame of 16 bits a pixel, little endian (PS3.5 annex G).

    Raises
    ------
    Doubt
    """
    if int.from_bytes(frame[:4], "little") != 2:
        raise Doubt
    try:
        picture = decode_pixel_data(
            frame, version=2, rows=one.rows, columns=one.columns, bits_allocated=16
        )
    except Exception as error:
        # the decoder raises anything on damaged bytes; pydicom then says what it is
        raise Doubt from error
    # as bytes, not as an array, because of its version 2
    if not isinstance(picture, bytes | bytearray) or len(picture) != one.rows * one.columns * 2:
        raise Doubt
    return picture
