"""What a click on bone means: a spinous process, or the body of a vertebra."""

import numpy as np
from scipy.ndimage import map_coordinates

from painmap.domain.injection import LandmarkKind
from painmap.domain.places import PatientPoint
from painmap.imaging.spine_line import BODY, SPINOUS, SpineLine
from painmap.imaging.volume import Volume

BODY_AHEAD_MM = 25.0
"""What lies so far in front of the tips of the spinous processes belongs to a vertebral body or
to its arch; the bodies' middles lie 45 to 70 mm in front (phantom.anatomy names its sources)."""

BODY_WIDE_MM = (26.0, 75.0)
"""A vertebral body is 35 to 60 mm wide, a spinous process less than 12."""

DENSE_HU = 90.0
"""Marrow and bone, averaged over some millimetres, are denser than muscle and thinner bone less
than this is seldom: only wide and dense counts as a body."""

AVERAGED_MM = 4.0
STEP_MM = 1.0


def landmark_kind(
    point: PatientPoint, line: SpineLine | None, volume: Volume | None
) -> LandmarkKind:
    """Say what was clicked: by the marks that are there, else by how wide the bone is.

    Parameters
    ----------
    line : SpineLine or None
        The midline so far.
    volume : Volume or None
        Where the click was made; without one that is even, a spinous process is meant.
    """
    ahead = line.ahead_mm(point) if line is not None else None
    if line is not None and ahead is not None:
        through_tips = any(mark.kind is SPINOUS for mark in line.marks)
        limit = BODY_AHEAD_MM if through_tips else -BODY_AHEAD_MM
        return BODY if ahead > limit else SPINOUS
    wide = _dense_width(volume, point) if volume is not None else None
    return BODY if wide is not None and BODY_WIDE_MM[0] <= wide <= BODY_WIDE_MM[1] else SPINOUS


def _dense_width(volume: Volume, point: PatientPoint) -> float | None:
    """Millimetres of dense bone from RIGHT to LEFT through a point; None where there is none."""
    geometry = volume.geometry
    if geometry is None or not volume.is_complete:
        return None
    reach = np.arange(-BODY_WIDE_MM[1], BODY_WIDE_MM[1] + STEP_MM / 2, STEP_MM)
    depth = np.arange(-AVERAGED_MM, AVERAGED_MM + STEP_MM / 2, STEP_MM)
    x, y = np.meshgrid(point.x + reach, point.y + depth)
    index = geometry.index_points(np.stack((x, y, np.full(x.shape, point.z)), axis=-1))
    hu = map_coordinates(
        volume.hu, np.moveaxis(index, -1, 0), output=np.float32, order=1, cval=-1000.0
    )
    window = round(2 * AVERAGED_MM / STEP_MM) + 1
    mean = np.convolve(hu.mean(axis=0), np.full(window, 1 / window), mode="same")
    dense = mean > DENSE_HU
    middle = len(reach) // 2
    if not dense[middle]:
        return None
    left = right = middle
    while left > 0 and dense[left - 1]:
        left -= 1
    while right < len(dense) - 1 and dense[right + 1]:
        right += 1
    return float(right - left) * STEP_MM
