"""Deflated files are unpacked whole before anything is known of them: first see how large."""

import struct
import zlib
from typing import BinaryIO

from pydicom.uid import DeflatedExplicitVRLittleEndian

MOST_RATIO = 4
SPARE_BYTES = 48_000_000
"""What a file may unpack to: four times its size (CT packs to a half), and as much again as a
large single picture. pydicom holds it three times while it reads."""

_LONG = (b"OB", b"OW", b"UN", b"SQ", b"UT")
_CHUNK = 1 << 20


class UnpacksTooLarge(ValueError):
    """A deflated file holds far more than its size lets one expect."""


def check_inflated_size(stream: BinaryIO) -> None:
    """See that a deflated file unpacks to what memory can hold; other files pass unread.

    Parameters
    ----------
    stream : binary file
        At its start, and left there.

    Raises
    ------
    UnpacksTooLarge
    """
    start = _packed_from(stream)
    if start is not None:
        size = stream.seek(0, 2)
        stream.seek(start)
        _count(stream, size * MOST_RATIO + SPARE_BYTES)
    stream.seek(0)


def _packed_from(stream: BinaryIO) -> int | None:
    """Where the packed part begins: after the file meta of a deflated file (PS3.10, 7.1)."""
    if stream.read(132)[128:] != b"DICM":
        return None
    deflated = False
    while True:
        at = stream.tell()
        head = stream.read(12)
        if len(head) < 12 or head[:2] != b"\x02\x00":
            return at if deflated else None
        if head[4:6] in _LONG:
            (length,) = struct.unpack("<L", head[8:])
        else:
            (length,) = struct.unpack("<H", head[6:8])
            stream.seek(at + 8)
        if head[2:4] == b"\x10\x00":
            uid = stream.read(min(length, 64)).rstrip(b"\0 ").decode("latin-1")
            deflated = uid == DeflatedExplicitVRLittleEndian
        else:
            stream.seek(length, 1)


def _count(stream: BinaryIO, most: int) -> None:
    total = 0
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    while packed := stream.read(_CHUNK):
        while packed and not unpacker.eof:
            try:
                total += len(unpacker.decompress(packed, _CHUNK))
            except zlib.error:
                return  # damaged: whoever reads it will say so
            packed = unpacker.unconsumed_tail
            if total > most:
                raise UnpacksTooLarge("the file unpacks to far more than its size")
