"""Where the spine runs in a volume, found from bone: its axis, the bodies' middle line, profiles.

Nothing is learnt from any data set; each constant says which anatomy it stands for.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.ndimage import (
    binary_dilation,
    gaussian_filter,
    gaussian_filter1d,
    label,
    map_coordinates,
    uniform_filter1d,
)

from painmap.domain.places import PatientPoint
from painmap.domain.progress import Job, Progress
from painmap.imaging.body_surface import BodySurface
from painmap.imaging.geometry import Floats, transformed

SEEKING = "Looking for the spine"
ROWS_A_STEP = 16

AIR_HU = -900
"""What lies outside of body and picture counts as less than this."""

BONE_HU = 200
"""Above this is bone for the search; contrasted vessels lie in front of the spine."""

COARSE_MM = 3.0
"""Of the grid on which the column is sought in the whole body."""

GRID_MM = 1.5
"""Of the grid around the column: some voxels a spinous process, in any direction."""

HALF_MM = 60.0
"""So far to each side of the axis is looked: transverse processes and the wings of the sacrum
reach 45 to 60 mm."""

BODY_SIGMA_MM = 45.0
"""How strongly the middle of the body draws the search: the ilium lies further out than this."""

JOINED_MM = 6.0
"""Bone nearer to each other than this hangs together: joints and discs' edges are narrower."""

REACH_MM = 62.0
"""From the middle of a lumbar body back to the tip of its spinous process (phantom.anatomy:
54 to 67 mm), and by how much that may be wrong."""

REACH_SIGMA_MM = 14.0

BODY_HALF_MM = (12.0, 12.0)
"""Half of the core of a vertebral body, across and from front to back: bodies of adults are 40
to 50 mm wide and 31 to 34 mm deep."""

BESIDE_BODY_MM = 24.0
"""From the middle of a body back to that of the spinal canal (phantom.anatomy: 23 to 25 mm),
and as far in front of it fat and vessels: both hold less bone than the body."""

BESIDE_HALF_MM = 6.0
"""Half of what is looked at there, well inside the canal: it is 15 to 20 mm deep."""

SPINOUS_HALF_MM = 18.0
"""A spinous process, of a turned patient too, ends within this of the middle of its body."""

CENTRED_MM = 8.0
"""Where bodies lie sideways is read so far in front of their middle: pedicles and the wings of
the sacrum, which are not alike on both sides, stand further back."""

LEAN_SIGMA_MM = 6.0
"""The column's lean is read over about a vertebra."""

MOST_ASIDE_MM = 20.0
"""The axis is nearer than this to the middle of the bodies; elsewhere it is not the spine's."""

SOFT_HU = (-50.0, 350.0)
"""Discs, marrow and bone between these tell a body from fat, gas and metal."""

Curve = npt.NDArray[np.float64]
"""One number for each height of the grid, from the head down."""


@dataclass(frozen=True, slots=True, eq=False)
class SpineColumn:
    """The spine on a grid along the patient's own axes that follows it sideways.

    Parameters
    ----------
    hu : (z, y, x) float32
        z down, y back, x to the LEFT from the axis; air outside of body and picture.
    bone : (z, y, x) bool
        The bone that hangs together with most of it; no couch, no chips.
    top, front : float
        Patient z of the first row, patient y of the first column, millimetres.
    axis : (z,) float
        Patient x of the middle column.
    body_y, body_x : (z,) float
        The middle of the vertebral bodies: patient y, and x from the axis.
    """

    hu: npt.NDArray[np.float32]
    bone: npt.NDArray[np.bool_]
    top: float
    front: float
    axis: Curve
    body_y: Curve
    body_x: Curve

    @property
    def heights(self) -> Curve:
        """Patient z of every row."""
        found: Curve = self.top - np.arange(len(self.axis), dtype=np.float64) * GRID_MM
        return found

    @property
    def lean(self) -> Curve:
        """How far the upper side of the vertebrae leans to the front at every row, in radians."""
        back = gaussian_filter1d(self.body_y, LEAN_SIGMA_MM / GRID_MM, mode="nearest")
        found: Curve = np.arctan(np.gradient(back) / GRID_MM)
        return found

    @property
    def asides(self) -> Curve:
        """Millimetres to the LEFT of the axis, for every column of x."""
        found: Curve = (np.arange(self.hu.shape[2]) - self.hu.shape[2] // 2) * GRID_MM
        return found

    def rows(self, n: int, low_mm: float, high_mm: float) -> slice:
        """Cells of y from `low_mm` to `high_mm` behind the body's middle at row `n`."""
        middle = (self.body_y[n] - self.front) / GRID_MM
        low = max(0, round(middle + low_mm / GRID_MM))
        return slice(low, max(low + 1, round(middle + high_mm / GRID_MM) + 1))

    def beside(self, n: int, low_mm: float, high_mm: float) -> npt.NDArray[np.bool_]:
        """Cells of x from `low_mm` to `high_mm` to the LEFT of the body's middle at row `n`."""
        away = self.asides - self.body_x[n]
        found: npt.NDArray[np.bool_] = (away >= low_mm) & (away <= high_mm)
        return found

    def point(self, row: float, y: float, aside: float) -> PatientPoint:
        """The patient point of a row, a patient y, and a distance from the axis."""
        axis = float(np.interp(row, np.arange(len(self.axis)), self.axis))
        return PatientPoint(axis + aside, float(y), float(self.top - row * GRID_MM))

    def row_of(self, z: float) -> float:
        return (self.top - z) / GRID_MM


def finding_column(surface: BodySurface) -> Job[SpineColumn | None]:
    """Find the spine.

    Parameters
    ----------
    surface : BodySurface
        Of a volume in any orientation.

    Yields
    ------
    Progress

    Returns
    -------
    SpineColumn or None
        None where the picture holds no bone.
    """
    sampler = _Sampler(surface)
    axis = yield from _seeking_axis(sampler)
    if axis is None:
        return None
    low, high = sampler.low, sampler.high
    count = int((high[2] - low[2]) / GRID_MM) + 1
    y = np.arange(low[1], high[1] + 1e-6, GRID_MM)
    side = np.arange(-round(HALF_MM / GRID_MM), round(HALF_MM / GRID_MM) + 1) * GRID_MM
    heights = high[2] - np.arange(count) * GRID_MM
    x = np.interp(heights[::-1], axis[::-1, 1], axis[::-1, 0])[::-1]
    hu = np.empty((count, len(y), len(side)), dtype=np.float32)
    for n, z in enumerate(heights):
        if n % ROWS_A_STEP == 0:
            yield Progress(n, count, SEEKING)
        hu[n] = sampler.hu(y, side + x[n], z, order=1)
    none = np.zeros(count)
    found = SpineColumn(hu, _whole_bone(hu), float(high[2]), float(low[1]), x, none, none)
    return _with_bodies(found)


def _whole_bone(hu: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    bone = hu > BONE_HU
    parts, count = label(binary_dilation(bone, iterations=round(JOINED_MM / 2 / GRID_MM)))
    if count < 2:
        return bone
    sizes = np.bincount(parts[bone], minlength=count + 1)
    found: npt.NDArray[np.bool_] = bone & (parts == int(sizes[1:].argmax()) + 1)
    return found


class _Sampler:
    """Reads HU at heights of the patient, air outside of body and picture."""

    def __init__(self, surface: BodySurface) -> None:
        self._surface = surface
        geometry = surface.volume.geometry
        if geometry is None:
            raise ValueError("a body surface belongs to a volume")
        self._geometry = geometry
        ends = np.array(geometry.shape) - 1
        corners = np.array([(k, j, i) for k in (0, 1) for j in (0, 1) for i in (0, 1)]) * ends
        points = geometry.patient_points(corners)
        self.low, self.high = points.min(axis=0), points.max(axis=0)

    def hu(self, y: Floats, x: Floats, z: float, *, order: int) -> npt.NDArray[np.float32]:
        """(y, x) HU at one height."""
        yy, xx = np.meshgrid(y, x, indexing="ij")
        points = np.stack((xx, yy, np.full(xx.shape, z)), axis=-1)
        index = self._geometry.index_points(points)
        places = np.moveaxis(index, -1, 0)
        hu: npt.NDArray[np.float32] = map_coordinates(
            self._surface.volume.hu, places, output=np.float32, order=order, mode="nearest"
        )
        last = np.array(self._geometry.shape) - 0.5
        inside = np.all((index >= -0.5) & (index <= last), axis=-1)
        coarse = np.moveaxis(transformed(self._surface.coarse_from_index, index), -1, 0)
        body = map_coordinates(self._surface.body.view(np.uint8), coarse, order=0, mode="nearest")
        hu[~inside | (body == 0)] = 2 * AIR_HU
        return hu


def _seeking_axis(sampler: _Sampler) -> Job[Floats | None]:
    """(n, 2): patient x and z of the spine from the head down, a ridge of bone that moves slowly.

    It is the ridge nearest the middle of the body.
    """
    low, high = sampler.low, sampler.high
    z = np.arange(high[2], low[2] - 1e-6, -COARSE_MM)
    y, x = (np.arange(low[axis], high[axis] + 1e-6, COARSE_MM) for axis in (1, 0))
    bone, mass = np.zeros((len(z), len(x))), np.zeros((len(z), len(x)))
    for n, height in enumerate(z):
        if n % ROWS_A_STEP == 0:
            yield Progress(n, len(z), SEEKING)
        hu = sampler.hu(y, x, height, order=0)
        bone[n], mass[n] = (hu > BONE_HU).sum(axis=0), (hu > AIR_HU).sum(axis=0)
    if not bone.any():
        return None
    held = mass.sum(axis=1)
    cells = np.arange(len(x))
    middle = np.where(held > 0, (mass * cells).sum(axis=1) / np.maximum(held, 1), len(x) / 2)
    pull = np.exp(-0.5 * ((cells[None] - middle[:, None]) * COARSE_MM / BODY_SIGMA_MM) ** 2)
    ridge = _ridge(gaussian_filter(bone, (10 / COARSE_MM, 6 / COARSE_MM)) * pull)
    smooth = gaussian_filter1d(ridge, 12 / COARSE_MM, mode="nearest")
    return np.column_stack((x[0] + smooth * COARSE_MM, z))


def _ridge(gain: Floats) -> Curve:
    """The path from the first row to the last with the most gain that moves one cell a row."""
    best = gain.copy()
    came = np.zeros(gain.shape, dtype=np.int8)
    for n in range(1, len(gain)):
        before = np.pad(best[n - 1], 1, constant_values=-np.inf)
        choices = np.stack((before[:-2], before[1:-1], before[2:]))
        came[n] = choices.argmax(axis=0) - 1
        best[n] += choices.max(axis=0)
    path = np.empty(len(gain))
    path[-1] = best[-1].argmax()
    for n in range(len(gain) - 1, 0, -1):
        path[n - 1] = path[n] + came[n, int(path[n])]
    return path


def _with_bodies(column: SpineColumn) -> SpineColumn:
    """Add where the vertebral bodies lie: a broad band of bone a hand's breadth before the tips."""
    core = _dense(column, *BODY_HALF_MM)
    for middle in (-BESIDE_BODY_MM, BESIDE_BODY_MM):
        beside = _dense(column, BESIDE_HALF_MM, BESIDE_HALF_MM)
        core = core - 0.4 * _moved(beside, -round(middle / GRID_MM))
    core = np.maximum(0.0, gaussian_filter1d(core, 10 / GRID_MM, axis=0))
    back = _back(column)
    y = np.arange(column.hu.shape[1])
    away = (y[None] - back[:, None]) * GRID_MM + REACH_MM
    cells = _ridge(core * np.exp(-0.5 * (away / REACH_SIGMA_MM) ** 2))
    body_y = column.front + gaussian_filter1d(cells, 8 / GRID_MM, mode="nearest") * GRID_MM
    return _centred(replace(column, body_y=body_y))


def _dense(column: SpineColumn, half_x_mm: float, half_y_mm: float) -> Floats:
    """(z, y) how dense a block around each place of the axis is, above fat."""
    across = np.abs(column.asides) <= half_x_mm
    mean = np.clip(column.hu[:, :, across], *SOFT_HU).mean(axis=2, dtype=np.float64) - SOFT_HU[0]
    block: Floats = uniform_filter1d(mean, round(2 * half_y_mm / GRID_MM) + 1, axis=1)
    return block


def _moved(cells: Floats, by: int) -> Floats:
    """Rows of cells moved along y; what comes in at an end is as the end."""
    wanted = np.clip(np.arange(cells.shape[1]) - by, 0, cells.shape[1] - 1)
    found: Floats = cells[:, wanted]
    return found


def _back(column: SpineColumn) -> Curve:
    """The cell of y to which bone near the axis reaches at each height, from tip to tip."""
    near = np.abs(column.asides) <= BODY_HALF_MM[0]
    bone = np.any(column.bone[:, :, near], axis=2)
    count = bone.shape[1]
    last = np.where(bone.any(axis=1), count - 1 - bone[:, ::-1].argmax(axis=1), -1)
    known = np.flatnonzero(last >= 0)
    if not len(known):
        return np.full(len(last), count / 2)
    filled = np.interp(np.arange(len(last)), known, last[known])
    # from tip to tip: what lies between them does not reach so far back
    width = round(25 / GRID_MM)
    tips = np.array([filled[max(0, n - width) : n + width + 1].max() for n in range(len(filled))])
    back: Curve = gaussian_filter1d(tips, 10 / GRID_MM, mode="nearest")
    return back


def _centred(column: SpineColumn) -> SpineColumn:
    """Add how far from the axis the bodies' middle lies: that of what is denser than a disc."""
    middle = np.zeros(len(column.axis))
    for _ in range(12):
        now = replace(column, body_x=middle)
        weight = np.zeros((len(middle), len(column.asides)))
        for n in range(len(middle)):
            cells = now.beside(n, -28.0, 28.0)
            part = column.hu[n, now.rows(n, -CENTRED_MM - 6.0, -CENTRED_MM + 6.0)][:, cells]
            weight[n, cells] = np.clip(part - 100.0, 0.0, 250.0).sum(axis=0)
        weight = gaussian_filter1d(weight, 4 / GRID_MM, axis=0)
        total = weight.sum(axis=1)
        found = (weight * column.asides).sum(axis=1) / np.maximum(total, 1e-9)
        middle = np.clip(np.where(total > 0, found, middle), -MOST_ASIDE_MM, MOST_ASIDE_MM)
    middle = gaussian_filter1d(middle, 6 / GRID_MM, mode="nearest")
    return replace(column, body_x=middle)
