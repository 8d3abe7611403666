"""DICOM segmentations (PS3.3 A.51): binary, fractional and label maps, of any program."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from painmap.domain.anatomy import Side
from painmap.domain.progress import Job, Progress
from painmap.exchange.importer import Importer, LabelFile, guarded
from painmap.exchange.label_dicom import class_of, opened, uid_of
from painmap.exchange.label_errors import LabelMapError, LabelProblem
from painmap.imaging.decoders import Codec, codec_of, stored_values, what_is_missing
from painmap.imaging.files import identity_of
from painmap.imaging.geometry import Floats, PlaneGeometry
from painmap.imaging.label_map import LabelMap, LabelPlane, LabelStructure
from painmap.imaging.reading import quiet_pydicom
from painmap.imaging.slice_mask import SliceMask
from painmap.imaging.stack import Stack
from painmap.imaging.tags import group, groups, integer, numbers, text, value
from painmap.imaging.tags import number as number_of

FORMAT = "DICOM segmentation"
CLASSES = {
    "1.2.840.10008.5.1.4.1.1.66.4",  # Segmentation Storage
    "1.2.840.10008.5.1.4.1.1.66.7",  # Label Map Segmentation Storage
}
HALF = 0.5
"""From this share of the largest value on, a fractional segmentation counts as inside."""

_SIDES = {
    ("SCT", "7771000"): Side.LEFT,
    ("SCT", "24028007"): Side.RIGHT,
    ("SRT", "G-A101"): Side.LEFT,
    ("SRT", "G-A100"): Side.RIGHT,
}
"""CID 244, Laterality; the older scheme as programs still write it."""

_BACKGROUND = ("DCM", "125040")
"""A label map describes what is no structure as a segment too."""

MOST_FRAMES = 1_000_000
MOST_PIXELS = 1 << 26
"""Of a frame: 8192 x 8192."""


@dataclass(frozen=True, slots=True)
class _Frames:
    """What the header says of the frames.

    Parameters
    ----------
    planes : sequence of ndarray
        4 x 3, of each frame.
    segments : sequence of int
        Of each frame; empty for a label map, whose values are the segments.
    drawn_on : frozenset of str
        SOP Instance UIDs of the source images.
    step_mm : float or None
        Spacing Between Slices, where it is said.
    """

    planes: Sequence[Floats]
    segments: Sequence[int]
    drawn_on: frozenset[str]
    step_mm: float | None


def _read(file: LabelFile, stack: Stack) -> Job[LabelMap]:
    yield Progress(0, None, "Reading the segmentation")
    dataset = opened(file.path)
    with quiet_pydicom():
        structures = _structures(dataset)
        frames = _frames(dataset, stack)
        kind = text(dataset, "SegmentationType").upper()
        identity = identity_of(dataset)
    found: dict[bytes, tuple[PlaneGeometry, dict[int, SliceMask]]] = {}
    for frame, plane in enumerate(frames.planes):
        yield Progress(frame, len(frames.planes), "Reading the segmentation")
        key = np.round(plane, 6).tobytes()
        _, masks = found.setdefault(key, (PlaneGeometry(plane), {}))
        for number, mask in _masks(dataset, kind, frame, frames.segments):
            if number in structures and mask.any():
                there = masks.get(number)
                whole = mask if there is None else mask | there.whole()
                masks[number] = SliceMask.of(whole)
    planes = tuple(LabelPlane(geometry, masks) for geometry, masks in found.values() if masks)
    used = {number for plane in planes for number in plane.masks}
    if not used:
        raise LabelMapError(LabelProblem.EMPTY)
    return LabelMap(
        format=FORMAT,
        structures=tuple(each for number, each in structures.items() if number in used),
        planes=planes,
        step_mm=frames.step_mm,
        identity=identity,
        study_uid=uid_of(dataset, "StudyInstanceUID"),
        frame_of_reference_uid=uid_of(dataset, "FrameOfReferenceUID"),
        drawn_on=frames.drawn_on,
        notes=_notes(kind),
    )


def _notes(kind: str) -> tuple[str, ...]:
    if kind != "FRACTIONAL":
        return ()
    return ("It is fractional: what is at least half inside is taken.",)


def _structures(dataset: Dataset) -> dict[int, LabelStructure]:
    found = {}
    for order, item in enumerate(value(dataset, "SegmentSequence") or [], 1):
        number = integer(item, "SegmentNumber")
        number = order if number is None else number
        codes = _codes(item, "SegmentedPropertyTypeCodeSequence")
        if _BACKGROUND in codes:
            continue
        modifiers = _codes(
            _first(item, "SegmentedPropertyTypeCodeSequence"),
            "SegmentedPropertyTypeModifierCodeSequence",
        )
        modifiers += _codes(
            _first(item, "AnatomicRegionSequence"), "AnatomicRegionModifierSequence"
        )
        sides = {_SIDES[code] for code in modifiers if code in _SIDES}
        found[number] = LabelStructure(
            number=number,
            name=text(item, "SegmentLabel") or f"segment {number}",
            codes=codes + _codes(item, "AnatomicRegionSequence"),
            side=sides.pop() if len(sides) == 1 else None,
            made_by=text(item, "SegmentAlgorithmName") or text(dataset, "ContentCreatorName"),
        )
    return found


def _first(item: Dataset, keyword: str) -> Dataset:
    found = value(item, keyword)
    return found[0] if found else Dataset()


def _codes(item: Dataset, keyword: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (text(code, "CodingSchemeDesignator"), text(code, "CodeValue"))
        for code in value(item, keyword) or []
    )


def _frames(dataset: Dataset, stack: Stack) -> _Frames:
    """Where the frames lie and which segment each shows.

    Raises
    ------
    LabelMapError
        DAMAGED, NO_PLACE, TOO_LARGE.
    """
    shared, single = groups(dataset)
    count = integer(dataset, "NumberOfFrames") or 1
    if count > MOST_FRAMES:
        raise LabelMapError(LabelProblem.TOO_LARGE)
    rows, columns = integer(dataset, "Rows") or 0, integer(dataset, "Columns") or 0
    if count != len(single) or rows < 1 or columns < 1:
        raise LabelMapError(LabelProblem.DAMAGED)
    if rows * columns > MOST_PIXELS:
        raise LabelMapError(LabelProblem.TOO_LARGE)
    by_uid = {one.sop_uid: k for k, one in enumerate(stack.slices)}
    sources = [_source(shared, frame) for frame in single]
    planes = [
        _plane(dataset, shared, frame, stack, by_uid.get(source))
        for frame, source in zip(single, sources, strict=True)
    ]
    drawn_on = frozenset(sources) - {""}
    measures = group(single[0], shared, "PixelMeasuresSequence")
    step = number_of(measures, "SpacingBetweenSlices") or None
    if text(dataset, "SegmentationType").upper() == "LABELMAP":
        return _Frames(planes, (), drawn_on, step)
    segments = [
        integer(group(frame, shared, "SegmentIdentificationSequence"), "ReferencedSegmentNumber")
        for frame in single
    ]
    if None in segments:
        raise LabelMapError(LabelProblem.DAMAGED)
    numbered = [number for number in segments if number is not None]
    return _Frames(planes, numbered, drawn_on, step)


def _plane(
    dataset: Dataset, shared: Dataset, frame: Dataset, stack: Stack, k: int | None
) -> Floats:
    """Where a frame lies; else where the slice of the open CT lies that it was drawn on."""
    place = numbers(group(frame, shared, "PlanePositionSequence"), "ImagePositionPatient", 3)
    cosines = numbers(
        group(frame, shared, "PlaneOrientationSequence"), "ImageOrientationPatient", 6
    )
    spacing = numbers(group(frame, shared, "PixelMeasuresSequence"), "PixelSpacing", 2)
    if place is None or cosines is None or spacing is None or min(spacing) <= 0:
        return _plane_of_source(dataset, stack, k)
    matrix = np.zeros((4, 3))
    matrix[:3, 0] = np.array(cosines[3:]) * spacing[0]
    matrix[:3, 1] = np.array(cosines[:3]) * spacing[1]
    matrix[:3, 2] = place
    matrix[3, 2] = 1.0
    if not np.linalg.norm(np.cross(matrix[:3, 0], matrix[:3, 1])) > 0:
        raise LabelMapError(LabelProblem.NO_PLACE)
    return matrix


def _plane_of_source(dataset: Dataset, stack: Stack, k: int | None) -> Floats:
    plane = None if k is None else stack.slice_geometry(k)
    size = (integer(dataset, "Rows"), integer(dataset, "Columns"))
    if plane is None or size != stack.shape[1:]:
        raise LabelMapError(LabelProblem.NO_PLACE)
    return plane.patient_from_pixel


def _source(shared: Dataset, frame: Dataset) -> str:
    """The slice that a frame says it was drawn on; empty where it does not say."""
    source = _first(group(frame, shared, "DerivationImageSequence"), "SourceImageSequence")
    return text(source, "ReferencedSOPInstanceUID")


def _masks(
    dataset: Dataset, kind: str, frame: int, segments: Sequence[int]
) -> Iterator[tuple[int, npt.NDArray[np.bool_]]]:
    """Each segment of a frame and where it is."""
    if int(dataset.BitsAllocated) == 1:
        yield segments[frame], _bits(dataset, frame)
        return
    stored = _stored(dataset, frame)
    if kind == "LABELMAP":
        for number in np.unique(stored).tolist():
            yield int(number), stored == number
        return
    most = integer(dataset, "MaximumFractionalValue") or 255
    limit = most * HALF if kind == "FRACTIONAL" else 1
    yield segments[frame], stored >= limit


def _bits(dataset: Dataset, frame: int) -> npt.NDArray[np.bool_]:
    """One frame of packed bits; frames follow each other without filling up bytes (PS3.5 8.1.1)."""
    if codec_of(str(dataset.file_meta.TransferSyntaxUID)) is not Codec.NATIVE:
        raise LabelMapError(LabelProblem.PACKED)
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    start = frame * rows * columns
    end = start + rows * columns
    packed = dataset.PixelData[start // 8 : (end + 7) // 8]
    unpacked = np.unpackbits(np.frombuffer(packed, dtype=np.uint8), bitorder="little")
    bits = unpacked[start % 8 : start % 8 + rows * columns]
    if len(bits) < rows * columns:
        raise LabelMapError(LabelProblem.DAMAGED)
    return bits.reshape(rows, columns).astype(np.bool_)


def _stored(dataset: Dataset, frame: int) -> npt.NDArray[np.integer]:
    if what_is_missing(str(dataset.file_meta.TransferSyntaxUID)):
        raise LabelMapError(LabelProblem.PACKED)
    with quiet_pydicom():
        return stored_values(dataset, frame)


def _recognises(path: Path) -> bool:
    return class_of(path) in CLASSES


IMPORTER = Importer(
    "dicom-seg",
    "DICOM segmentation (SEG)",
    ("*.dcm",),
    _recognises,
    lambda file, stack: guarded(_read(file, stack)),
)
