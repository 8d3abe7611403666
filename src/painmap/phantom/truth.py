"""The phantom and what is known of it: labels, levels, skin."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from painmap.domain.anatomy import Level, Side
from painmap.domain.places import PatientPoint
from painmap.phantom import anatomy
from painmap.phantom.body import Body, paint_body
from painmap.phantom.geometry import Affine, canvas_at, patient_from_body, to_point
from painmap.phantom.labels import LABELS, OUTSIDE_BODY, label_of
from painmap.phantom.options import PhantomOptions
from painmap.phantom.spineline import Frame, disc_frame, vertebra_frame
from painmap.phantom.trunk import marker_place

SACRAL_FLOOR_MM = 18.0
"""S1 ends at the remnant of the disc S1-S2, this far below its centre."""

BACK_BEARING_DEG = 90.0
"""Straight back from the trunk's axis."""


@dataclass(frozen=True, slots=True)
class LevelTruth:
    """Where one vertebra lies.

    Parameters
    ----------
    level : Level
    body_centre : PatientPoint
    spinous_tip : PatientPoint
    midline : PatientPoint
        Middle of the spinal canal.
    z_range : (float, float)
        Patient z of the middles of the discs below and above (at the middle line).
    body_height_mm : float
    """

    level: Level
    body_centre: PatientPoint
    spinous_tip: PatientPoint
    midline: PatientPoint
    z_range: tuple[float, float]
    body_height_mm: float


@dataclass(frozen=True, slots=True)
class SkinTruth:
    """The skin.

    Parameters
    ----------
    marker : PatientPoint
        Middle of the dense marker on the patient's LEFT.
    furrow : mapping of Level to PatientPoint
        Skin straight behind the trunk's axis at the height of each vertebral body.
    """

    marker: PatientPoint
    furrow: Mapping[Level, PatientPoint]


@dataclass(frozen=True, slots=True, eq=False)
class Phantom:
    """A synthetic CT with its truth.

    Parameters
    ----------
    options : PhantomOptions
    hu : (k, j, i) int16
        Read-only; the full grid, also where slices are not written.
    labels : (k, j, i) uint8
        Read-only; numbers of ``LABELS``, 0 is air.
    padding : (j, i) bool or None
        Pixels outside the scan circle, the same in every slice.
    patient_from_index : (4, 4) float64
        (k, j, i, 1) to patient (x, y, z, 1), LPS millimetres; sheared when tilted.
    levels : mapping of Level to LevelTruth
        T12 to S1.
    skin : SkinTruth
    body : Body
        The body that was sampled.
    """

    options: PhantomOptions
    hu: npt.NDArray[np.int16]
    labels: npt.NDArray[np.uint8]
    padding: npt.NDArray[np.bool_] | None
    patient_from_index: Affine
    levels: Mapping[Level, LevelTruth]
    skin: SkinTruth
    body: Body

    def label_mask(self, structure: str, side: Side | None = None) -> npt.NDArray[np.bool_]:
        """Give where a structure is, (k, j, i) bool; KeyError if there is none such."""
        mask: npt.NDArray[np.bool_] = self.labels == label_of(structure, side)
        return mask

    def body_mask(self) -> npt.NDArray[np.bool_]:
        """Give where the patient is, skin included, (k, j, i) bool."""
        body: npt.NDArray[np.bool_] = ~np.isin(self.labels, OUTSIDE_BODY)
        return body

    def patient_points(self, index: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Map (..., 3) voxel indices (k, j, i) to patient LPS millimetres."""
        affine = self.patient_from_index
        return np.asarray(index, dtype=np.float64) @ affine[:3, :3].T + affine[:3, 3]

    def index_of(self, point: PatientPoint) -> tuple[float, float, float]:
        """Map a patient point to voxel indices (k, j, i), with fractions."""
        k, j, i, _ = np.linalg.solve(self.patient_from_index, (*point, 1.0))
        return float(k), float(j), float(i)

    def target(self, muscle_id: str, side: Side, level: Level) -> PatientPoint:
        """Give a point well inside a muscle at a level: its centroid there, moved to a voxel of it.

        Raises
        ------
        ValueError
            The muscle does not reach this level.
        """
        index = np.argwhere(self.label_mask(muscle_id, side))
        points = self.patient_points(index)
        low, high = self.levels[level].z_range
        quarter = (high - low) / 4
        points = points[(points[:, 2] > low + quarter) & (points[:, 2] < high - quarter)]
        if not len(points):
            raise ValueError(f"{muscle_id} has no part at {level}")
        nearest = np.argmin(np.sum(np.square(points - points.mean(axis=0)), axis=1))
        x, y, z = points[nearest]
        return PatientPoint(float(x), float(y), float(z))

    def structures_at(self, points: npt.ArrayLike) -> list[tuple[str, Side | None] | None]:
        """Give what lies at (n, 3) patient points, from the body itself; None is air.

        The couch belongs to the scanner, so it is not found here.
        """
        canvas = canvas_at(points, self.options, self.body.person)
        paint_body(canvas, self.body)
        return [LABELS.get(int(label)) for label in canvas.labels[:, 0]]

    def structure_at(self, point: PatientPoint) -> tuple[str, Side | None] | None:
        """Give what lies at one point, from the body itself and not from voxels; None is air."""
        return self.structures_at([point])[0]


def levels_of(options: PhantomOptions, body: Body) -> dict[Level, LevelTruth]:
    """Work out where every vertebra from T12 to S1 lies."""
    person = body.person
    affine = patient_from_body(options, person)
    found = {}
    for n, facts in enumerate(anatomy.VERTEBRAE[1:], start=1):
        frame = vertebra_frame(facts, person)
        above = disc_frame(anatomy.VERTEBRAE[n - 1], facts, person).origin
        if n + 1 < len(anatomy.VERTEBRAE):
            below = disc_frame(facts, anatomy.VERTEBRAE[n + 1], person).origin
        else:
            below = frame.place(0, 0, -SACRAL_FLOOR_MM)
        found[facts.level] = LevelTruth(
            facts.level,
            body_centre=to_point(affine, frame.origin),
            spinous_tip=to_point(affine, frame.place(0, facts.spinous_reach, -facts.spinous_drop)),
            midline=to_point(affine, _canal(frame, facts.depth)),
            z_range=(to_point(affine, below).z, to_point(affine, above).z),
            body_height_mm=facts.height * person.scale[2],
        )
    return found


def _canal(frame: Frame, depth: float) -> npt.NDArray[np.float64]:
    return frame.place(0, depth / 2 + anatomy.CANAL_BEHIND_BODY, 0)


def skin_of(options: PhantomOptions, body: Body) -> SkinTruth:
    """Work out the marker and the furrow."""
    affine = patient_from_body(options, body.person)
    furrow = {
        facts.level: to_point(
            affine,
            (0, body.trunk.skin.radius_at(BACK_BEARING_DEG, facts.centre[1]), facts.centre[1]),
        )
        for facts in anatomy.VERTEBRAE[1:]
    }
    return SkinTruth(to_point(affine, marker_place(body.trunk)), furrow)
