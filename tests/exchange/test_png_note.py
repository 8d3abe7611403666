"""The statement of intended use inside a picture."""

import struct
import zlib

from painmap.documents.intended_use import INTENDED_USE
from painmap.exchange.png_note import SIGNATURE, with_statement


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def picture() -> bytes:
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00\x7f")
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        (checked,) = struct.unpack_from(">I", png, at + 8 + length)
        assert checked == zlib.crc32(kind + body)
        found.append((kind, body))
        at += 12 + length
    return found


def test_a_picture_carries_the_statement_and_is_otherwise_the_same() -> None:
    noted = chunks(with_statement(picture()))

    assert [kind for kind, _ in noted] == [b"IHDR", b"tEXt", b"IDAT", b"IEND"]
    assert noted[1][1] == b"Disclaimer\x00" + INTENDED_USE.encode("latin-1")
    assert [noted[0], *noted[2:]] == chunks(picture())


def test_what_is_no_png_stays_as_it_is() -> None:
    for content in (b"", b"GIF89a", SIGNATURE, SIGNATURE + b"????????"):
        assert with_statement(content) == content
