"""What one file says about itself: the slices in it, or why it is not used."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import UID

from painmap.imaging.decoders import Codec, codec_of, is_lossy, what_is_missing
from painmap.imaging.reading import looks_like_dicom, pixel_bytes, quiet_pydicom, read_dataset

Triple: TypeAlias = tuple[float, float, float]

SYNTHETIC_MANUFACTURER = "painmap phantom"
"""Manufacturer in every header that the phantom writes."""

_CT = "1.2.840.10008.5.1.4.1.1.2"
_MULTI_FRAME_CT = {"1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2"}
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


class SkipReason(StrEnum):
    """Why a file is not used; the value is the sentence."""

    NOT_DICOM = "This is not a DICOM file."
    EMPTY_FILE = "The file is empty."
    NOT_A_FILE = "This is not an ordinary file."
    UNREADABLE = "The file could not be opened."
    UNREADABLE_FOLDER = "The folder could not be opened."
    LOOP = "The folder has been read under another name."
    DAMAGED = "The file is damaged: its header cannot be read."
    DICOMDIR = "This is a table of contents; the files it lists are read themselves."
    NOT_A_PICTURE = "This object is no CT picture."
    OTHER_MODALITY = "This is a picture of another modality; CT is read."
    SECONDARY_CAPTURE = "This is a screenshot or scan (secondary capture), without CT values."
    COLOUR = "This is a colour picture, without CT values."
    NOT_HU = "Its values are not Hounsfield units."
    MULTI_FRAME = "It holds several pictures in a form that CT does not have."
    NO_FRAMES = "It does not describe its single pictures."
    NO_PIXELS = "There is no picture in it; the file may be cut short."
    TRUNCATED = "The file is cut short: its picture is not complete."
    NO_DECODER = "Its compression cannot be read here."
    IDENTICAL_COPY = "It is the same as another file, byte for byte."


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is not used, and why.

    Parameters
    ----------
    path : Path
    reason : SkipReason
    detail : str
        What makes it exact: modality, transfer syntax; no patient identifier.
    """

    path: Path
    reason: SkipReason
    detail: str = ""

    @property
    def sentence(self) -> str:
        """The reason with its detail, one sentence."""
        return f"{self.reason.value[:-1]}: {self.detail}." if self.detail else self.reason.value


@dataclass(frozen=True, slots=True)
class PatientIdentity:
    """Whom a study shows, as its headers say; kept in memory, never in an index or log.

    Parameters
    ----------
    name : str
        Patient's Name with all its component groups ("Family^Given=..."), decoded.
    id, issuer, institution : str
        Patient ID, Issuer of Patient ID, Institution Name.
    birth_date : date or None
    sex : str
        "M", "F", "O" or empty.
    """

    name: str = ""
    id: str = ""
    issuer: str = ""
    institution: str = ""
    birth_date: date | None = None
    sex: str = ""


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """What all slices of a series usually share, of which none bears on geometry.

    Parameters
    ----------
    deidentified : bool
        Patient Identity Removed is YES.
    contrast : str
        Contrast/Bolus Agent, empty when none is named.
    """

    identity: PatientIdentity
    modality: str
    study_date: date | None
    study_description: str
    series_description: str
    series_number: int | None
    body_part: str
    patient_position: str
    manufacturer: str
    kernel: str
    contrast: str
    kvp: float | None
    synthetic: bool
    deidentified: bool


@dataclass(frozen=True, slots=True)
class SliceHeader:
    """One slice: a file, or one frame of it.

    Parameters
    ----------
    frame : int
        From 0.
    study_uid, series_uid : str
        Empty when the data set has none.
    sop_uid : str
        From the file meta if the data set lacks it; made from the file's bytes if both do.
    empty_uids : tuple of str
        Which of "study", "series", "SOP instance" the data set leaves empty.
    position : 3 floats or None
        Image Position (Patient), LPS millimetres of the centre of pixel (0, 0).
    along_row, along_column : 3 floats or None
        Unit vectors: direction of growing column, and of growing row.
    pixel_spacing : 2 floats or None
        Millimetres from row to row, from column to column.
    """

    path: Path
    frame: int
    study_uid: str
    series_uid: str
    sop_uid: str
    empty_uids: tuple[str, ...]
    frame_of_reference_uid: str | None
    instance_number: int | None
    is_localizer: bool
    rows: int
    columns: int
    position: Triple | None
    along_row: Triple | None
    along_column: Triple | None
    pixel_spacing: tuple[float, float] | None
    slice_thickness: float | None
    transfer_syntax: str
    lossy: bool
    facts: SeriesFacts

    @property
    def has_geometry(self) -> bool:
        return self.position is not None and self.pixel_spacing is not None


_TAGS = [
    "SpecificCharacterSet", "ImageType", "SOPClassUID", "SOPInstanceUID", "StudyDate", "Modality",
    "Manufacturer", "InstitutionName", "StudyDescription", "SeriesDescription", "PatientName",
    "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex", "PatientIdentityRemoved",
    "ContrastBolusAgent", "BodyPartExamined", "SliceThickness", "KVP", "ConvolutionKernel",
    "PatientPosition", "StudyInstanceUID", "SeriesInstanceUID", "SeriesNumber", "InstanceNumber",
    "ImagePositionPatient", "ImageOrientationPatient", "FrameOfReferenceUID", "ImageComments",
    "SamplesPerPixel", "NumberOfFrames", "Rows", "Columns", "PixelSpacing", "BitsAllocated",
    "BitsStored", "HighBit", "PixelRepresentation", "RescaleType", "LossyImageCompression",
    "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence",
]  # fmt: skip


def read_headers(path: Path) -> tuple[SliceHeader, ...] | Skipped:
    """Read what slices are in a file.

    Parameters
    ----------
    path : Path
        An ordinary file; its name says nothing.

    Returns
    -------
    tuple of SliceHeader or Skipped
        Slices that can be decoded here, or the reason why there are none.
    """
    try:
        with path.open("rb") as stream, quiet_pydicom():
            start = stream.read(132)
            if not start:
                return Skipped(path, SkipReason.EMPTY_FILE)
            if not looks_like_dicom(start):
                return Skipped(path, SkipReason.NOT_DICOM)
            stream.seek(0)
            try:
                dataset = read_dataset(stream, _TAGS)
                unusable = _why_not(path, dataset)
                if unusable is not None:
                    return unusable
                cut = _what_lacks(path, dataset, pixel_bytes(path, stream, dataset))
                return cut if cut is not None else _slices(path, dataset)
            except OSError:
                raise
            except Exception as error:  # noqa: BLE001 - pydicom raises anything on damaged bytes
                return Skipped(path, SkipReason.DAMAGED, type(error).__name__)
    except OSError as error:
        return Skipped(path, SkipReason.UNREADABLE, error.strerror or type(error).__name__)


def is_synthetic(dataset: Dataset) -> bool:
    """Whether the header says that the picture was computed and shows nobody.

    Both must hold: the manufacturer is `SYNTHETIC_MANUFACTURER`, and the comment or a
    description says SYNTHETIC.
    """
    words = [text(dataset, key) for key in ("ImageComments", "StudyDescription")]
    words.append(text(dataset, "SeriesDescription"))
    return text(dataset, "Manufacturer") == SYNTHETIC_MANUFACTURER and any(
        "SYNTHETIC" in word for word in words
    )


def value(dataset: Dataset, keyword: str) -> Any:
    """The value of `keyword`; None when it is absent, empty or cannot be understood."""
    try:
        found = dataset.get(keyword)
    except Exception:  # noqa: BLE001 - pydicom converts on access and raises many kinds
        return None
    return None if found is None or found == "" else found


def text(dataset: Dataset, keyword: str) -> str:
    """The value of `keyword` as text, several values joined by a backslash; empty if absent."""
    found = value(dataset, keyword)
    if found is None:
        return ""
    if isinstance(found, Sequence) and not isinstance(found, str | bytes):
        return "\\".join(str(part) for part in found).strip()
    return str(found).strip(" \0")


def numbers(dataset: Dataset, keyword: str, count: int) -> tuple[float, ...] | None:
    """Exactly `count` finite numbers of `keyword`, or None."""
    found = value(dataset, keyword)
    if found is None:
        return None
    parts = list(found) if isinstance(found, Sequence) and not isinstance(found, str) else [found]
    try:
        result = tuple(float(part) for part in parts)
    except (TypeError, ValueError):
        return None
    return result if len(result) == count and bool(np.all(np.isfinite(result))) else None


def number(dataset: Dataset, keyword: str) -> float | None:
    found = numbers(dataset, keyword, 1)
    return None if found is None else found[0]


def _integer(dataset: Dataset, keyword: str) -> int | None:
    found = number(dataset, keyword)
    return None if found is None else int(found)


def _date(dataset: Dataset, keyword: str) -> date | None:
    digits = text(dataset, keyword).replace(".", "").replace("-", "")
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _why_not(path: Path, dataset: Dataset) -> Skipped | None:
    """Why the object is not a CT picture in Hounsfield units; None when it is."""
    meta_class = str(dataset.file_meta.get("MediaStorageSOPClassUID", ""))
    sop_class = text(dataset, "SOPClassUID") or meta_class
    modality = text(dataset, "Modality").upper()
    if sop_class == _DICOMDIR:
        return Skipped(path, SkipReason.DICOMDIR)
    if sop_class.startswith(_SECONDARY_CAPTURE):
        return Skipped(path, SkipReason.SECONDARY_CAPTURE)
    is_ct = sop_class == _CT or sop_class in _MULTI_FRAME_CT or (not sop_class and modality == "CT")
    if modality in _NOT_PICTURES or (not is_ct and value(dataset, "Rows") is None):
        name = UID(sop_class).name if sop_class else "of no named kind"
        return Skipped(path, SkipReason.NOT_A_PICTURE, f"{modality} {name}".strip())
    if not is_ct or modality not in ("", "CT"):
        return Skipped(path, SkipReason.OTHER_MODALITY, modality or UID(sop_class).name)
    if (_integer(dataset, "SamplesPerPixel") or 1) != 1:
        return Skipped(path, SkipReason.COLOUR)
    frames = _integer(dataset, "NumberOfFrames") or 1
    if sop_class not in _MULTI_FRAME_CT and frames != 1:
        return Skipped(path, SkipReason.MULTI_FRAME)
    if sop_class in _MULTI_FRAME_CT:
        return _why_not_frames(path, dataset, frames)
    kind = text(dataset, "RescaleType").upper()
    return Skipped(path, SkipReason.NOT_HU, kind) if kind in _NOT_HU else None


def _why_not_frames(path: Path, dataset: Dataset, frames: int) -> Skipped | None:
    shared, single = _groups(dataset)
    if len(single) != frames:
        return Skipped(path, SkipReason.NO_FRAMES)
    for frame in single:
        transform = _group(frame, shared, "PixelValueTransformationSequence")
        kind = text(transform, "RescaleType").upper()
        if kind in _NOT_HU or kind == "US":
            frame_type = _group(frame, shared, "CTImageFrameTypeSequence")
            detail = text(frame_type, "FrameType").replace("\\", " ")
            return Skipped(path, SkipReason.NOT_HU, f"rescale type {kind}, {detail}".strip(", "))
    return None


def _what_lacks(path: Path, dataset: Dataset, present: int | None) -> Skipped | None:
    """Why the pixels cannot be decoded; None when they can, as far as the header tells."""
    rows, columns = _integer(dataset, "Rows"), _integer(dataset, "Columns")
    bits = _integer(dataset, "BitsAllocated")
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    if codec_of(syntax) is None:
        return Skipped(path, SkipReason.NO_DECODER, what_is_missing(syntax))
    if present is None or not rows or not columns or not bits:
        return Skipped(path, SkipReason.NO_PIXELS)
    expected = rows * columns * bits // 8 * (_integer(dataset, "NumberOfFrames") or 1)
    short = present < expected if codec_of(syntax) is Codec.NATIVE else present == 0
    if short:
        return Skipped(path, SkipReason.TRUNCATED)
    missing = what_is_missing(syntax)
    return Skipped(path, SkipReason.NO_DECODER, missing) if missing else None


def _groups(dataset: Dataset) -> tuple[Dataset, list[Dataset]]:
    shared = value(dataset, "SharedFunctionalGroupsSequence") or [Dataset()]
    return shared[0], list(value(dataset, "PerFrameFunctionalGroupsSequence") or [])


def _group(frame: Dataset, shared: Dataset, keyword: str) -> Dataset:
    """One functional group of a frame: its own, else the shared one, else empty."""
    found = value(frame, keyword) or value(shared, keyword)
    result: Dataset = found[0] if found else Dataset()
    return result


def frame_rescale(dataset: Dataset, frame: int) -> tuple[float, float]:
    """Rescale slope and intercept of one frame, wherever the object keeps them."""
    source = dataset
    shared, single = _groups(dataset)
    if single:
        source = _group(single[frame], shared, "PixelValueTransformationSequence")
    slope, intercept = number(source, "RescaleSlope"), number(source, "RescaleIntercept")
    return (1.0 if slope is None else slope), (0.0 if intercept is None else intercept)


def _slices(path: Path, dataset: Dataset) -> tuple[SliceHeader, ...]:
    facts = _facts(dataset)
    shared, single = _groups(dataset)
    if text(dataset, "SOPClassUID") not in _MULTI_FRAME_CT or not single:
        return (_slice(path, dataset, facts, 0, dataset, dataset, dataset, dataset),)
    return tuple(
        _slice(
            path,
            dataset,
            facts,
            number_,
            _group(frame, shared, "PlanePositionSequence"),
            _group(frame, shared, "PlaneOrientationSequence"),
            _group(frame, shared, "PixelMeasuresSequence"),
            _group(frame, shared, "CTImageFrameTypeSequence"),
        )
        for number_, frame in enumerate(single)
    )


def _slice(
    path: Path,
    dataset: Dataset,
    facts: SeriesFacts,
    frame: int,
    position: Dataset,
    orientation: Dataset,
    measures: Dataset,
    kind: Dataset,
) -> SliceHeader:
    """One slice, from the parts of the data set that hold its geometry."""
    uids = {
        "study": text(dataset, "StudyInstanceUID"),
        "series": text(dataset, "SeriesInstanceUID"),
        "SOP instance": text(dataset, "SOPInstanceUID"),
    }
    sop_uid = sop_uid_of(dataset)
    place, along_row, along_column = _placement(position, orientation)
    spacing = numbers(measures, "PixelSpacing", 2)
    if spacing is not None and min(spacing) <= 0:
        spacing = None
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    # the frame type stands for the image type in a multi-frame object
    image_type = text(kind, "FrameType") or text(dataset, "ImageType")
    return SliceHeader(
        path=path,
        frame=frame,
        study_uid=uids["study"],
        series_uid=uids["series"],
        sop_uid=sop_uid or made_uid(hashlib.sha256(path.read_bytes()).hexdigest()),
        empty_uids=tuple(name for name, uid in uids.items() if not uid),
        frame_of_reference_uid=text(dataset, "FrameOfReferenceUID") or None,
        instance_number=_integer(dataset, "InstanceNumber"),
        is_localizer="LOCALIZER" in image_type.upper().split("\\"),
        rows=int(dataset.Rows),
        columns=int(dataset.Columns),
        position=place,
        along_row=along_row,
        along_column=along_column,
        pixel_spacing=None if spacing is None else (spacing[0], spacing[1]),
        slice_thickness=number(measures, "SliceThickness"),
        transfer_syntax=syntax,
        lossy=is_lossy(syntax, text(dataset, "LossyImageCompression")),
        facts=facts,
    )


def sop_uid_of(dataset: Dataset) -> str:
    """SOP Instance UID, from the file meta if the data set lacks it; empty if both do."""
    return text(dataset, "SOPInstanceUID") or text(dataset.file_meta, "MediaStorageSOPInstanceUID")


def _placement(
    position: Dataset, orientation: Dataset
) -> tuple[Triple | None, Triple | None, Triple | None]:
    """Position and the two unit directions; three None where one of them is no use."""
    place = numbers(position, "ImagePositionPatient", 3)
    cosines = numbers(orientation, "ImageOrientationPatient", 6)
    if place is None or cosines is None:
        return None, None, None
    along_row, along_column = np.array(cosines[:3]), np.array(cosines[3:])
    lengths = float(np.linalg.norm(along_row)), float(np.linalg.norm(along_column))
    if min(lengths) < 0.9 or max(lengths) > 1.1:
        return None, None, None
    along_row, along_column = along_row / lengths[0], along_column / lengths[1]
    if abs(float(along_row @ along_column)) > PERPENDICULAR_TOLERANCE:
        return None, None, None
    return triple(place), triple(along_row), triple(along_column)


PERPENDICULAR_TOLERANCE = 1e-2
"""Cosine between the two image directions up to which rounding is to blame for it."""


def triple(values: Sequence[float] | Any) -> Triple:
    """Three floats, with no negative zero in them."""
    x, y, z = (float(part) + 0.0 for part in values)
    return x, y, z


def made_uid(seed: str) -> str:
    """A UID under 2.25 that depends on `seed` alone (PS3.5 annex B.2 gives the root)."""
    digest = hashlib.sha256(seed.encode()).digest()
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"


def _facts(dataset: Dataset) -> SeriesFacts:
    return SeriesFacts(
        identity=PatientIdentity(
            name=text(dataset, "PatientName"),
            id=text(dataset, "PatientID"),
            issuer=text(dataset, "IssuerOfPatientID"),
            institution=text(dataset, "InstitutionName"),
            birth_date=_date(dataset, "PatientBirthDate"),
            sex=text(dataset, "PatientSex").upper(),
        ),
        modality=text(dataset, "Modality") or "CT",
        study_date=_date(dataset, "StudyDate"),
        study_description=text(dataset, "StudyDescription"),
        series_description=text(dataset, "SeriesDescription"),
        series_number=_integer(dataset, "SeriesNumber"),
        body_part=text(dataset, "BodyPartExamined"),
        patient_position=text(dataset, "PatientPosition"),
        manufacturer=text(dataset, "Manufacturer"),
        kernel=text(dataset, "ConvolutionKernel"),
        contrast=text(dataset, "ContrastBolusAgent"),
        kvp=number(dataset, "KVP"),
        synthetic=is_synthetic(dataset),
        deidentified=text(dataset, "PatientIdentityRemoved").upper() == "YES",
    )
