"""RT structure sets (PS3.3 A.19): closed contours, filled on the pixels of the open CT."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from painmap.domain.progress import Job, Progress
from painmap.domain.sentences import plural
from painmap.exchange.importer import Importer, LabelFile, guarded
from painmap.exchange.label_dicom import class_of, opened, uid_of
from painmap.exchange.label_errors import LabelMapError, LabelProblem
from painmap.imaging.files import identity_of
from painmap.imaging.geometry import Floats, PlaneGeometry
from painmap.imaging.label_map import SAME_PLACE_MM, LabelMap, LabelPlane, LabelStructure
from painmap.imaging.reading import quiet_pydicom
from painmap.imaging.slice_mask import SliceMask, mask_of_polygon
from painmap.imaging.stack import Stack
from painmap.imaging.tags import integer, text, value

FORMAT = "RT structure set"
CLASS = "1.2.840.10008.5.1.4.1.1.481.3"
CLOSED = {"CLOSED_PLANAR", "CLOSEDPLANAR_XOR"}
MOST_POINTS = 20_000_000


@dataclass(slots=True)
class _Roi:
    """A structure, its frame of reference, its closed contours, (n, 3) patient millimetres."""

    structure: LabelStructure
    frame: str | None
    contours: list[Floats] = field(default_factory=list)
    open_ones: int = 0


@dataclass(frozen=True, slots=True)
class _Slices:
    """The planes of the open CT, to which contours are held."""

    planes: tuple[PlaneGeometry, ...]
    shape: tuple[int, int]
    places: npt.NDArray[np.float64]

    @classmethod
    def of(cls, stack: Stack) -> "_Slices":
        planes = [stack.slice_geometry(k) for k in range(len(stack.slices))]
        known = tuple(plane for plane in planes if plane is not None)
        if len(known) < len(planes):
            raise LabelMapError(LabelProblem.NO_PLACE)
        normal = known[0].normal
        places = [float(plane.patient_from_pixel[:3, 2] @ normal) for plane in known]
        return cls(known, stack.shape[1:], np.array(places))

    def plane_at(self, place: float) -> PlaneGeometry:
        """The nearest slice's pixels, moved along the normal to a place."""
        k = int(np.abs(self.places - place).argmin())
        matrix = self.planes[k].patient_from_pixel
        if abs(self.places[k] - place) <= SAME_PLACE_MM:
            return self.planes[k]
        moved = matrix.copy()
        moved[:3, 2] += (place - self.places[k]) * self.planes[0].normal
        return PlaneGeometry(moved)


def _read(file: LabelFile, stack: Stack) -> Job[LabelMap]:
    yield Progress(0, None, "Reading the structure set")
    dataset = opened(file.path)
    with quiet_pydicom():
        frames = _frames(dataset)
        rois, elsewhere = _of_frame(_rois(dataset), frames, stack.frame_of_reference_uid)
        identity, drawn_on = identity_of(dataset), _drawn_on(dataset)
    slices = _Slices.of(stack)
    found: dict[int, tuple[PlaneGeometry, dict[int, npt.NDArray[np.bool_]]]] = {}
    total = sum(len(roi.contours) for roi in rois)
    done = across = 0
    for roi in rois:
        number = roi.structure.number
        for points in roi.contours:
            yield Progress(done, total, "Filling contours")
            done += 1
            along = points @ slices.planes[0].normal
            if np.ptp(along) > 2 * SAME_PLACE_MM:
                across += 1
                continue
            place = float(np.median(along))
            # as fine as what counts as one place
            key = round(place / SAME_PLACE_MM)
            key = next((each for each in (key, key - 1, key + 1) if each in found), key)
            plane, masks = found.setdefault(key, (slices.plane_at(place), {}))
            corners, _ = plane.pixels_of(points)
            inside = mask_of_polygon(corners, slices.shape)
            # a contour within a contour is a hole
            masks[number] = masks[number] ^ inside if number in masks else inside
    if across and across == total:
        raise LabelMapError(LabelProblem.ACROSS)
    planes = tuple(_label_plane(plane, masks) for plane, masks in found.values())
    planes = tuple(plane for plane in planes if plane.masks)
    used = {number for plane in planes for number in plane.masks}
    if not used:
        raise LabelMapError(LabelProblem.APART if total else LabelProblem.EMPTY)
    return LabelMap(
        format=FORMAT,
        structures=tuple(roi.structure for roi in rois if roi.structure.number in used),
        planes=planes,
        contours=True,
        identity=identity,
        study_uid=uid_of(dataset, "StudyInstanceUID"),
        frame_of_reference_uid=rois[0].frame,
        drawn_on=drawn_on,
        notes=_notes(across, sum(roi.open_ones for roi in rois), elsewhere),
    )


def _notes(across: int, open_ones: int, elsewhere: int) -> tuple[str, ...]:
    notes = []
    if elsewhere:
        notes.append(
            f"{plural(elsewhere, 'structure')} of another frame of reference are left out."
        )
    if across:
        notes.append(f"{plural(across, 'contour')} lie across the slices and are left out.")
    if open_ones:
        notes.append(f"{plural(open_ones, 'point or line', 'points and lines')} are left out.")
    return tuple(notes)


def _label_plane(plane: PlaneGeometry, masks: dict[int, npt.NDArray[np.bool_]]) -> LabelPlane:
    return LabelPlane(
        plane, {number: SliceMask.of(mask) for number, mask in masks.items() if mask.any()}
    )


def _rois(dataset: Dataset) -> tuple[_Roi, ...]:
    """The structures with their contours, in the order of the structure set.

    Raises
    ------
    LabelMapError
        EMPTY, DAMAGED, TOO_LARGE.
    """
    found: dict[int, _Roi] = {}
    for item in value(dataset, "StructureSetROISequence") or []:
        number = integer(item, "ROINumber")
        if number is None:
            raise LabelMapError(LabelProblem.DAMAGED)
        made_by = text(item, "ROIGenerationDescription") or text(dataset, "OperatorsName")
        name = text(item, "ROIName") or f"structure {number}"
        frame = uid_of(item, "ReferencedFrameOfReferenceUID")
        found[number] = _Roi(LabelStructure(number, name, made_by=made_by), frame)
    points = 0
    for item in value(dataset, "ROIContourSequence") or []:
        roi = found.get(integer(item, "ReferencedROINumber") or 0)
        if roi is None:
            continue
        for contour in value(item, "ContourSequence") or []:
            if text(contour, "ContourGeometricType").upper() not in CLOSED:
                roi.open_ones += 1
                continue
            roi.contours.append(_contour(contour))
            points += len(roi.contours[-1])
            if points > MOST_POINTS:
                raise LabelMapError(LabelProblem.TOO_LARGE)
    if not any(roi.contours for roi in found.values()):
        raise LabelMapError(LabelProblem.EMPTY)
    return tuple(found.values())


def _contour(contour: Dataset) -> Floats:
    data = np.array([float(each) for each in value(contour, "ContourData") or []])
    if len(data) < 9 or len(data) % 3 or not np.isfinite(data).all():
        raise LabelMapError(LabelProblem.DAMAGED)
    return data.reshape(-1, 3)


def _frames(dataset: Dataset) -> frozenset[str]:
    """The frames of reference that the structure set as a whole names."""
    named = {
        text(item, "FrameOfReferenceUID")
        for item in value(dataset, "ReferencedFrameOfReferenceSequence") or []
    }
    return frozenset((named | {text(dataset, "FrameOfReferenceUID")}) - {""})


def _of_frame(
    rois: tuple[_Roi, ...], frames: frozenset[str], wanted: str | None
) -> tuple[tuple[_Roi, ...], int]:
    """Give the structures of one frame, the wanted one if there are any, and count the others."""
    only = next(iter(frames)) if len(frames) == 1 else None
    for roi in rois:
        roi.frame = roi.frame or only
    named = {roi.frame for roi in rois}
    chosen = wanted if wanted in named else rois[0].frame
    kept = tuple(roi for roi in rois if roi.frame == chosen)
    return kept, len(rois) - len(kept)


def _drawn_on(dataset: Dataset) -> frozenset[str]:
    """The slices that contours say they were drawn on."""
    return frozenset(
        text(image, "ReferencedSOPInstanceUID")
        for item in value(dataset, "ROIContourSequence") or []
        for contour in value(item, "ContourSequence") or []
        for image in value(contour, "ContourImageSequence") or []
    )


def _recognises(path: Path) -> bool:
    return class_of(path) == CLASS


IMPORTER = Importer(
    "rtstruct",
    "RT structure set",
    ("*.dcm",),
    _recognises,
    lambda file, stack: guarded(_read(file, stack)),
)
