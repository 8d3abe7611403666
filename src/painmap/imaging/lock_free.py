"""JPEG-LS and JPEG 2000 by imagecodecs, whose decoders let go of Python's lock while they work.

So threads decode on all cores, straight into the memory of the volume (ADR 47). The same
decoders are given to pydicom, so that what is unusual is decoded by them as well.
"""

from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt
from pydicom.pixels.decoders.base import DecodeRunner, get_decoder
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000Lossless,
    JPEGLSLossless,
    JPEGLSNearLossless,
)

NAME = "imagecodecs"

_JPEG_LS = (JPEGLSLossless, JPEGLSNearLossless)
_JPEG_2000 = (JPEG2000Lossless, JPEG2000, HTJ2KLossless, HTJ2KLosslessRPCL, HTJ2K)

DECODER_DEPENDENCIES = dict.fromkeys((*_JPEG_LS, *_JPEG_2000), (NAME,))
"""What pydicom asks of a module of decoders, as is `is_available`."""


def is_available(uid: str) -> bool:
    """Whether this computer's imagecodecs has the decoder: it can be built without."""
    kind = imagecodecs.JPEGLS if uid in _JPEG_LS else imagecodecs.JPEG2K
    return bool(kind.available)


def decode_into(transfer_syntax: str, frame: bytes, room: npt.NDArray[np.uint16]) -> None:
    """Decode a frame whose head has been checked (`frames.check_frame`).

    Parameters
    ----------
    room : ndarray
        (rows, columns); gets the stored values, bit by bit.

    Raises
    ------
    Exception
        Whatever the decoder raises; `room` then holds anything.
    """
    _decoder(transfer_syntax)(frame, out=room)


def decode_frame(src: bytes, runner: DecodeRunner) -> bytearray:
    """Decode a frame for pydicom."""
    array = _decoder(runner.transfer_syntax)(src)
    # the room of a sample follows from its bits, not from the header
    runner.set_option("bits_allocated", array.dtype.itemsize * 8)
    return bytearray(array.tobytes())


def _decoder(transfer_syntax: str) -> Callable[..., npt.NDArray[Any]]:
    decode: Callable[..., npt.NDArray[Any]] = (
        imagecodecs.jpegls_decode if transfer_syntax in _JPEG_LS else imagecodecs.jpeg2k_decode
    )
    return decode


def register() -> None:
    """Tell pydicom of these decoders, once."""
    for uid in DECODER_DEPENDENCIES:
        decoder = get_decoder(uid)
        if NAME not in decoder.available_plugins and is_available(uid):
            decoder.add_plugin(NAME, (__name__, decode_frame.__name__))
