"""A process of its own that decodes frames: the decoders hold Python's lock while they work.

It reads requests from its standard input and answers on its standard output, and ends when
its input does, which is also when the program that started it is gone. Nothing of painmap and
no pydicom is imported, so that it is small and there at once; a decoder comes with its first
frame.
"""

import importlib
import struct
import sys
from collections.abc import Callable
from enum import IntEnum
from typing import BinaryIO, TypeAlias

REQUEST = struct.Struct("<BLL")
"""Which decoder, bytes of the frame that follows, bytes of the picture expected."""

ANSWER = struct.Struct("<BL")
"""1 and the bytes of the picture that follows, or 0 when the frame could not be decoded."""


class Decoder(IntEnum):
    """Which decoder a frame needs."""

    JPEG_2000 = 1
    JPEG_LS = 2


Decode: TypeAlias = Callable[[bytes], bytes | bytearray]


def _jpeg_2000() -> Decode:
    # untyped, and loaded only where a frame needs it
    decode = importlib.import_module("openjpeg").decode_pixel_data
    return lambda frame: decode(frame, version=2)


def _jpeg_ls() -> Decode:
    decode = importlib.import_module("jpeg_ls").decode_pixel_data
    return lambda frame: decode(frame)[0]


_MAKERS = {Decoder.JPEG_2000: _jpeg_2000, Decoder.JPEG_LS: _jpeg_ls}
_ready: dict[Decoder, Decode] = {}


def decode(decoder: Decoder, frame: bytes) -> bytes | bytearray:
    """Decode a frame to the bytes of its stored values, little endian.

    Raises
    ------
    Exception
        Whatever the decoder raises for a damaged frame.
    """
    if decoder not in _ready:
        _ready[decoder] = _MAKERS[decoder]()
    return _ready[decoder](frame)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    while len(head := requests.read(REQUEST.size)) == REQUEST.size:
        which, length, expected = REQUEST.unpack(head)
        frame = requests.read(length)
        try:
            picture = decode(Decoder(which), frame)
        except Exception:  # noqa: BLE001 - decoders raise anything; pydicom then says what it is
            picture = b""
        if len(picture) == expected:
            answers.write(ANSWER.pack(1, expected))
            answers.write(picture)
        else:
            answers.write(ANSWER.pack(0, 0))
        answers.flush()


def main() -> int:
    """Serve standard input and output."""
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer)
    except (BrokenPipeError, KeyboardInterrupt):  # nobody listens any more
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
