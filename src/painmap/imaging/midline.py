"""On which side of the patient's own midline a point lies.

The midline is what the doctor clicked (spinous processes), never x = 0: a patient lies off
the centre of the table, and a spine may be curved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, cos

from painmap.domain.anatomy import Side
from painmap.domain.injection import MIDLINE_MARGIN_MM
from painmap.domain.places import PatientPoint

NEAR_MM = 40.0
"""A landmark speaks for points up to this far above or below it: about one lumbar level."""

SAME_LEVEL_MM = 2.0
"""Landmarks closer than this along the body stand for one level and are averaged."""


@dataclass(frozen=True, slots=True)
class MidlineReading:
    """Where a point lies against the midline.

    Parameters
    ----------
    offset_mm : float
        Across the midline in the frontal plane; positive to the patient's left.
    side : Side or None
        LEFT or RIGHT; None within `MIDLINE_MARGIN_MM`.
    """

    offset_mm: float
    side: Side | None


def midline_reading(
    point: PatientPoint, landmarks: Sequence[PatientPoint]
) -> MidlineReading | None:
    """Measure `point` against the midline through `landmarks`.

    Between two landmarks the midline runs straight from one to the other, and the offset is
    measured at right angles to it in the frontal plane. Above the highest and below the
    lowest one it runs along the body.

    Parameters
    ----------
    point : PatientPoint
    landmarks : sequence of PatientPoint
        Clicks on the midline in the same frame of reference, in any order.

    Returns
    -------
    MidlineReading or None
        None when no landmark lies within `NEAR_MM` along the body: the side is not checked.
    """
    if not any(abs(mark.z - point.z) <= NEAR_MM for mark in landmarks):
        return None
    x, slope = _midline_at(point.z, _levels(landmarks))
    offset = (point.x - x) * cos(atan2(slope, 1.0))
    if offset > MIDLINE_MARGIN_MM:
        return MidlineReading(offset, Side.LEFT)
    if offset < -MIDLINE_MARGIN_MM:
        return MidlineReading(offset, Side.RIGHT)
    return MidlineReading(offset, None)


def _levels(landmarks: Sequence[PatientPoint]) -> list[tuple[float, float]]:
    """(z, x) from the feet up; landmarks of one level averaged."""
    groups: list[list[PatientPoint]] = []
    for mark in sorted(landmarks, key=lambda mark: mark.z):
        if groups and mark.z - groups[-1][0].z < SAME_LEVEL_MM:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    return [
        (sum(mark.z for mark in group) / len(group), sum(mark.x for mark in group) / len(group))
        for group in groups
    ]


def _midline_at(z: float, levels: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """X of the midline at height `z`, and how it leans there (dx over dz)."""
    if z <= levels[0][0]:
        return levels[0][1], 0.0
    if z >= levels[-1][0]:
        return levels[-1][1], 0.0
    for (low_z, low_x), (high_z, high_x) in pairwise(levels):
        if z <= high_z:
            slope = (high_x - low_x) / (high_z - low_z)
            return low_x + (z - low_z) * slope, slope
    return levels[-1][1], 0.0
