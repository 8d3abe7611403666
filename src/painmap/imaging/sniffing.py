"""How pixels are packed in a file that does not say: told by the first bytes of its picture."""

import struct

from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    UID,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

LONGEST_LOOK = 4096
"""So many bytes of the pixel data are looked at."""

_ITEM = b"\xfe\xff\x00\xe0"
_FRAMES = {0xC0: JPEGBaseline8Bit, 0xC1: JPEGExtended12Bit}
_ALONE = frozenset({0x01, *range(0xD0, 0xDA)})
"""JPEG markers without a length (ITU-T T.81, table B.1)."""


def sniffed_syntax(element: bytes) -> UID | None:
    """Tell the transfer syntax of encapsulated pixels.

    Parameters
    ----------
    element : bytes
        The value of Pixel Data from its first item on, or its beginning.

    Returns
    -------
    UID or None
        None where it is not encapsulated, or packed in an unknown way. What may be lossy or
        not is given as what may be lossy.
    """
    if element[:4] != _ITEM or len(element) < 16:
        return None
    offsets = struct.unpack("<L", element[4:8])[0]
    start = 8 + offsets
    if element[start : start + 4] != _ITEM:
        return None
    picture = element[start + 8 :]
    if picture[:2] == b"\xff\xd8":
        return _jpeg(picture)
    if picture[:4] == b"\xff\x4f\xff\x51":
        # the capabilities segment is there in high-throughput streams (ITU-T T.814)
        return HTJ2K if b"\xff\x50" in picture[:200] else JPEG2000
    if len(picture) >= 64:
        segments, first = struct.unpack("<LL", picture[:8])
        if 1 <= segments <= 15 and first == 64:
            return RLELossless
    return None


def _jpeg(picture: bytes) -> UID | None:
    """By the frame header; lossless JPEG and JPEG-LS tell more in the scan header."""
    kind = None
    place = 2
    while place + 4 <= len(picture) and picture[place] == 0xFF:
        marker = picture[place + 1]
        if marker in _ALONE:
            place += 2
            continue
        length = struct.unpack(">H", picture[place + 2 : place + 4])[0]
        if marker in _FRAMES:
            return _FRAMES[marker]
        if marker in (0xC3, 0xF7):
            kind = marker
        if marker == 0xDA:
            return _by_scan(kind, picture[place + 4 : place + 2 + length])
        place += 2 + length
    return None


def _by_scan(kind: int | None, scan: bytes) -> UID | None:
    """The predictor of lossless JPEG, or the allowed error of JPEG-LS."""
    if len(scan) < 4:
        return None
    value = scan[-3]
    if kind == 0xC3:
        return JPEGLosslessSV1 if value == 1 else JPEGLossless
    if kind == 0xF7:
        return JPEGLSNearLossless if value else JPEGLSLossless
    return None
