"""Muscles as a binary DICOM segmentation (PS3.3 A.51) of the CT that they were outlined on."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian
from pydicom.valuerep import format_number_as_ds

from painmap import __version__
from painmap.domain.anatomy import Code, Side
from painmap.domain.compartment import AreaOrigin, Compartment
from painmap.domain.sentences import label_words, muscle_words
from painmap.exchange.label_exporter import (
    LabelExporter,
    LabelFiles,
    LabelledMuscle,
    LabelledStack,
)
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.header import SliceHeader
from painmap.imaging.reading import quiet_pydicom, read_dataset
from painmap.imaging.slice_mask import Mask
from painmap.imaging.tags import made_uid, text

SEGMENTATION = UID("1.2.840.10008.5.1.4.1.1.66.4")
CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"
NO_FRAME = "The CT names no frame of reference, so its muscles are not in a DICOM segmentation."

COPIED = [
    "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex", "StudyID",
    "StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName", "StudyDescription",
]  # fmt: skip
"""Of the CT: whose study it is (PS3.3 C.7.1.1, C.7.2.1)."""

_STRUCTURE = ("91723000", "SCT", "Anatomical Structure")
"""Segmented Property Category (CID 7150)."""

_MUSCLE = ("127954009", "SCT", "Skeletal muscle")
"""For muscles that have no verified code of their own; the label names them."""

_SIDES = {Side.LEFT: ("7771000", "SCT", "Left"), Side.RIGHT: ("24028007", "SCT", "Right")}
"""Laterality (CID 244)."""

_SOURCE = ("121322", "DCM", "Source image for image processing operation")
_SEGMENTED = ("113076", "DCM", "Segmentation")
LABEL_LETTERS = 64


def _write(stack: LabelledStack) -> LabelFiles:
    if stack.stack.frame_of_reference_uid is None:
        return LabelFiles({}, (NO_FRAME,))
    dataset = _header(stack)
    frames = [
        (number, k, muscle)
        for number, muscle in enumerate(stack.muscles, 1)
        for k in sorted(muscle.masks)
    ]
    dataset.SegmentSequence = [
        _segment(number, muscle.compartment, stack)
        for number, muscle in enumerate(stack.muscles, 1)
    ]
    used = sorted({k for _, k, _ in frames})
    _dimensions(dataset)
    dataset.SharedFunctionalGroupsSequence = [_shared(stack)]
    places = {k: order for order, k in enumerate(used, 1)}
    dataset.PerFrameFunctionalGroupsSequence = [
        _frame(number, k, places[k], stack.stack.slices[k]) for number, k, _ in frames
    ]
    dataset.NumberOfFrames = len(frames)
    dataset.ReferencedSeriesSequence = [_referenced(stack, used)]
    dataset.PixelData = _packed(muscle.masks[k].whole() for _, k, muscle in frames)
    buffer = io.BytesIO()
    with quiet_pydicom():
        dataset.save_as(buffer, enforce_file_format=True)
    return LabelFiles({"dcm": buffer.getvalue()})


# --- whose, when, by what


def _header(stack: LabelledStack) -> Dataset:
    source, first = _source_of(stack.stack.slices[0]), stack.stack.slices[0]
    changed = max(each.compartment.stamp.at for each in stack.muscles)
    seed = "|".join(
        f"{each.compartment.id}:{each.compartment.stamp.revision}" for each in stack.muscles
    )
    dataset = Dataset()
    dataset.file_meta = _meta(UID(made_uid(f"painmap segmentation {stack.stack.key} {seed}")))
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID = SEGMENTATION
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID
    for keyword in COPIED:
        setattr(dataset, keyword, text(source, keyword))
    dataset.StudyInstanceUID = stack.stack.study_uid
    dataset.SeriesInstanceUID = made_uid(f"painmap series {stack.visit_id} {stack.stack.key}")
    dataset.FrameOfReferenceUID = stack.stack.frame_of_reference_uid
    dataset.PositionReferenceIndicator = ""
    dataset.Modality, dataset.SeriesNumber, dataset.InstanceNumber = "SEG", 9001, 1
    dataset.SeriesDescription = "Muscles outlined in painmap, accepted"
    dataset.ImageType = ["DERIVED", "PRIMARY"]
    _dated(dataset, changed)
    dataset.Manufacturer = dataset.ManufacturerModelName = "painmap"
    dataset.DeviceSerialNumber, dataset.SoftwareVersions = "none", __version__
    dataset.Rows, dataset.Columns = first.rows, first.columns
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 1
    dataset.HighBit = dataset.PixelRepresentation = 0
    dataset.LossyImageCompression = "01" if any(s.lossy for s in stack.stack.slices) else "00"
    dataset.SegmentationType, dataset.SegmentsOverlap = "BINARY", _overlap(stack.muscles)
    dataset.ContentLabel, dataset.ContentDescription = "MUSCLES", "Muscles, accepted"
    dataset.ContentCreatorName = stack.muscles[0].compartment.stamp.author
    return dataset


def _meta(sop_uid: UID) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = SEGMENTATION, sop_uid
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return meta


def _dated(dataset: Dataset, moment: datetime) -> None:
    local = moment.astimezone()
    dataset.ContentDate = dataset.SeriesDate = f"{local:%Y%m%d}"
    dataset.ContentTime = dataset.SeriesTime = f"{local:%H%M%S}"


def _source_of(one: SliceHeader) -> Dataset:
    """The header of a slice, for what the segmentation has of the study.

    Raises
    ------
    SeriesError
        FILE_GONE, FILE_UNREADABLE.
    """
    try:
        with one.path.open("rb") as stream, quiet_pydicom():
            return read_dataset(stream, [*COPIED, "SpecificCharacterSet"])
    except FileNotFoundError as error:
        raise SeriesError(SeriesProblem.FILE_GONE) from error
    except Exception as error:
        # pydicom raises anything on files that were damaged since they were scanned
        raise SeriesError(SeriesProblem.FILE_UNREADABLE) from error


# --- what


def _segment(number: int, muscle: Compartment, stack: LabelledStack) -> Dataset:
    name = muscle_words(muscle.muscle_id, stack.catalogue)
    sided = muscle.side is not Side.MIDLINE
    item = Dataset()
    item.SegmentNumber = number
    item.SegmentLabel = (f"{muscle.side.word} {name}" if sided else name)[:LABEL_LETTERS]
    described = [muscle.status.value]
    if muscle.source is not None:
        described.append(label_words(muscle.source))
    item.SegmentDescription = ", ".join(described)
    item.SegmentAlgorithmType, algorithm = _algorithm(muscle)
    if algorithm:
        item.SegmentAlgorithmName = algorithm[:LABEL_LETTERS]
    item.SegmentedPropertyCategoryCodeSequence = [_coded(*_STRUCTURE)]
    kind = _coded(*_kind(muscle.muscle_id, stack))
    if sided:
        kind.SegmentedPropertyTypeModifierCodeSequence = [_coded(*_SIDES[muscle.side])]
    item.SegmentedPropertyTypeCodeSequence = [kind]
    item.TrackingID = f"painmap {muscle.id}"
    item.TrackingUID = UID(f"2.25.{muscle.id.int}")
    return item


def _algorithm(muscle: Compartment) -> tuple[str, str]:
    """How it was drawn: type and name (PS3.3 C.8.20.4)."""
    if muscle.source is not None:
        return "SEMIAUTOMATIC", muscle.source.made_by or muscle.source.format
    if any(area.origin in (AreaOrigin.FILLED, AreaOrigin.PROPOSED) for area in muscle.areas):
        return "SEMIAUTOMATIC", "painmap, filled between contours"
    return "MANUAL", ""


def _kind(muscle_id: str, stack: LabelledStack) -> tuple[str, str, str]:
    """The code of a muscle: of DICOM's own SNOMED CT set, else of MDC, else skeletal muscle."""
    muscle = stack.catalogue.get(muscle_id)
    codes = [] if muscle is None else [code for code in muscle.codes if _is_own(code)]
    for scheme in ("SCT", "MDC"):
        for code in codes:
            if code.scheme == scheme:
                return code.value, code.scheme, code.meaning[:LABEL_LETTERS]
    return _MUSCLE


def _is_own(code: Code) -> bool:
    """Whether a code names the very muscle, without its side, and comes with DICOM."""
    return code.side is None and not code.of_group and "DICOM CID" in code.source


def _coded(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def _overlap(muscles: Sequence[LabelledMuscle]) -> str:
    """YES or NO; whether a voxel belongs to two muscles."""
    for n, one in enumerate(muscles):
        for other in muscles[n + 1 :]:
            for k in one.masks.keys() & other.masks.keys():
                if (one.masks[k].whole() & other.masks[k].whole()).any():
                    return "YES"
    return "NO"


# --- where


def _dimensions(dataset: Dataset) -> None:
    organization = Dataset()
    organization.DimensionOrganizationUID = made_uid(f"dimensions {dataset.SOPInstanceUID}")
    dataset.DimensionOrganizationSequence = [organization]
    rows = []
    for index, group, label in (
        (0x0062000B, 0x0062000A, "Segment"),
        (0x00200032, 0x00209113, "Position"),
    ):
        item = Dataset()
        item.DimensionOrganizationUID = organization.DimensionOrganizationUID
        item.DimensionIndexPointer, item.FunctionalGroupPointer = index, group
        item.DimensionDescriptionLabel = label
        rows.append(item)
    dataset.DimensionIndexSequence = rows


def _shared(stack: LabelledStack) -> Dataset:
    first = stack.stack.slices[0]
    if first.along_row is None or first.along_column is None or first.pixel_spacing is None:
        raise SeriesError(SeriesProblem.NO_GEOMETRY)
    orientation, measures, shared = Dataset(), Dataset(), Dataset()
    orientation.ImageOrientationPatient = _numbers((*first.along_row, *first.along_column))
    between = stack.stack.spacing_mm[0]
    measures.PixelSpacing = _numbers(first.pixel_spacing)
    # what the CT says of thickness, else how far its slices are apart
    thickness = first.slice_thickness or between
    if thickness:
        measures.SliceThickness = format_number_as_ds(float(thickness))
    if between:
        measures.SpacingBetweenSlices = format_number_as_ds(float(between))
    shared.PlaneOrientationSequence = [orientation]
    shared.PixelMeasuresSequence = [measures]
    return shared


def _frame(number: int, k: int, order: int, one: SliceHeader) -> Dataset:
    if one.position is None:
        raise SeriesError(SeriesProblem.NO_GEOMETRY)
    content, place, segment, derived, frame = (Dataset() for _ in range(5))
    content.DimensionIndexValues = [number, order]
    place.ImagePositionPatient = _numbers(one.position)
    segment.ReferencedSegmentNumber = number
    (source,) = _references([one])
    source.PurposeOfReferenceCodeSequence = [_coded(*_SOURCE)]
    derived.SourceImageSequence = [source]
    derived.DerivationCodeSequence = [_coded(*_SEGMENTED)]
    frame.FrameContentSequence = [content]
    frame.PlanePositionSequence = [place]
    frame.SegmentIdentificationSequence = [segment]
    frame.DerivationImageSequence = [derived]
    return frame


def _references(slices: Sequence[SliceHeader]) -> list[Dataset]:
    """Each object once; frames of one object are numbered."""
    frames: dict[str, list[int]] = {}
    for one in slices:
        frames.setdefault(one.sop_uid, []).append(one.frame + 1)
    found = []
    for sop_uid, numbers in frames.items():
        item = Dataset()
        several = len(numbers) > 1 or numbers[0] > 1
        item.ReferencedSOPClassUID = ENHANCED_CT if several else CT_IMAGE
        item.ReferencedSOPInstanceUID = sop_uid
        if several:
            item.ReferencedFrameNumber = numbers
        found.append(item)
    return found


def _referenced(stack: LabelledStack, used: Sequence[int]) -> Dataset:
    item = Dataset()
    item.SeriesInstanceUID = stack.stack.series_uid
    item.ReferencedInstanceSequence = _references([stack.stack.slices[k] for k in used])
    return item


def _numbers(values: Iterable[float]) -> list[str]:
    """Decimal strings of at most 16 signs, as exact as these allow."""
    return [format_number_as_ds(float(value)) for value in values]


def _packed(masks: Iterable[Mask]) -> bytes:
    """Bits of all frames one after the other, the lowest bit first (PS3.5 8.1.1)."""
    parts: list[bytes] = []
    group: list[Mask] = []
    for mask in masks:
        group.append(mask.ravel())
        # eight frames end with a byte, whatever their size
        if len(group) == 8:
            parts.append(_bits(group))
            group = []
    if group:
        parts.append(_bits(group))
    packed = b"".join(parts)
    return packed + b"\0" * (len(packed) % 2)


def _bits(flat: Sequence[Mask]) -> bytes:
    return np.packbits(np.concatenate(flat), bitorder="little").tobytes()


EXPORTER = LabelExporter("dicom-seg", "DICOM segmentation (SEG)", _write)
