"""What compressed pixels say about themselves, held against the data set before decoding.

The decoders are written in C and believe what they are told: one whose picture is larger
than the room that was made for it writes beyond it, and takes the program with it.
"""

import struct
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.encaps import get_frame

_NO_LENGTH = {0x01, *range(0xD0, 0xDA)}
"""Markers of JPEG that stand alone (ITU-T T.81, table B.1)."""

_FRAME_HEADERS = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}
"""SOF0 to SOF15 without DHT, JPG and DAC, and SOF55 of JPEG-LS (ITU-T T.87, C.2.2)."""


@dataclass(frozen=True, slots=True)
class CodeStream:
    """What the head of a JPEG or JPEG 2000 code stream says.

    Parameters
    ----------
    rows, columns, samples : int
    bits : int
        Of one sample.
    """

    rows: int
    columns: int
    samples: int
    bits: int


def head_of(content: bytes) -> CodeStream:
    """Read the head of a code stream.

    Parameters
    ----------
    content : bytes
        JPEG, JPEG-LS or JPEG 2000, the last with or without its boxes.

    Raises
    ------
    ValueError
        It has none.
    """
    try:
        if content[:2] == b"\xff\xd8":
            return _jpeg(content)
        return _jpeg_2000(content)
    except (struct.error, IndexError) as error:
        raise ValueError("the code stream has no head") from error


def _jpeg(content: bytes) -> CodeStream:
    at = 2
    while True:
        if content[at] != 0xFF:
            raise ValueError("the code stream has no head")
        kind = content[at + 1]
        if kind == 0xFF:  # a filling byte
            at += 1
            continue
        if kind in _FRAME_HEADERS:
            bits, rows, columns, samples = struct.unpack_from(">BHHB", content, at + 4)
            return CodeStream(rows, columns, samples, bits)
        if kind == 0xDA:
            raise ValueError("the pixels begin before their head")
        at += 2 if kind in _NO_LENGTH else 2 + struct.unpack_from(">H", content, at + 2)[0]


def _jpeg_2000(content: bytes) -> CodeStream:
    """SIZ follows SOC at once (ITU-T T.800, A.5.1)."""
    start = content.find(b"\xff\x4f\xff\x51", 0, 4096)
    if start < 0:
        raise ValueError("the code stream has no head")
    right, bottom, left, top = struct.unpack_from(">LLLL", content, start + 8)
    (samples,) = struct.unpack_from(">H", content, start + 40)
    bits = (content[start + 42] & 0x7F) + 1
    return CodeStream(bottom - top, right - left, samples, bits)


def check_codestream(dataset: Dataset, frame: int) -> None:
    """See that one frame of JPEG, JPEG-LS or JPEG 2000 is the picture that the header says.

    Raises
    ------
    ValueError
        It is of another size, or of more bits than there is room for.
    """
    allocated = int(dataset.BitsAllocated)
    if allocated not in (8, 16):
        raise ValueError("no decoder gives samples of that many bits")
    frames = int(dataset.get("NumberOfFrames") or 1)
    head = head_of(get_frame(dataset.PixelData, frame, number_of_frames=frames))
    expected = int(dataset.Rows), int(dataset.Columns), int(dataset.SamplesPerPixel)
    if (head.rows, head.columns, head.samples) != expected or head.bits > allocated:
        raise ValueError("the code stream is another picture than the header says")
