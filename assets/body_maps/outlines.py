"""From the posed mesh to the outline, and to the depth picture that is shaded."""

from collections.abc import Callable
from dataclasses import dataclass

import curves
import numpy as np
import raster
import shapely
from figures import Half
from raster import Floats, Frame, Ints
from scipy.ndimage import gaussian_filter1d

RASTER_SCALE = 4.0
"""Pixels a figure unit of the depth picture."""
OUTLINE_TOLERANCE = 0.06
"""Figure units by which the drawn outline may leave the mesh."""


@dataclass(frozen=True)
class Projection:
    """The left half of the figure as one view sees it, unfolded to x >= 0.

    Attributes
    ----------
    points : (n, 3) float
        x from the midline (always positive), y down, depth growing towards the viewer.
    facing : (n,) float
        Share of the normal that points at the viewer.
    face, depth, weights
        The z-buffer in `frame`.
    """

    view: str
    half: Half
    points: Floats
    normals: Floats
    frame: Frame
    face: Ints
    depth: Floats
    weights: Floats

    @property
    def facing(self) -> Floats:
        return self.normals[:, 2]

    def picture(self, values: Floats) -> Floats:
        """Values (n,) at vertices as a picture; NaN outside the figure."""
        shown = values[self.half.corners[np.maximum(self.face, 0)]]
        return np.where(self.face >= 0, (shown * self.weights).sum(2), np.nan)


def project(half: Half, view: str) -> Projection:
    """Front (+z towards the viewer) or back; orthographic."""
    sign = 1.0 if view == "front" else -1.0
    points = half.points * [1, 1, sign]
    normals = half.normals * [1, 1, sign]
    wide = float(points[np.unique(half.corners), 0].max())
    frame = Frame(
        left=0.0,
        top=-4.0,
        width=round((wide + 6) * RASTER_SCALE),
        height=round(1008 * RASTER_SCALE),
        scale=RASTER_SCALE,
    )
    face, depth, weights = raster.z_buffer(points, half.corners, frame)
    return Projection(view, half, points, normals, frame, face, depth, weights)


def half_silhouette(half: Half) -> shapely.Polygon:
    """Union of all faces of the half, in figure units; the same from front and back."""
    flat = half.points[:, :2][half.corners]
    rings = shapely.polygons(flat[np.abs(_area(flat)) > 1e-9])
    whole = shapely.union_all(shapely.make_valid(rings), grid_size=0.001)
    parts = [part for part in shapely.get_parts(whole) if part.geom_type == "Polygon"]
    return shapely.Polygon(max(parts, key=lambda part: part.area).exterior)


def _area(flat: Floats) -> Floats:
    a, b, c = flat[:, 0], flat[:, 1], flat[:, 2]
    cross: Floats = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (
        c[:, 0] - a[:, 0]
    )
    return cross


def half_outline(
    silhouette: shapely.Polygon, to_adult: Callable[[Floats], Floats] | None = None
) -> curves.Path:
    """The silhouette's edge from the vertex to the perineum as one smooth open path.

    Trunk and limbs are smoothed over some ten units, which takes the facets of the mesh away;
    ears, fingers and toes over one, which leaves them their form. The line is smoothed together
    with its mirror image, so that it crosses the midline at a right angle. `to_adult` says where
    places of another figure are on the adult, whose measures these are.
    """
    ring = np.array(shapely.orient_polygons(silhouette).exterior.coords[:-1])
    on_axis = np.flatnonzero(ring[:, 0] < 0.01)
    top = on_axis[ring[on_axis, 1].argmin()]
    low = on_axis[ring[on_axis, 1].argmax()]
    line = _walk(ring, top, low)
    if line[:, 0].max() < 10:
        line = _walk(ring, low, top)[::-1]
    even = curves.evenly(_walk_clean(line), STEP, closed=False)
    smooth = _calm_by_place(even, even if to_adult is None else to_adult(even))
    corners = curves.sharp_corners(smooth, 2.0, 75.0, STEP)
    cubics = curves.fit(smooth, OUTLINE_TOLERANCE, corners=corners)
    cubics[0, 0, 0] = cubics[-1, 3, 0] = 0.0
    return curves.Path(cubics, closed=False)


STEP = 0.25
"""Figure units between the points that are smoothed."""


_CALM = (
    ("trunk and limbs", 5.0, lambda x, y: np.ones_like(x, dtype=bool)),
    ("ear", 1.5, lambda x, y: (x > 36) & (y > 52) & (y < 96)),
    ("hand", 1.0, lambda x, y: (y > 476) & (x > 150)),
    ("foot", 1.0, lambda x, y: y > 925),
    ("armpit", 0.8, lambda x, y: np.hypot(x - 84, y - 237) < 16),
    ("perineum", 2.4, lambda x, y: (x < 12) & (y > 490) & (y < 540)),
)
"""Where the outline is smoothed over how many units; later rows win."""


def _calm_by_place(even: Floats, adult: Floats) -> Floats:
    smooth = even
    for _, sigma, where in _CALM:
        here = where(adult[:, 0], adult[:, 1]).astype(float)
        weight = gaussian_filter1d(here, 3.0 / STEP, mode="nearest")[:, None]
        smooth = weight * _calm_mirrored(even, sigma) + (1 - weight) * smooth
    return smooth


def _calm_mirrored(even: Floats, sigma: float) -> Floats:
    mirrored = even[::-1] * [-1, 1]
    whole = np.concatenate([even, mirrored[1:-1]])
    smooth = gaussian_filter1d(whole, sigma / STEP, axis=0, mode="wrap")
    half: Floats = smooth[: len(even)]
    half[[0, -1], 0] = 0.0
    return half


def _walk(ring: Floats, start: int, end: int) -> Floats:
    return (
        ring[start : end + 1] if start <= end else np.concatenate([ring[start:], ring[: end + 1]])
    )


def _walk_clean(line: Floats) -> Floats:
    inner = np.flatnonzero(line[:, 0] >= 0.01)
    return np.concatenate([line[:1] * [0, 1], line[inner[0] : inner[-1] + 1], line[-1:] * [0, 1]])
