"""Reading single values of a data set that may hold anything: never raises, never guesses."""

import hashlib
import math
from collections.abc import Sequence
from datetime import date
from typing import Any

from pydicom.dataset import Dataset

from painmap.imaging.header import Triple
from painmap.imaging.header_walk import ThinHeader

_NOTHING = Dataset()
"""Stands for a group that is not there; nobody writes to it."""


def value(dataset: Dataset | ThinHeader, keyword: str) -> Any:
    """The value of `keyword`; None when it is absent, empty or cannot be understood."""
    if type(dataset) is ThinHeader:  # holds nothing that is empty or not understood
        return dataset.values.get(keyword)
    try:
        found = dataset.get(keyword)
    except Exception:  # noqa: BLE001 - pydicom converts on access and raises many kinds
        return None
    return None if found is None or found == "" else found


def text(dataset: Dataset | ThinHeader, keyword: str) -> str:
    """The value of `keyword` as text, several values joined by a backslash; empty if absent."""
    found = value(dataset, keyword)
    if found is None:
        return ""
    # a plain string is by far the most frequent, and the test for a sequence slow
    if not isinstance(found, str | bytes) and isinstance(found, Sequence):
        return "\\".join(str(part) for part in found).strip()
    return str(found).strip(" \0")


def declared_or_utf8(dataset: Dataset | ThinHeader, found: str) -> str:
    """Read text again as UTF-8 where the file names no character set and it is UTF-8.

    Some writers leave Specific Character Set out; the bytes tell UTF-8 from Latin-1.
    """
    if text(dataset, "SpecificCharacterSet") or found.isascii():
        return found
    try:
        return found.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return found


def numbers(dataset: Dataset | ThinHeader, keyword: str, count: int) -> tuple[float, ...] | None:
    """Exactly `count` finite numbers of `keyword`, or None."""
    found = value(dataset, keyword)
    if found is None:
        return None
    several = not isinstance(found, str | int | float) and isinstance(found, Sequence)
    try:
        result = tuple(map(float, found)) if several else (float(found),)
    except (TypeError, ValueError):
        return None
    return result if len(result) == count and all(map(math.isfinite, result)) else None


def number(dataset: Dataset | ThinHeader, keyword: str) -> float | None:
    found = numbers(dataset, keyword, 1)
    return None if found is None else found[0]


def integer(dataset: Dataset | ThinHeader, keyword: str) -> int | None:
    found = number(dataset, keyword)
    return None if found is None else int(found)


def day(dataset: Dataset | ThinHeader, keyword: str) -> date | None:
    digits = text(dataset, keyword).replace(".", "").replace("-", "")
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def triple(values: Sequence[float] | Any) -> Triple:
    """Three floats, with no negative zero in them."""
    x, y, z = (float(part) + 0.0 for part in values)
    return x, y, z


def groups(dataset: Dataset) -> tuple[Dataset, list[Dataset]]:
    shared = value(dataset, "SharedFunctionalGroupsSequence") or [_NOTHING]
    return shared[0], list(value(dataset, "PerFrameFunctionalGroupsSequence") or [])


def group(frame: Dataset, shared: Dataset, keyword: str) -> Dataset:
    """One functional group of a frame: its own, else the shared one, else empty."""
    found = value(frame, keyword) or value(shared, keyword)
    result: Dataset = found[0] if found else _NOTHING
    return result


def frame_rescale(dataset: Dataset, frame: int) -> tuple[float, float]:
    """Rescale slope and intercept of one frame, wherever the object keeps them."""
    source = dataset
    shared, single = groups(dataset)
    if single:
        source = group(single[frame], shared, "PixelValueTransformationSequence")
    slope, intercept = number(source, "RescaleSlope"), number(source, "RescaleIntercept")
    return (1.0 if slope is None else slope), (0.0 if intercept is None else intercept)


def sop_uid_of(dataset: Dataset) -> str:
    """SOP Instance UID, from the file meta if the data set lacks it; empty if both do."""
    return text(dataset, "SOPInstanceUID") or text(dataset.file_meta, "MediaStorageSOPInstanceUID")


def sop_class_of(dataset: Dataset) -> str:
    """SOP Class UID, from the file meta if the data set lacks it; empty if both do."""
    return text(dataset, "SOPClassUID") or text(dataset.file_meta, "MediaStorageSOPClassUID")


def made_uid(seed: str) -> str:
    """A UID under 2.25 that depends on `seed` alone (PS3.5 annex B.2 gives the root)."""
    digest = hashlib.sha256(seed.encode()).digest()
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"
