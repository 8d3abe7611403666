"""The values of single elements, where their bytes leave no doubt about them."""

import re
from functools import lru_cache
from typing import Any


class Doubt(Exception):
    """The bytes may mean something else, or pydicom may understand them otherwise."""


_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,10}", re.ASCII)
_UID = re.compile(r"[0-9.]{1,64}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

_CHARACTER_TEXT = {b"LO", b"LT", b"PN", b"SH", b"ST", b"UT"}
"""Value representations that the character set bears on (PS3.5 6.1.2.2)."""

_PLAIN_TEXT = {b"AS", b"CS", b"DA", b"DT", b"TM"}

_ONE_VALUE = {b"LT", b"ST", b"UT"}
"""In these a backslash is a sign like any other."""

_ENCODINGS = {"": "ascii", "ISO_IR 6": "ascii", "ISO_IR 100": "latin-1", "ISO_IR 192": "utf-8"}
"""Character sets that are read here; text in others is read here as long as it is ASCII."""

_LIKE_ASCII = {
    "ISO_IR 101", "ISO_IR 109", "ISO_IR 110", "ISO_IR 126", "ISO_IR 127", "ISO_IR 138",
    "ISO_IR 144", "ISO_IR 148", "ISO_IR 166", "ISO_IR 203", "GB18030", "GBK",
}  # fmt: skip
"""Character sets whose first 128 signs are those of ASCII; Japanese ISO_IR 13 is not."""


def own_value(vr: bytes, raw: bytes, character_set: str) -> Any:
    """The value of an element that is hardly met again.

    Parameters
    ----------
    vr : bytes
        As the dictionary gives it; b"US or SS" is read without sign.
    raw : bytes
        Not empty.
    character_set : str
        Specific Character Set; "several" when there is more than one.

    Returns
    -------
    int, str, or tuple of str
        Numbers that are written out stay strings.

    Raises
    ------
    Doubt
    """
    if vr in (b"US", b"US or SS"):
        if len(raw) != 2:
            raise Doubt
        return int.from_bytes(raw, "little")
    if vr == b"UL" and len(raw) == 4:
        return int.from_bytes(raw, "little")
    if vr in (b"DS", b"IS"):
        return _numbers(raw, _NUMBER if vr == b"DS" else _WHOLE)
    if vr == b"UI":
        return _matching(_decoded(raw, "ascii").rstrip("\0"), _UID)
    if vr in _PLAIN_TEXT:
        return _texts(_decoded(raw, "ascii"), several=True)
    if vr in _CHARACTER_TEXT:
        encoding = _ENCODINGS.get(character_set)
        if encoding is None:
            if character_set not in _LIKE_ASCII:
                raise Doubt
            encoding = "ascii"
        if vr == b"PN" and (b"=" in raw or b"\\" in raw):
            raise Doubt
        return _texts(_decoded(raw, encoding), several=vr not in _ONE_VALUE)
    raise Doubt


read_value = lru_cache(maxsize=2048)(own_value)
"""The same for elements whose values many files share."""


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise Doubt from error


def _matching(text: str, pattern: re.Pattern[str]) -> str:
    if pattern.fullmatch(text) is None:
        raise Doubt
    return text


def _numbers(raw: bytes, pattern: re.Pattern[str]) -> str | tuple[str, ...]:
    parts = [part.strip(" ") for part in _decoded(raw, "ascii").rstrip(" \0").split("\\")]
    for part in parts:
        _matching(part, pattern)
    return parts[0] if len(parts) == 1 else tuple(parts)


def _texts(text: str, *, several: bool) -> str | tuple[str, ...]:
    """One text or several, none with blanks around it but the one that pads the last."""
    text = text.rstrip(" \0")
    if _CONTROL.search(text) is not None:
        raise Doubt
    parts = text.split("\\") if several else [text]
    if any(part != part.strip() for part in parts) or parts == [""]:
        raise Doubt
    return parts[0] if len(parts) == 1 else tuple(parts)
