"""Writes the statement of intended use into a PNG, where its viewers look for it."""

import struct
import zlib

from painmap.documents.intended_use import INTENDED_USE

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_END = len(SIGNATURE) + 4 + 4 + 13 + 4
"""The first chunk, IHDR, is length, name, 13 bytes, check sum."""


def with_statement(png: bytes) -> bytes:
    """Give the same picture with the statement as its "Disclaimer" text.

    References
    ----------
    PNG specification, third edition, 11.3.3.1 (keywords) and 11.3.3.2 (tEXt).
    """
    if not png.startswith(SIGNATURE) or png[12:16] != b"IHDR":
        return png
    body = b"tEXt" + b"Disclaimer\0" + INTENDED_USE.encode("latin-1")
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:_HEADER_END] + chunk + png[_HEADER_END:]
