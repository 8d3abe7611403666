"""What compressed pixels say about themselves, held against the data set before decoding.

The decoders are written in C and believe what they are told: one whose picture is larger
than the room that was made for it writes beyond it, and takes the program with it.
"""

import struct
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.encaps import get_frame

_FRAME_HEADERS = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}
"""SOF0 to SOF15 without DHT, JPG and DAC, and SOF55 of JPEG-LS (ITU-T T.87, C.2.2)."""

_HUFFMAN, _SCAN, _JPEG_LS = 0xC4, 0xDA, 0xF7
_END = b"\xff\xd9"
_BEFORE_SCAN = {*_FRAME_HEADERS, _HUFFMAN, _SCAN, 0xDB, 0xDD, 0xF8, 0xFE, *range(0xE0, 0xF0)}
"""What may stand before the pixels: also DQT, DRI, LSE, COM and APP0 to APP15 (T.81, B.2)."""


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
    """Walk all markers up to the first scan: GDCM ends the program where one is not whole.

    The scan of JPEG-LS must end: CharLS never does on some that are cut short. No other
    marker's bytes stand in a scan (T.87, A.1).
    """
    head: CodeStream | None = None
    is_jpeg_ls = False
    at = 2
    while True:
        if content[at] != 0xFF:
            raise ValueError("the code stream has no head")
        kind = content[at + 1]
        if kind == 0xFF:  # a filling byte
            at += 1
            continue
        (length,) = struct.unpack_from(">H", content, at + 2)
        part = content[at + 4 : at + 2 + length]
        if length < 2 or len(part) != length - 2 or kind not in _BEFORE_SCAN:
            raise ValueError("the head of the code stream is damaged")
        if kind in _FRAME_HEADERS:
            if head is not None or part[5:6] != b"\x01" or len(part) != 9:
                raise ValueError("the code stream is of several pictures or samples")
            bits, rows, columns, samples = struct.unpack_from(">BHHB", part)
            head = CodeStream(rows, columns, samples, bits)
            is_jpeg_ls = kind == _JPEG_LS
        elif kind == _HUFFMAN:
            _check_tables(part)
        elif kind == _SCAN:
            if head is None or len(part) != 6 or part[0] != 1:
                raise ValueError("the pixels begin before their head")
            if is_jpeg_ls and content.find(_END, at) < 0:
                raise ValueError("the pixels have no end")
            return head
        at += 2 + length


def _check_tables(part: bytes) -> None:
    """See that tables are whole and that no code is given twice (T.81, annex C)."""
    at = 0
    while at < len(part):
        counts = part[at + 1 : at + 17]
        room = 1 << 16
        for bits, count in enumerate(counts, 1):
            room -= count << (16 - bits)
        if len(counts) < 16 or room < 0 or part[at] & 0xEC or sum(counts) > 256:
            raise ValueError("a table of the code stream is damaged")
        at += 17 + sum(counts)
    if at != len(part):
        raise ValueError("a table of the code stream is damaged")


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


def check_pixel_format(dataset: Dataset) -> None:
    """See that the header says what a sample of JPEG can be: GDCM ends the program on others.

    Fewer than 8 bits stored of 8 is such a one, though the standard knows it: no CT has it.

    Raises
    ------
    ValueError
    """
    allocated, stored = int(dataset.BitsAllocated), int(dataset.BitsStored)
    lowest = 8 if allocated == 8 else 1
    if not lowest <= stored <= allocated or int(dataset.PixelRepresentation) not in (0, 1):
        raise ValueError("the header says what no sample can be")
