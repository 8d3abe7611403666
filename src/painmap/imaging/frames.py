"""The compressed frame of a single-frame file, and whether its own header agrees with DICOM's."""

import struct
from typing import BinaryIO

from rle.utils import decode_pixel_data

from painmap.imaging.codestream import head_of
from painmap.imaging.decoders import Codec, panics_as_errors
from painmap.imaging.header import SliceHeader
from painmap.imaging.header_values import Doubt

LARGEST_FRAME = 1 << 28

_PIXEL_DATA = b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff"
_ITEM, _END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
_item = struct.Struct("<4sL").unpack


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
    codec: Codec, frame: bytes, one: SliceHeader, *, bits_stored: int, signed: bool
) -> None:
    """Doubt a frame whose own header says something else than the data set.

    Raises
    ------
    Doubt
    """
    try:
        head = head_of(frame)
    except ValueError as error:
        raise Doubt from error
    found = head.rows, head.columns, head.samples, head.bits
    if found != (one.rows, one.columns, 1, bits_stored):
        raise Doubt
    # JPEG-LS does not know signs
    if codec is Codec.JPEG_2000 and _sign_of_jpeg_2000(frame) != signed:
        raise Doubt


def _sign_of_jpeg_2000(frame: bytes) -> bool:
    """Whether a bare code stream, without boxes and subsampling, is signed (T.800, A.5.1)."""
    if frame[:4] != b"\xff\x4f\xff\x51" or frame[43:45] != b"\x01\x01":
        raise Doubt
    return bool(frame[42] & 0x80)


def rle_decoded(frame: bytes, one: SliceHeader) -> bytes | bytearray:
    """The stored values of an RLE frame of 16 bits a pixel, little endian (PS3.5 annex G).

    Raises
    ------
    Doubt
    """
    if int.from_bytes(frame[:4], "little") != 2:
        raise Doubt
    try:
        with panics_as_errors():
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
