"""Opening DICOM files that may be anything: sniffing, quiet reading, pixel data in place."""

import logging
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from painmap.imaging.header_walk import thin_header
from painmap.imaging.inflating import check_inflated_size
from painmap.imaging.sniffing import LONGEST_LOOK, sniffed_syntax

# pydicom's log quotes values of the file, which may be a patient's name
logging.getLogger("pydicom").setLevel(logging.CRITICAL)

_FILTERS = threading.RLock()
"""Python's warning filters are one list for all threads; changes to it take turns."""

_UNDEFINED = 0xFFFFFFFF
_ITEM = b"\xfe\xff\x00\xe0"
_DELIMITERS = (b"\xfe\xff\xdd\xe0", b"\xfe\xff\x0d\xe0")


@contextmanager
def quiet_pydicom() -> Iterator[None]:
    """Within this, pydicom's warnings about invalid values are dropped.

    They quote the value, which may be a patient's name; what matters of them ends as a
    skip reason or a series warning of our own.
    """
    with _FILTERS, warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"pydicom(\.|$)")
        yield


def looks_like_dicom(start: bytes) -> bool:
    """Whether the first bytes of a file may be DICOM, with or without its preamble.

    Parameters
    ----------
    start : bytes
        The first 132 bytes or more.
    """
    if start[128:132] == b"DICM":
        return True
    if len(start) < 8:
        return False
    group_little, element_little = struct.unpack("<HH", start[:4])
    group_big, _ = struct.unpack(">HH", start[:4])
    if group_little == 0x0002 or (group_little == 0x0008 and element_little <= 0x0070):
        explicit = start[4:6].isalpha() and start[4:6].isupper()
        return explicit or struct.unpack("<L", start[4:8])[0] <= 0x400
    return group_big in (0x0002, 0x0008) and start[4:6].isalpha() and start[4:6].isupper()


def read_dataset(stream: BinaryIO, tags: list[str] | None = None) -> Dataset:
    """Read a data set, whether or not it has a preamble and file meta information.

    Parameters
    ----------
    stream : binary file
        At its start; left at the pixel data when `tags` are given (not for deflated files).
    tags : list of str or None
        Keywords to read, without pixel data; None reads all.

    Returns
    -------
    Dataset
        With `file_meta`, and in it a transfer syntax: the one that was found to fit when the
        file names none. With `tags` and where nothing in the file is unusual it is a
        `ThinHeader`, which gives the same answers.

    Raises
    ------
    Exception
        Whatever pydicom raises for a damaged file; the caller translates.
    """
    if tags is not None:
        thin = thin_header(stream, tags)
        if thin is not None:
            # what reads single values asks with `get`, and for the two attributes it has too
            return cast(Dataset, thin)
    check_inflated_size(stream)
    with quiet_pydicom():
        dataset = pydicom.dcmread(
            stream, stop_before_pixels=tags is not None, force=True, specific_tags=tags
        )
    meta = getattr(dataset, "file_meta", None)
    if meta is None:
        dataset.file_meta = meta = FileMetaDataset()
    if not meta.get("TransferSyntaxUID"):
        meta.TransferSyntaxUID = _packed_syntax(stream, dataset, tags) or _found_syntax(dataset)
    return dataset


def _packed_syntax(stream: BinaryIO, dataset: Dataset, tags: list[str] | None) -> UID | None:
    """The transfer syntax of encapsulated pixels; None where pixels are not packed."""
    if tags is None:
        value = dataset.get("PixelData")
        return sniffed_syntax(value[:LONGEST_LOOK]) if isinstance(value, bytes) else None
    start = stream.tell()
    head = stream.read(12)
    element = stream.read(LONGEST_LOOK)
    stream.seek(start)
    if head[:4] != b"\xe0\x7f\x10\x00" or head[8:] != b"\xff\xff\xff\xff":
        return None
    return sniffed_syntax(element)


def _found_syntax(dataset: Dataset) -> UID:
    implicit, little = dataset.original_encoding
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRBigEndian if little is False else ExplicitVRLittleEndian


def pixel_bytes(path: Path, stream: BinaryIO, dataset: Dataset) -> int | None:
    """How many bytes of pixel data are really there, without reading them.

    Parameters
    ----------
    path : Path
        The file, read again if it is deflated.
    stream : binary file
        As `read_dataset` left it.
    dataset : Dataset

    Returns
    -------
    int or None
        None: there are no pixel data. 0: they are cut short, judged by their own lengths.
        For encapsulated pixels the sum of all fragments.
    """
    if dataset.file_meta.TransferSyntaxUID == DeflatedExplicitVRLittleEndian:
        with path.open("rb") as again, quiet_pydicom():
            whole = pydicom.dcmread(again, force=True)
        return len(whole.PixelData) if "PixelData" in whole else None
    size = path.stat().st_size
    implicit, little = dataset.original_encoding
    order = "<" if little is not False else ">"
    start = stream.tell()
    head = stream.read(12)
    if len(head) < 8 or struct.unpack(order + "HH", head[:4]) != (0x7FE0, 0x0010):
        return None
    if implicit:
        length, first = struct.unpack(order + "L", head[4:8])[0], start + 8
    elif head[4:6] in (b"OB", b"OW", b"UN", b"OL", b"OV") and len(head) == 12:
        length, first = struct.unpack(order + "L", head[8:12])[0], start + 12
    else:
        length, first = struct.unpack(order + "H", head[6:8])[0], start + 8
    if length != _UNDEFINED:
        return int(length) if first + length <= size else 0
    return fragment_bytes(stream, first, size)


def fragment_bytes(stream: BinaryIO, first: int, size: int, start: bytes = b"") -> int:
    """Sum the fragments of encapsulated pixels.

    Parameters
    ----------
    stream : binary file
    first : int
        Where the first item begins.
    size : int
        Bytes of the file.
    start : bytes
        What was read of it already, from its start.

    Returns
    -------
    int
        0 when a fragment or the end of all is beyond the file.
    """
    total, at = 0, first
    while True:
        head = start[at : at + 8]
        if len(head) < 8:
            stream.seek(at)
            head = stream.read(8)
        if head[:4] in _DELIMITERS:
            return total
        if len(head) < 8 or head[:4] != _ITEM:
            return 0
        length = struct.unpack("<L", head[4:])[0]
        at += 8 + length
        if at > size:
            return 0
        total += length
