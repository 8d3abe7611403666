"""Which objects are CT pictures in Hounsfield units that can be decoded here, and why not."""

from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.uid import UID

from painmap.imaging.decoders import Codec, codec_of, what_is_missing
from painmap.imaging.header import Skipped, SkipReason
from painmap.imaging.tags import group, groups, integer, sop_class_of, text, value

_CT = "1.2.840.10008.5.1.4.1.1.2"

MULTI_FRAME_CT = {"1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2"}

_MR = {"1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.4.4"}
"""MR Image Storage, Enhanced and Legacy Converted Enhanced MR: to be looked at only."""

MULTI_FRAME = MULTI_FRAME_CT | _MR - {"1.2.840.10008.5.1.4.1.1.4"}
"""Objects that describe their frames in functional groups."""

FRAME_TYPE = {"CT": "CTImageFrameTypeSequence", "MR": "MRImageFrameTypeSequence"}
"""By modality, the functional group that holds the frame type."""

_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"

_DICOMDIR = "1.2.840.10008.1.3.10"

_NOT_PICTURES = {
    "SR", "SEG", "RTSTRUCT", "RTPLAN", "RTDOSE", "RTRECORD", "PR", "KO", "REG", "FID", "DOC",
    "ECG", "HD", "AU", "RWV", "SMR", "ANN", "PLAN", "STAIN", "M3D", "ASMT",
}  # fmt: skip
"""Modalities whose objects hold no picture of the patient's body (PS3.3 C.7.3.1.1.1)."""

_NOT_HU = {"OD", "MGML", "Z_EFF", "ED", "EDW", "HU_MOD", "PCT"}
"""Rescale types of other quantities (PS3.3 C.11.1.1.2).

What is not listed counts as HU: scanners write "HU" in several spellings, and "US"
(unspecified) for plain CT. A multi-frame object says it exactly: there "US" is no HU.
"""


def why_not(path: Path, dataset: Dataset) -> Skipped | None:
    """Why the object is not a CT picture in Hounsfield units; None when it is."""
    sop_class = sop_class_of(dataset)
    modality = text(dataset, "Modality").upper()
    if sop_class == _DICOMDIR:
        return Skipped(path, SkipReason.DICOMDIR)
    if sop_class == _SECONDARY_CAPTURE or sop_class.startswith(f"{_SECONDARY_CAPTURE}."):
        return Skipped(path, SkipReason.SECONDARY_CAPTURE)
    is_ct = sop_class == _CT or sop_class in MULTI_FRAME_CT or (not sop_class and modality == "CT")
    if modality in _NOT_PICTURES or (not is_ct and value(dataset, "Rows") is None):
        name = UID(sop_class).name if sop_class else "of no named kind"
        return Skipped(path, SkipReason.NOT_A_PICTURE, f"{modality} {name}".strip())
    if not is_ct or modality not in ("", "CT"):
        return Skipped(path, SkipReason.OTHER_MODALITY, modality or UID(sop_class).name)
    if not _is_grey(dataset):
        return Skipped(path, SkipReason.COLOUR)
    frames = integer(dataset, "NumberOfFrames") or 1
    if sop_class not in MULTI_FRAME_CT and frames != 1:
        return Skipped(path, SkipReason.MULTI_FRAME)
    if sop_class in MULTI_FRAME_CT:
        return _why_not_frames(path, dataset, frames)
    kind = text(dataset, "RescaleType").upper()
    return Skipped(path, SkipReason.NOT_HU, kind) if kind in _NOT_HU else None


def may_be_looked_at(dataset: Dataset, why: Skipped) -> bool:
    """Whether an object that is no CT picture can be shown all the same: grey MR pictures."""
    sop_class = text(dataset, "SOPClassUID")
    if why.reason is not SkipReason.OTHER_MODALITY or sop_class not in _MR:
        return False
    frames, single = integer(dataset, "NumberOfFrames") or 1, groups(dataset)[1]
    described = len(single) == frames if sop_class in MULTI_FRAME else frames == 1
    return described and _is_grey(dataset)


def _is_grey(dataset: Dataset) -> bool:
    """Whether a pixel is one grey value; an entry of a colour table is none."""
    kind = text(dataset, "PhotometricInterpretation").upper()
    grey = not kind or kind.startswith("MONOCHROME")
    return grey and (integer(dataset, "SamplesPerPixel") or 1) == 1


def _why_not_frames(path: Path, dataset: Dataset, frames: int) -> Skipped | None:
    shared, single = groups(dataset)
    if len(single) != frames:
        return Skipped(path, SkipReason.NO_FRAMES)
    for frame in single:
        transform = group(frame, shared, "PixelValueTransformationSequence")
        kind = text(transform, "RescaleType").upper()
        if kind in _NOT_HU or kind == "US":
            frame_type = group(frame, shared, "CTImageFrameTypeSequence")
            detail = text(frame_type, "FrameType").replace("\\", " ")
            return Skipped(path, SkipReason.NOT_HU, f"rescale type {kind}, {detail}".strip(", "))
    return None


def what_lacks(path: Path, dataset: Dataset, present: int | None) -> Skipped | None:
    """Why the pixels cannot be decoded; None when they can, as far as the header tells."""
    rows, columns = integer(dataset, "Rows"), integer(dataset, "Columns")
    bits = integer(dataset, "BitsAllocated")
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    if codec_of(syntax) is None:
        return Skipped(path, SkipReason.NO_DECODER, what_is_missing(syntax))
    if present is None or not rows or not columns or not bits:
        return Skipped(path, SkipReason.NO_PIXELS)
    expected = rows * columns * bits // 8 * (integer(dataset, "NumberOfFrames") or 1)
    short = present < expected if codec_of(syntax) is Codec.NATIVE else present == 0
    if short:
        return Skipped(path, SkipReason.TRUNCATED)
    missing = what_is_missing(syntax)
    return Skipped(path, SkipReason.NO_DECODER, missing) if missing else None
