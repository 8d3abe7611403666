"""The slices that a data set describes."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pydicom.dataset import Dataset

from painmap.imaging.decoders import is_lossy
from painmap.imaging.header import (
    PatientIdentity,
    SeriesFacts,
    SliceHeader,
    Triple,
)
from painmap.imaging.header_walk import ThinHeader, ThinMeta
from painmap.imaging.tags import (
    day,
    declared_or_utf8,
    group,
    groups,
    integer,
    made_uid,
    number,
    numbers,
    sop_uid_of,
    text,
    triple,
)
from painmap.imaging.usable import FRAME_TYPE, MULTI_FRAME

SYNTHETIC_MANUFACTURER = "painmap phantom"
"""Manufacturer in every header that the phantom writes."""

PERPENDICULAR_TOLERANCE = 1e-2
"""Cosine between the two image directions up to which rounding is to blame for it."""

TAGS = [
    "SpecificCharacterSet", "ImageType", "SOPClassUID", "SOPInstanceUID", "StudyDate", "Modality",
    "Manufacturer", "InstitutionName", "StudyDescription", "SeriesDescription", "PatientName",
    "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex", "PatientIdentityRemoved",
    "ContrastBolusAgent", "BodyPartExamined", "SliceThickness", "KVP", "ConvolutionKernel",
    "PatientPosition", "StudyInstanceUID", "SeriesInstanceUID", "SeriesNumber", "InstanceNumber",
    "ImagePositionPatient", "ImageOrientationPatient", "FrameOfReferenceUID", "ImageComments",
    "SamplesPerPixel", "NumberOfFrames", "Rows", "Columns", "PixelSpacing", "BitsAllocated",
    "BitsStored", "HighBit", "PixelRepresentation", "RescaleType", "LossyImageCompression",
    "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence",
    "PhotometricInterpretation", "AcquisitionNumber", "AcquisitionDate", "AcquisitionTime",
    "AcquisitionDateTime", "TemporalPositionIdentifier", "NominalPercentageOfCardiacPhase",
]  # fmt: skip
"""All that is read of a header."""

OWN_OF_A_SLICE = {
    "SOPInstanceUID", "InstanceNumber", "ImagePositionPatient", "AcquisitionNumber",
    "AcquisitionDate", "AcquisitionTime", "AcquisitionDateTime",
}  # fmt: skip
"""What differs from slice to slice and is no fact of the series."""


def is_synthetic(dataset: Dataset | ThinHeader) -> bool:
    """Whether the header says that the picture was computed and shows nobody.

    Both must hold: the manufacturer is `SYNTHETIC_MANUFACTURER`, and the comment or a
    description says SYNTHETIC.
    """
    words = [text(dataset, key) for key in ("ImageComments", "StudyDescription")]
    words.append(text(dataset, "SeriesDescription"))
    return text(dataset, "Manufacturer") == SYNTHETIC_MANUFACTURER and any(
        "SYNTHETIC" in word for word in words
    )


def slices_of(path: Path, dataset: Dataset) -> tuple[SliceHeader, ...]:
    """Give the slices of an object that holds pictures."""
    facts = _facts(dataset)
    shared, single = groups(dataset)
    if text(dataset, "SOPClassUID") not in MULTI_FRAME or not single:
        return (_slice(path, dataset, facts, 0, _Parts(*([dataset] * 6))),)
    return tuple(
        _slice(
            path,
            dataset,
            facts,
            order,
            _Parts(
                position=group(frame, shared, "PlanePositionSequence"),
                orientation=group(frame, shared, "PlaneOrientationSequence"),
                measures=group(frame, shared, "PixelMeasuresSequence"),
                kind=group(frame, shared, FRAME_TYPE.get(facts.modality, FRAME_TYPE["CT"])),
                content=group(frame, shared, "FrameContentSequence"),
                heart=group(frame, shared, "CardiacSynchronizationSequence"),
            ),
        )
        for order, frame in enumerate(single)
    )


class _Parts(NamedTuple):
    """The parts of a data set that hold what differs from slice to slice."""

    position: Dataset
    orientation: Dataset
    measures: Dataset
    kind: Dataset
    content: Dataset
    heart: Dataset


def _slice(
    path: Path, dataset: Dataset, facts: SeriesFacts, frame: int, parts: _Parts
) -> SliceHeader:
    """One slice, from the data set and the parts that hold its geometry."""
    uids = {
        "study": text(dataset, "StudyInstanceUID"),
        "series": text(dataset, "SeriesInstanceUID"),
        "SOP instance": text(dataset, "SOPInstanceUID"),
    }
    sop_uid = sop_uid_of(dataset)
    place, along_row, along_column = _placement(parts.position, parts.orientation)
    spacing = numbers(parts.measures, "PixelSpacing", 2)
    if spacing is not None and min(spacing) <= 0:
        spacing = None
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    # the frame type stands for the image type in a multi-frame object
    image_type = (text(parts.kind, "FrameType") or text(dataset, "ImageType")).upper()
    return SliceHeader(
        path=path,
        frame=frame,
        study_uid=uids["study"],
        series_uid=uids["series"],
        sop_uid=sop_uid or made_uid(hashlib.sha256(path.read_bytes()).hexdigest()),
        empty_uids=tuple(name for name, uid in uids.items() if not uid),
        frame_of_reference_uid=text(dataset, "FrameOfReferenceUID") or None,
        instance_number=integer(dataset, "InstanceNumber"),
        is_localizer="LOCALIZER" in image_type.split("\\"),
        rows=int(dataset.Rows),
        columns=int(dataset.Columns),
        position=place,
        along_row=along_row,
        along_column=along_column,
        pixel_spacing=None if spacing is None else (spacing[0], spacing[1]),
        slice_thickness=number(parts.measures, "SliceThickness"),
        transfer_syntax=syntax,
        lossy=is_lossy(syntax, text(dataset, "LossyImageCompression")),
        facts=facts,
        image_type=image_type,
        acquisition=_first_integer(
            (parts.content, "FrameAcquisitionNumber"), (dataset, "AcquisitionNumber")
        ),
        acquired=acquired(dataset, parts.content),
        phase=_phase(parts.content, parts.heart),
        inverted=text(dataset, "PhotometricInterpretation") == "MONOCHROME1",
    )


def _first_integer(*places: tuple[Dataset, str]) -> int | None:
    found = (integer(source, keyword) for source, keyword in places)
    return next((each for each in found if each is not None), None)


def acquired(dataset: Dataset | ThinHeader, content: Dataset | ThinHeader) -> str:
    """Date and time of acquisition as digits, to be ordered by."""
    whole = text(content, "FrameAcquisitionDateTime") or text(dataset, "AcquisitionDateTime")
    if not whole and (time := text(dataset, "AcquisitionTime")):
        whole = text(dataset, "AcquisitionDate") + time
    return "".join(sign for sign in whole if sign.isdigit() or sign == ".")


def _phase(content: Dataset, heart: Dataset) -> str:
    percent = number(heart, "NominalPercentageOfCardiacPhase")
    if percent is not None:
        return f"cardiac {percent:g} %"
    index = _first_integer(
        (content, "TemporalPositionIndex"), (content, "TemporalPositionIdentifier")
    )
    return "" if index is None else f"time {index}"


def _placement(
    position: Dataset, orientation: Dataset
) -> tuple[Triple | None, Triple | None, Triple | None]:
    """Position and the two unit directions; three None where one of them is no use."""
    place = numbers(position, "ImagePositionPatient", 3)
    cosines = numbers(orientation, "ImageOrientationPatient", 6)
    if place is None or cosines is None:
        return None, None, None
    directions = _directions(cosines)
    return (None, None, None) if directions is None else (triple(place), *directions)


@lru_cache(maxsize=64)
def _directions(cosines: tuple[float, ...]) -> tuple[Triple, Triple] | None:
    """Unit vectors along rows and along columns; None where they are no use."""
    along_row, along_column = np.array(cosines[:3]), np.array(cosines[3:])
    lengths = float(np.linalg.norm(along_row)), float(np.linalg.norm(along_column))
    if min(lengths) < 0.9 or max(lengths) > 1.1:
        return None
    along_row, along_column = along_row / lengths[0], along_column / lengths[1]
    if abs(float(along_row @ along_column)) > PERPENDICULAR_TOLERANCE:
        return None
    return triple(along_row), triple(along_column)


def _facts(dataset: Dataset | ThinHeader) -> SeriesFacts:
    """Facts of a data set; those of a thin header are made once for all that are alike."""
    if not isinstance(dataset, ThinHeader):
        return _read_facts(dataset)
    shared = tuple(item for item in dataset.values.items() if item[0] not in OWN_OF_A_SLICE)
    return _facts_of(shared)


@lru_cache(maxsize=32)
def _facts_of(values: tuple[tuple[str, Any], ...]) -> SeriesFacts:
    return _read_facts(ThinHeader(dict(values), ThinMeta({}), (False, True), 0))


def identity_of(dataset: Dataset | ThinHeader) -> PatientIdentity:
    """Whom an object says it shows; for memory only."""
    return PatientIdentity(
        name=declared_or_utf8(dataset, text(dataset, "PatientName")),
        id=text(dataset, "PatientID"),
        issuer=text(dataset, "IssuerOfPatientID"),
        institution=text(dataset, "InstitutionName"),
        birth_date=day(dataset, "PatientBirthDate"),
        sex=text(dataset, "PatientSex").upper(),
    )


def _read_facts(dataset: Dataset | ThinHeader) -> SeriesFacts:
    return SeriesFacts(
        identity=identity_of(dataset),
        modality=text(dataset, "Modality").upper() or "CT",
        study_date=day(dataset, "StudyDate"),
        study_description=text(dataset, "StudyDescription"),
        series_description=text(dataset, "SeriesDescription"),
        series_number=integer(dataset, "SeriesNumber"),
        body_part=text(dataset, "BodyPartExamined"),
        patient_position=text(dataset, "PatientPosition"),
        manufacturer=text(dataset, "Manufacturer"),
        kernel=text(dataset, "ConvolutionKernel"),
        contrast=text(dataset, "ContrastBolusAgent"),
        kvp=number(dataset, "KVP"),
        synthetic=is_synthetic(dataset),
        deidentified=text(dataset, "PatientIdentityRemoved").upper() == "YES",
    )
