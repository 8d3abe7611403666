"""A first guess at the spinous processes, for the doctor to confirm, move or drop.

The spine is sought in bone: the column of it nearest the middle of the body, and along it the
places where bone reaches furthest to the back. No level is named here, and nothing is learnt
from any data set.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter, gaussian_filter1d, map_coordinates
from scipy.signal import find_peaks

from painmap.domain.places import PatientPoint
from painmap.domain.progress import Job, Progress
from painmap.imaging.body_surface import BodySurface
from painmap.imaging.geometry import Floats, Geometry, transformed
from painmap.imaging.volume import Volume

BONE_HU = 200
"""Above this is bone for the search; contrasted vessels lie in front of the spine."""

GRID_MM = 1.5
"""Of the upright grid that is searched: some voxels a spinous process, in any direction."""

COLUMN_MM = 30.0
"""Half the width of what is looked at beside the column's axis: transverse processes reach 30
to 45 mm to the side, the spinous process a few."""

SPINOUS_HALF_MM = 9.0
"""A spinous process, with its tip deviating, lies within this of the column's axis."""

LEAST_STEP_MM = 20.0
"""Lower thoracic and lumbar spinous processes lie further apart than this."""

STANDS_OUT_MM = 3.0
"""By so much a process must reach further back than the gap beside it."""

BODY_SIGMA_MM = 45.0
"""How strongly the middle of the body draws the search: the ilium lies further out than this."""

_UP = np.array((0.0, 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class SpineProposal:
    """What was found.

    Parameters
    ----------
    tips : tuple of PatientPoint
        One for each spinous process, from the head down.
    """

    tips: tuple[PatientPoint, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Upright:
    """Bone and body on a grid along the patient's own axes: [z, y, x], z down, y back, x LEFT."""

    bone: npt.NDArray[np.bool_]
    body: npt.NDArray[np.bool_]
    origin: Floats

    def point(self, z: float, y: float, x: float) -> PatientPoint:
        low = self.origin
        return PatientPoint(
            float(low[0] + x * GRID_MM), float(low[1] + y * GRID_MM), float(low[2] - z * GRID_MM)
        )


def proposing_spine(surface: BodySurface) -> Job[SpineProposal]:
    """Look for spinous processes.

    Parameters
    ----------
    surface : BodySurface
        Of a volume whose slices lie across the body.

    Yields
    ------
    Progress
    """
    yield Progress(0, 3, "Looking for the spine")
    upright = _upright(surface)
    yield Progress(1, 3, "Looking for the spine")
    axis = _column(upright)
    yield Progress(2, 3, "Looking for the spine")
    return SpineProposal(_tips(upright, axis))


def _upright(surface: BodySurface) -> _Upright:
    volume: Volume = surface.volume
    geometry = volume.geometry
    if geometry is None:
        raise ValueError("a body surface belongs to a volume")
    low, high = _box(geometry)
    size = np.maximum(1, np.floor((high - low) / GRID_MM).astype(int) + 1)
    x, y, z = (low[axis] + np.arange(size[axis]) * GRID_MM for axis in range(3))
    bone = np.zeros((size[2], size[1], size[0]), dtype=np.bool_)
    body = np.zeros_like(bone)
    yy, xx = np.meshgrid(y, x, indexing="ij")
    for n, height in enumerate(z[::-1]):
        points = np.stack((xx, yy, np.full(xx.shape, height)), axis=-1)
        index = geometry.index_points(points)
        inside = np.all((index >= -0.5) & (index <= np.array(geometry.shape) - 0.5), axis=-1)
        places = np.moveaxis(index, -1, 0)
        hu = map_coordinates(volume.hu, places, order=0, mode="nearest")
        bone[n] = (hu > BONE_HU) & inside
        coarse = np.moveaxis(transformed(surface.coarse_from_index, index), -1, 0)
        is_body = map_coordinates(surface.body.view(np.uint8), coarse, order=0, mode="nearest")
        body[n] = (is_body > 0) & inside
    return _Upright(bone & body, body, np.array((x[0], y[0], z[-1])))


def _box(geometry: Geometry) -> tuple[Floats, Floats]:
    ends = np.array(geometry.shape) - 1
    corners = np.array([(k, j, i) for k in (0, 1) for j in (0, 1) for i in (0, 1)]) * ends
    points = geometry.patient_points(corners)
    return points.min(axis=0), points.max(axis=0)


def _column(upright: _Upright) -> npt.NDArray[np.float64]:
    """X of the spine's axis for every z, in cells: a ridge of bone that moves slowly."""
    heights, _, width = upright.bone.shape
    x = np.arange(width)
    mass = upright.body.sum(axis=1).astype(np.float64)
    held = mass.sum(axis=1)
    middle = np.where(held > 0, (mass * x).sum(axis=1) / np.maximum(held, 1), width / 2)
    bone = gaussian_filter(upright.bone.sum(axis=1).astype(np.float64), (10 / GRID_MM, 6 / GRID_MM))
    pull = np.exp(-0.5 * ((x[None] - middle[:, None]) * GRID_MM / BODY_SIGMA_MM) ** 2)
    gain = bone * pull
    # the best path from the head down that moves at most one cell a step
    best = np.zeros_like(gain)
    came = np.zeros(gain.shape, dtype=np.int8)
    best[0] = gain[0]
    for n in range(1, heights):
        before = np.pad(best[n - 1], 1, constant_values=-np.inf)
        choices = np.stack((before[:-2], before[1:-1], before[2:]))
        came[n] = choices.argmax(axis=0) - 1
        best[n] = gain[n] + choices.max(axis=0)
    axis = np.empty(heights)
    axis[-1] = best[-1].argmax()
    for n in range(heights - 1, 0, -1):
        axis[n - 1] = axis[n] + came[n, int(axis[n])]
    smooth: npt.NDArray[np.float64] = gaussian_filter1d(axis, 12 / GRID_MM, mode="nearest")
    return smooth


def _tips(upright: _Upright, axis: npt.NDArray[np.float64]) -> tuple[PatientPoint, ...]:
    """Where bone near the axis reaches furthest back, and how far it falls between."""
    heights, _, width = upright.bone.shape
    half = round(SPINOUS_HALF_MM / GRID_MM)
    reach = np.full(heights, np.nan)
    side = np.full(heights, np.nan)
    for n in range(heights):
        left = max(0, round(axis[n]) - half)
        strip = upright.bone[n, :, left : min(width, round(axis[n]) + half + 1)]
        rows = np.flatnonzero(strip.any(axis=1))
        if len(rows):
            reach[n] = rows[-1]
            side[n] = left + np.flatnonzero(strip[max(0, rows[-1] - 3) :].any(axis=0)).mean()
    known = np.flatnonzero(~np.isnan(reach))
    if len(known) < LEAST_STEP_MM / GRID_MM:
        return ()
    profile = gaussian_filter1d(np.interp(np.arange(heights), known, reach[known]), 2 / GRID_MM)
    peaks, _ = find_peaks(
        profile, distance=LEAST_STEP_MM / GRID_MM, prominence=STANDS_OUT_MM / GRID_MM
    )
    found = []
    for peak in peaks:
        top, bottom = _plateau(profile, int(peak))
        near = np.arange(top, bottom + 1)
        near = near[~np.isnan(side[near])]
        if len(near):
            z, x = float(near.mean()), float(np.median(side[near]))
            found.append(upright.point(z, float(np.median(reach[near])), x))
    return tuple(found)


def _plateau(profile: npt.NDArray[np.float64], peak: int) -> tuple[int, int]:
    """The run around a peak that reaches nearly as far back: the process is a plate."""
    floor = profile[peak] - 2.0 / GRID_MM
    top = bottom = peak
    while top > 0 and profile[top - 1] >= floor:
        top -= 1
    while bottom < len(profile) - 1 and profile[bottom + 1] >= floor:
        bottom += 1
    return top, bottom
