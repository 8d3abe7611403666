"""Walking over sequences of undefined length, to find where they end; nothing is taken of them."""

import struct
from functools import lru_cache

from pydicom.datadict import dictionary_VR

from painmap.imaging.header_values import Doubt

DEEPEST_NESTING = 8
"""Sequences within sequences; deeper ones are left to pydicom."""

SHORT = {
    b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN",
    b"SH", b"SL", b"SS", b"ST", b"TM", b"UI", b"UL", b"US",
}  # fmt: skip
"""Value representations with two bytes of length (PS3.5 table 7.1-2); others have four."""
LONG = {
    b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV",
}  # fmt: skip

UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD

explicit_at = struct.Struct("<HH2sH").unpack_from
implicit_at = struct.Struct("<HHL").unpack_from
long_at = struct.Struct("<L").unpack_from


@lru_cache(maxsize=1024)
def is_sequence(tag: int) -> bool:
    """Whether the dictionary knows `tag` as a sequence."""
    try:
        return dictionary_VR(tag) == "SQ"
    except KeyError:
        return False


def after_sequence(buffer: bytes, at: int, *, implicit: bool, depth: int) -> int:
    """Where a sequence of undefined length ends."""
    if depth > DEEPEST_NESTING:
        raise Doubt
    while True:
        group, element, length = implicit_at(buffer, at)
        tag, at = group << 16 | element, at + 8
        if tag == _SEQUENCE_END and length == 0:
            return at
        if tag != _ITEM:
            raise Doubt
        end = None if length == UNDEFINED else at + length
        at = _after_item(buffer, at, end, implicit=implicit, depth=depth)


def _after_item(buffer: bytes, at: int, end: int | None, *, implicit: bool, depth: int) -> int:
    """Where an item ends: at `end`, or at its own delimiter."""
    last = 0
    while at != end:
        group, element, length = implicit_at(buffer, at)
        tag = group << 16 | element
        if end is None and tag == _ITEM_END and length == 0:
            return at + 8
        vr, start = b"", at + 8
        if not implicit:
            _, _, vr, length = explicit_at(buffer, at)
            if vr not in SHORT:
                if vr not in LONG or length:
                    raise Doubt
                length = long_at(buffer, start)[0]
                start += 4
        if tag <= last or group >= 0xFFFE:
            raise Doubt
        last = tag
        if length == UNDEFINED:
            if vr != b"SQ" and not (implicit and is_sequence(tag)):
                raise Doubt
            at = after_sequence(buffer, start, implicit=implicit, depth=depth + 1)
        else:
            at = start + length
        if end is not None and at > end:
            raise Doubt
    return at
