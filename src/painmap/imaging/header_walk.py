"""A thin walk over the header of a plain DICOM file, for speed; pydicom reads what is unusual.

Only little endian files with preamble and a sound file meta group are walked, and only values
whose reading leaves no doubt are taken. Everything else gives None, never another value than
pydicom would: `tests/imaging/test_header_walk.py` compares both on every file there is.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, BinaryIO, NamedTuple, TypeAlias

from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword

from painmap.imaging.header_values import Doubt, read_value
from painmap.imaging.sequence_walk import (
    LONG,
    SHORT,
    UNDEFINED,
    after_sequence,
    explicit_at,
    implicit_at,
    is_sequence,
    long_at,
)

FIRST_READ = 8192
"""Bytes that are read at first; nearly all headers fit in."""

LARGEST_HEADER = 1 << 20
"""A longer header is left to pydicom."""

_IMPLICIT = b"1.2.840.10008.1.2"
_NOT_PLAIN = {b"1.2.840.10008.1.2.2", b"1.2.840.10008.1.2.1.99"}
"""Big endian and deflated."""
_OWN_ROOT = b"1.2.840.10008.1.2"

_EITHER, _SIGNS = b"US or SS", (b"US", b"SS")
_CHARACTER_SET = 0x00080005
_PIXELS = {0x7FE00008, 0x7FE00009, 0x7FE00010}

Wanted: TypeAlias = dict[int, tuple[str, bytes]]
"""Tag to keyword and value representation."""


class TooShort(Exception):
    """The bytes at hand end before the header does."""


class Span(NamedTuple):
    """Where an element lies: its tag, its value, the byte after it."""

    tag: int
    begin: int
    start: int
    end: int
    undefined: bool
    """A sequence of undefined length, with its delimiter."""


@dataclass(frozen=True, slots=True)
class ThinMeta:
    """The file meta group, as far as it is needed.

    Parameters
    ----------
    values : dict
        By keyword.
    """

    values: dict[str, Any]

    def get(self, keyword: str, default: Any = None) -> Any:
        return self.values.get(keyword, default)

    @property
    def TransferSyntaxUID(self) -> str:  # noqa: N802 - the standard's name, as pydicom has it
        syntax: str = self.values["TransferSyntaxUID"]
        return syntax


@dataclass(frozen=True, slots=True)
class ThinHeader:
    """The wanted values of a header; asked like a pydicom data set.

    Decimal and integer strings are given as strings, which is how they stand in the file.

    Parameters
    ----------
    values : dict
        By keyword; what is empty is left out.
    file_meta : ThinMeta
    original_encoding : (bool, bool)
        Implicit VR, little endian.
    pixels_at : int
        Where the element of the pixel data begins, or where the file ends.
    """

    values: dict[str, Any]
    file_meta: ThinMeta
    original_encoding: tuple[bool, bool]
    pixels_at: int

    def get(self, keyword: str, default: Any = None) -> Any:
        return self.values.get(keyword, default)

    def __getattr__(self, keyword: str) -> Any:
        try:
            return self.values[keyword]
        except KeyError:
            raise AttributeError(keyword) from None

    def __contains__(self, keyword: str) -> bool:
        return keyword in self.values


@lru_cache(maxsize=8)
def wanted_tags(keywords: tuple[str, ...]) -> Wanted:
    """Give tag and value representation of each keyword, once for all files."""
    tags = (tag_for_keyword(keyword) for keyword in (*keywords, "SpecificCharacterSet"))
    return {tag: (keyword_for_tag(tag), dictionary_VR(tag).encode()) for tag in tags if tag}


META = wanted_tags(
    (
        "FileMetaInformationGroupLength",
        "MediaStorageSOPClassUID",
        "MediaStorageSOPInstanceUID",
        "TransferSyntaxUID",
    )
)


def thin_header(stream: BinaryIO, keywords: Iterable[str]) -> ThinHeader | None:
    """Read the wanted values of a file that has nothing unusual.

    Parameters
    ----------
    stream : binary file
        At its start; left at the pixel data, or at its start when the answer is None.
    keywords : iterable of str

    Returns
    -------
    ThinHeader or None
        None: pydicom has to read it.
    """
    wanted = wanted_tags(tuple(keywords))
    asked = FIRST_READ
    buffer = stream.read(asked)
    while True:
        try:
            header = walk(buffer, wanted, whole=len(buffer) < asked)
        except Doubt:
            header = None
        except (TooShort, struct.error):
            if len(buffer) == asked and asked < LARGEST_HEADER:
                asked *= 16
                buffer += stream.read(asked - len(buffer))
                continue
            header = None
        stream.seek(0 if header is None else header.pixels_at)
        return header


def walk(
    buffer: bytes, wanted: Wanted, *, whole: bool, spans: list[Span] | None = None
) -> ThinHeader:
    """Walk over the first bytes of a file.

    Parameters
    ----------
    whole : bool
        `buffer` is the whole file.
    spans : list of Span, optional
        Gets the place of every element, those of the meta group first.

    Raises
    ------
    Doubt
        Something is unusual.
    struct.error, TooShort
        `buffer` ends too early.
    """
    if buffer[128:132] != b"DICM":
        raise Doubt
    meta, start = _meta_group(buffer, spans)
    syntax = meta.values.get("TransferSyntaxUID", "").encode()
    if not syntax.startswith(_OWN_ROOT) or syntax in _NOT_PLAIN:
        raise Doubt
    implicit = syntax == _IMPLICIT
    # pydicom believes the first element's bytes more than the transfer syntax
    looks_explicit = all(0x40 < letter < 0x5B for letter in buffer[start + 4 : start + 6])
    if looks_explicit == implicit and len(buffer) > start:
        raise Doubt
    values, pixels_at = _elements(
        buffer, start, wanted, implicit=implicit, whole=whole, spans=spans
    )
    return ThinHeader(values, meta, (implicit, True), pixels_at)


def _meta_group(buffer: bytes, spans: list[Span] | None) -> tuple[ThinMeta, int]:
    """The file meta group, which must be as long as it says, and where it ends."""
    group, element, vr, length = explicit_at(buffer, 132)
    if (group, element, vr, length) != (2, 0, b"UL", 4):
        raise Doubt
    end = 144 + long_at(buffer, 140)[0]
    if end > len(buffer):
        raise TooShort
    values, stopped = _elements(buffer[:end], 132, META, implicit=False, whole=True, spans=spans)
    if stopped != end or explicit_at(buffer, end)[0] < 8:
        raise Doubt
    return ThinMeta(values), end


def _elements(
    buffer: bytes,
    at: int,
    wanted: Wanted,
    *,
    implicit: bool,
    whole: bool,
    spans: list[Span] | None,
) -> tuple[dict[str, Any], int]:
    """Wanted values from `at` on, and where the pixel data or the file end begin."""
    values: dict[str, Any] = {}
    character_set = ""
    end, last = len(buffer), 0
    while at < end or not whole:
        if implicit:
            group, element, length = implicit_at(buffer, at)
            vr, start = b"", at + 8
        else:
            group, element, vr, length = explicit_at(buffer, at)
            start = at + 8
            if vr not in SHORT:
                if vr not in LONG or length:
                    if (group << 16 | element) in _PIXELS:
                        break
                    raise Doubt
                length = long_at(buffer, start)[0]
                start += 4
        tag = group << 16 | element
        # a tag twice, or out of order, or a delimiter where no sequence is
        if tag <= last or group >= 0xFFFE:
            raise Doubt
        if tag in _PIXELS:
            break
        last = tag
        if length == UNDEFINED:
            if tag in wanted or (vr != b"SQ" and not (implicit and is_sequence(tag))):
                raise Doubt
            begin, at = at, after_sequence(buffer, start, implicit=implicit, depth=0)
            if spans is not None:
                spans.append(Span(tag, begin, start, at, undefined=True))
            continue
        begin, at = at, start + length
        if at > end:
            raise TooShort
        if spans is not None:
            spans.append(Span(tag, begin, start, at, undefined=False))
        known = wanted.get(tag)
        if known is not None and length:
            keyword, expected = known
            if not implicit and vr != expected and not (expected == _EITHER and vr in _SIGNS):
                raise Doubt
            found = read_value(expected, buffer[start:at], character_set)
            values[keyword] = found
            if tag == _CHARACTER_SET:
                character_set = found if isinstance(found, str) else "several"
    return values, at
