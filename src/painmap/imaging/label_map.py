"""Label maps from elsewhere: named structures on planes of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from painmap.domain.anatomy import Side
from painmap.domain.places import PatientPoint
from painmap.imaging.geometry import PlaneGeometry
from painmap.imaging.header import PatientIdentity
from painmap.imaging.slice_mask import SliceMask

SAME_PLACE_MM = 0.01
"""Grids whose voxels lie nearer than this are one grid; files round to 0.001 mm and finer."""


@dataclass(frozen=True, slots=True)
class LabelStructure:
    """What one label stands for, as its file says it.

    Parameters
    ----------
    number : int
        Of the label, in its map.
    name : str
    codes : tuple of (str, str)
        Coding scheme and value, of what it is; a side may be part of it.
    side : Side or None
        The side that a code of its own says; a side within `name` is not read here.
    made_by : str
        Program or person that drew it; empty where the file does not say.
    """

    number: int
    name: str
    codes: tuple[tuple[str, str], ...] = ()
    side: Side | None = None
    made_by: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class LabelPlane:
    """One plane of a label map.

    Parameters
    ----------
    geometry : PlaneGeometry
        Where its pixels lie in the patient.
    masks : mapping of int to SliceMask
        What of the plane each structure takes, by number; none empty, all of one size.
        Structures may overlap.
    """

    geometry: PlaneGeometry
    masks: Mapping[int, SliceMask]


@dataclass(frozen=True, slots=True, eq=False)
class LabelMap:
    """What a file holds.

    Parameters
    ----------
    format : str
        For people ("DICOM segmentation").
    structures : tuple of LabelStructure
        Those of which something is labelled, in the file's order.
    planes : tuple of LabelPlane
        Those on which something is labelled.
    step_mm : float or None
        Distance of neighbouring planes along their normal, where the file says it: planes on
        which nothing is labelled are not there to tell.
    contours : bool
        Contours, which hold for their plane alone; else voxels, which have a thickness.
    identity : PatientIdentity or None
        Whom it says it shows; None: the format names nobody.
    study_uid, frame_of_reference_uid : str or None
        None: the file does not say.
    drawn_on : frozenset of str
        SOP Instance UIDs of the slices that the file says it was drawn on.
    notes : tuple of str
        What the doctor should know of it, in sentences.
    """

    format: str
    structures: tuple[LabelStructure, ...]
    planes: tuple[LabelPlane, ...]
    step_mm: float | None = None
    contours: bool = False
    identity: PatientIdentity | None = None
    study_uid: str | None = None
    frame_of_reference_uid: str | None = None
    drawn_on: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    def planes_of(self, number: int) -> tuple[LabelPlane, ...]:
        """The planes that hold something of a structure."""
        return tuple(plane for plane in self.planes if number in plane.masks)

    def middles(self, number: int) -> tuple[PatientPoint, ...]:
        """The middle of a structure on each of its planes, in the patient."""
        return tuple(_middle(plane, plane.masks[number]) for plane in self.planes_of(number))

    def volume_mm3(self, number: int) -> float | None:
        """Its voxels' volume; None for contours and where there is no distance of planes."""
        gap = self.gap_mm
        if self.contours or gap is None:
            return None
        areas = [
            plane.masks[number].pixels * float(np.prod(plane.geometry.spacing_mm))
            for plane in self.planes_of(number)
        ]
        return sum(areas) * gap

    @property
    def gap_mm(self) -> float | None:
        """The distance of neighbouring planes; None for a single one of which nothing is said."""
        if not self.planes:
            return None
        usual = usual_gap(places_along(self.planes, self.planes[0].geometry))
        said = [abs(step) for step in (self.step_mm, usual) if step]
        return min(said, default=None)


def _middle(plane: LabelPlane, mask: SliceMask) -> PatientPoint:
    row, column = np.add(np.argwhere(mask.bits).mean(axis=0), (mask.top, mask.left))
    return plane.geometry.patient_point(float(row), float(column))


def places_along(planes: Sequence[LabelPlane], of: PlaneGeometry) -> list[float]:
    """Where the first pixel of each plane lies along the normal of a plane, millimetres."""
    normal = of.normal
    return [float(plane.geometry.patient_from_pixel[:3, 2] @ normal) for plane in planes]


def usual_gap(places: Sequence[float]) -> float | None:
    """The median distance between neighbours; places nearer than `SAME_PLACE_MM` are one."""
    steps = np.diff(np.sort(np.asarray(places, dtype=np.float64)))
    apart = steps[steps > SAME_PLACE_MM]
    return float(np.median(apart)) if len(apart) else None
