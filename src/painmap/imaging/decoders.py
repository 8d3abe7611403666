"""Which transfer syntaxes can be decoded here, and what is missing for the others.

pylibjpeg-libjpeg is GPL and is never chosen, even where it happens to be installed: each
syntax names its decoders.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from importlib import metadata
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID

from painmap.imaging import lock_free
from painmap.imaging.codestream import check_codestream, check_pixel_format
from painmap.imaging.jpeg_extended import decoded_extended, is_deep_extended

lock_free.register()


class Codec(StrEnum):
    """How the pixels of a transfer syntax are packed."""

    NATIVE = "native"
    JPEG = "JPEG"
    JPEG_LS = "JPEG-LS"
    JPEG_2000 = "JPEG 2000"
    RLE = "RLE"


_PLUGINS = {
    Codec.NATIVE: ("",),
    Codec.JPEG: ("gdcm",),
    Codec.JPEG_LS: (lock_free.NAME, "gdcm"),
    Codec.JPEG_2000: (lock_free.NAME, "gdcm"),
    Codec.RLE: ("pylibjpeg", "pydicom"),
}
"""pydicom's names of the decoders that may be used, the preferred one first."""

_PACKAGE = {
    Codec.NATIVE: "",
    Codec.JPEG: "python-gdcm",
    Codec.JPEG_LS: lock_free.NAME,
    Codec.JPEG_2000: lock_free.NAME,
    Codec.RLE: "pylibjpeg with pylibjpeg-rle",
}

_CODECS = {
    "1.2.840.10008.1.2": Codec.NATIVE,
    "1.2.840.10008.1.2.1": Codec.NATIVE,
    "1.2.840.10008.1.2.1.99": Codec.NATIVE,
    "1.2.840.10008.1.2.2": Codec.NATIVE,
    "1.2.840.10008.1.2.4.50": Codec.JPEG,
    "1.2.840.10008.1.2.4.51": Codec.JPEG,
    "1.2.840.10008.1.2.4.57": Codec.JPEG,
    "1.2.840.10008.1.2.4.70": Codec.JPEG,
    "1.2.840.10008.1.2.4.80": Codec.JPEG_LS,
    "1.2.840.10008.1.2.4.81": Codec.JPEG_LS,
    "1.2.840.10008.1.2.4.90": Codec.JPEG_2000,
    "1.2.840.10008.1.2.4.91": Codec.JPEG_2000,
    "1.2.840.10008.1.2.4.201": Codec.JPEG_2000,
    "1.2.840.10008.1.2.4.202": Codec.JPEG_2000,
    "1.2.840.10008.1.2.4.203": Codec.JPEG_2000,
    "1.2.840.10008.1.2.5": Codec.RLE,
}
"""PS3.5 annex A; what is not here cannot be read."""

_ALWAYS_LOSSY = {"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81"}
_PERHAPS_LOSSY = {"1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.203"}


def syntax_name(transfer_syntax: str) -> str:
    """The name of a transfer syntax and its UID, for people."""
    name = UID(transfer_syntax).name
    return transfer_syntax if name == transfer_syntax else f"{name}, {transfer_syntax}"


def codec_of(transfer_syntax: str) -> Codec | None:
    """How pixels are packed in `transfer_syntax`; None when it is not known here."""
    return _CODECS.get(transfer_syntax)


def what_is_missing(transfer_syntax: str) -> str:
    """Why `transfer_syntax` cannot be decoded here; empty when it can.

    Returns
    -------
    str
        Such as "JPEG Lossless ...: the package python-gdcm is missing"; no full stop.
    """
    codec = codec_of(transfer_syntax)
    if codec is None:
        return f"{syntax_name(transfer_syntax)}: no decoder for it is known"
    if _plugin(codec, transfer_syntax) is not None:
        return ""
    return f"{syntax_name(transfer_syntax)}: the package {_PACKAGE[codec]} is missing"


def decoder_name(transfer_syntax: str) -> str:
    """What reads and decodes `transfer_syntax` here, for the import report; empty if nothing does.

    Returns
    -------
    str
        A package with its version: "imagecodecs 2026.3.6".
    """
    codec = codec_of(transfer_syntax)
    plugin = None if codec is None else _plugin(codec, transfer_syntax)
    if plugin is None:
        return ""
    package = _versioned(_DISTRIBUTION[plugin])
    # the walk of `header_walk` and the pixels of `fast_pixels` are the program's own
    plain = codec is Codec.NATIVE and transfer_syntax not in _PYDICOM_ALONE
    return f"painmap, unusual files by {package}" if plain else package


_PYDICOM_ALONE = {"1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"}
"""Deflated and big endian."""

_DISTRIBUTION = {
    "": "pydicom",
    "pydicom": "pydicom",
    "gdcm": "python-gdcm",
    "pylibjpeg": "pylibjpeg-rle",
    lock_free.NAME: lock_free.NAME,
}
"""The package behind a decoder of pydicom's."""


@cache
def _versioned(package: str) -> str:
    try:
        return f"{package} {metadata.version(package)}"
    except metadata.PackageNotFoundError:  # a frozen program has no lists of packages
        return package


def _plugin(codec: Codec, transfer_syntax: str) -> str | None:
    """The first of the allowed decoders that is installed."""
    if codec is Codec.NATIVE:
        return ""
    available = get_decoder(transfer_syntax).available_plugins
    return next((name for name in _PLUGINS[codec] if name in available), None)


def is_lossy(transfer_syntax: str, lossy_flag: str) -> bool:
    """Whether pixels lost detail in compression.

    Parameters
    ----------
    transfer_syntax : str
    lossy_flag : str
        Lossy Image Compression (0028,2110): "00", "01" or empty. Once lossy, always "01",
        whatever the file is packed in now (PS3.3 C.7.6.1.1.5).
    """
    if lossy_flag == "01" or transfer_syntax in _ALWAYS_LOSSY:
        return True
    return transfer_syntax in _PERHAPS_LOSSY and lossy_flag != "00"


def stored_values(dataset: Dataset, frame: int) -> npt.NDArray[Any]:
    """Decode one frame to the values that were stored, before rescaling.

    Parameters
    ----------
    dataset : Dataset
        Whole file, with its file meta.
    frame : int
        From 0.

    Returns
    -------
    ndarray
        (rows, columns), an integer type of the sign that Pixel Representation says; bits
        outside Bits Stored are cleared.

    Raises
    ------
    Exception
        Whatever pydicom or the decoder raises; the caller translates.
    """
    transfer_syntax = str(dataset.file_meta.TransferSyntaxUID)
    codec = _CODECS[transfer_syntax]
    decoder = get_decoder(transfer_syntax)
    if codec is Codec.NATIVE and _has_odd_high_bit(dataset):
        return _shifted(decoder, dataset, frame)
    if codec not in (Codec.NATIVE, Codec.RLE):
        check_codestream(dataset, frame)
    if codec is Codec.JPEG:
        check_pixel_format(dataset)
    if is_deep_extended(dataset):
        return decoded_extended(dataset, frame)
    plugin = _plugin(codec, transfer_syntax) or ""
    with panics_as_errors():
        array, _ = decoder.as_array(dataset, index=frame, raw=True, decoding_plugin=plugin)
    result: npt.NDArray[Any] = array
    return _with_signs(result, dataset) if codec is Codec.JPEG_LS else result


def _with_signs(values: npt.NDArray[Any], dataset: Dataset) -> npt.NDArray[Any]:
    """Give back the signs of values of which only the stored bits were packed.

    JPEG-LS has no signs. Where its samples have more bits than are stored, dcmtk packs
    negative values without the bits above those, and pydicom takes them for positive ones.
    """
    stored = int(dataset.BitsStored)
    half, lowest, highest = 1 << (stored - 1), int(values.min()), int(values.max())
    if int(dataset.PixelRepresentation) != 1 or lowest < 0 or not half <= highest < 2 * half:
        return values
    signed = values.astype(np.int32)
    signed[signed >= half] -= 2 * half
    return signed.astype(values.dtype)


@contextmanager
def panics_as_errors() -> Iterator[None]:
    """Make a panic of a decoder in Rust an ordinary error.

    It is a `BaseException`, as the end of the program is, and would pass every handler of
    damaged pixels; pylibjpeg-rle panics on a run that is longer than the picture.
    """
    try:
        yield
    except Exception:
        raise
    except BaseException as error:
        if type(error).__module__ != "pyo3_runtime":
            raise
        raise ValueError("the decoder gave up on the pixels") from error


def _has_odd_high_bit(dataset: Dataset) -> bool:
    return int(dataset.HighBit) != int(dataset.BitsStored) - 1


def _shifted(decoder: Any, dataset: Dataset, frame: int) -> npt.NDArray[Any]:
    """Take the stored bits from where High Bit says they are; pydicom expects them lowest."""
    allocated, stored = int(dataset.BitsAllocated), int(dataset.BitsStored)
    lowest = int(dataset.HighBit) + 1 - stored
    if not 0 <= lowest <= allocated - stored:
        raise ValueError("High Bit does not fit Bits Allocated and Bits Stored")
    whole = Dataset()
    whole.update(dataset)
    whole.file_meta = dataset.file_meta
    whole.set_original_encoding(*dataset.original_encoding)
    whole.BitsStored, whole.HighBit, whole.PixelRepresentation = allocated, allocated - 1, 0
    raw, _ = decoder.as_array(whole, index=frame, raw=True)
    values: npt.NDArray[np.int64] = (raw.astype(np.int64) >> lowest) & ((1 << stored) - 1)
    if int(dataset.PixelRepresentation) == 1:
        values -= (values >= 1 << (stored - 1)).astype(np.int64) << stored
    return values
