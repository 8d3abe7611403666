"""What lies in a bucket below a folder: the answer of ListObjectsV2, read with suspicion."""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from painmap.samples.errors import SamplesError, SamplesProblem

MOST_PAGE_BYTES = 4_000_000
"""A page of 1,000 keys takes about 400 kB."""

MOST_OBJECTS = 20_000
"""No CT series has more pictures."""

MOST_BYTES = 8_000_000_000
"""Of all objects together; the largest sample has 0.13 GB."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows takes for devices."""
_MD5 = re.compile(r'"?([0-9a-f]{32})"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listed:
    """One object of a series.

    Parameters
    ----------
    name : str
        Its key without the folder: a plain file name.
    size : int
        Bytes.
    md5 : str
        Of its content; empty where the ETag is none (uploaded in parts).
    """

    name: str
    size: int
    md5: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, and the token that asks for the next; empty after the last."""

    objects: tuple[Listed, ...]
    next_token: str


def page_of(content: bytes, folder: str) -> Page:
    """Read one page of the list of `folder`.

    Parameters
    ----------
    content : bytes
        The body of the answer; document types and entities are refused.
    folder : str
        What every key has to begin with, without the slash.

    Raises
    ------
    SamplesError
        NO_LIST or FOREIGN_NAMES.
    """
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise SamplesError(SamplesProblem.NO_LIST) from error
    if _plain(root.tag) != "ListBucketResult":
        raise SamplesError(SamplesProblem.NO_LIST)
    objects = [
        _listed(each, folder)
        for each in root
        if _plain(each.tag) == "Contents" and _text(each, "Key") != f"{folder}/"
    ]
    more = _text(root, "IsTruncated") == "true"
    token = _text(root, "NextContinuationToken")
    if more and not token:
        raise SamplesError(SamplesProblem.NO_LIST)
    return Page(tuple(objects), token if more else "")


def _listed(entry: Element, folder: str) -> Listed:
    key, size = _text(entry, "Key"), _text(entry, "Size")
    name = key.removeprefix(f"{folder}/")
    if name == key or not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
        raise SamplesError(SamplesProblem.FOREIGN_NAMES)
    if not (size.isascii() and size.isdigit() and len(size) < 12):
        raise SamplesError(SamplesProblem.NO_LIST)
    md5 = _MD5.fullmatch(_text(entry, "ETag"))
    return Listed(name, int(size), md5[1].lower() if md5 else "")


def together(pages: list[Page]) -> tuple[Listed, ...]:
    """Give the objects of all pages, each once.

    Raises
    ------
    SamplesError
        ENDLESS_LIST or FOREIGN_NAMES.
    """
    objects = [each for page in pages for each in page.objects]
    if len(objects) > MOST_OBJECTS or sum(each.size for each in objects) > MOST_BYTES:
        raise SamplesError(SamplesProblem.ENDLESS_LIST)
    # two names that differ in capitals only are one file on some systems
    if len({each.name.casefold() for each in objects}) < len(objects):
        raise SamplesError(SamplesProblem.FOREIGN_NAMES)
    return tuple(objects)


def _plain(tag: str) -> str:
    """A tag without its namespace, which mirrors of S3 leave out or change."""
    return tag.rsplit("}", 1)[-1]


def _text(parent: Element, name: str) -> str:
    for each in parent:
        if _plain(each.tag) == name:
            return (each.text or "").strip()
    return ""
