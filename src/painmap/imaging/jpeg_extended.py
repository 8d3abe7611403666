"""JPEG Extended with more than 8 bits, which pydicom's plugin refuses and its library reads."""

from typing import Any

import gdcm
import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.uid import JPEGExtended12Bit


def is_deep_extended(dataset: Dataset) -> bool:
    """Whether a data set holds JPEG Extended of more than 8 bits."""
    return (
        dataset.file_meta.TransferSyntaxUID == JPEGExtended12Bit and int(dataset.BitsAllocated) > 8
    )


def decoded_extended(dataset: Dataset, frame: int) -> npt.NDArray[Any]:
    """Decode one frame of JPEG Extended.

    Parameters
    ----------
    dataset : Dataset
        One for which `is_deep_extended` holds; grey.
    frame : int
        From 0.

    Returns
    -------
    (rows, columns) ndarray of uint16 or int16

    Raises
    ------
    ValueError
        The picture is damaged.
    """
    frames = int(dataset.get("NumberOfFrames") or 1)
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(get_frame(dataset.PixelData, frame, number_of_frames=frames))
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    stored, signed = int(dataset.BitsStored), int(dataset.PixelRepresentation)
    picture = gdcm.Image()
    picture.SetNumberOfDimensions(2)
    picture.SetDimensions((int(dataset.Columns), int(dataset.Rows), 1))
    picture.SetDataElement(element)
    grey = gdcm.PhotometricInterpretation.MONOCHROME2
    picture.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(grey))
    syntax = gdcm.TransferSyntax.GetTSType(str(JPEGExtended12Bit))
    picture.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    picture.SetPixelFormat(gdcm.PixelFormat(1, 16, stored, stored - 1, signed))
    # the library gives bytes as text
    raw = picture.GetBuffer().encode("utf-8", "surrogateescape")
    if len(raw) != 2 * int(dataset.Rows) * int(dataset.Columns):
        raise ValueError("the picture is not complete")
    values = np.frombuffer(raw, dtype="<i2" if signed else "<u2")
    return values.reshape(int(dataset.Rows), int(dataset.Columns))
