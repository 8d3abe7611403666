"""From the posed mesh to lines: the silhouette, and where one part passes before another."""

from dataclasses import dataclass

import curves
import numpy as np
import raster
import shapely
from figures import Half
from numpy.typing import NDArray
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


def half_outline(silhouette: shapely.Polygon) -> curves.Path:
    """The silhouette's edge from the vertex to the perineum as one smooth open path.

    Trunk and limbs are smoothed over some ten units, which takes the facets of the mesh away;
    ears, fingers and toes over one, which leaves them their form. The line is smoothed together
    with its mirror image, so that it crosses the midline at a right angle.
    """
    ring = np.array(shapely.orient_polygons(silhouette).exterior.coords[:-1])
    on_axis = np.flatnonzero(ring[:, 0] < 0.01)
    top = on_axis[ring[on_axis, 1].argmin()]
    low = on_axis[ring[on_axis, 1].argmax()]
    line = _walk(ring, top, low)
    if line[:, 0].max() < 10:
        line = _walk(ring, low, top)[::-1]
    even = curves.evenly(_walk_clean(line), STEP, closed=False)
    smooth = _calm_by_place(even)
    corners = curves.sharp_corners(smooth, 2.0, 60.0, STEP)
    cubics = curves.fit(smooth, OUTLINE_TOLERANCE, corners=corners)
    cubics[0, 0, 0] = cubics[-1, 3, 0] = 0.0
    return curves.Path(cubics, closed=False)


STEP = 0.25
"""Figure units between the points that are smoothed."""


def _calm_by_place(even: Floats) -> Floats:
    fine, coarse = (_calm_mirrored(even, sigma) for sigma in (0.7, 5.0))
    small = _small_parts(even)
    weight = gaussian_filter1d(small.astype(float), 3.0 / STEP, mode="nearest")[:, None]
    return weight * fine + (1 - weight) * coarse


def _calm_mirrored(even: Floats, sigma: float) -> Floats:
    mirrored = even[::-1] * [-1, 1]
    whole = np.concatenate([even, mirrored[1:-1]])
    smooth = gaussian_filter1d(whole, sigma / STEP, axis=0, mode="wrap")
    half: Floats = smooth[: len(even)]
    half[[0, -1], 0] = 0.0
    return half


def _small_parts(p: Floats) -> NDArray[np.bool_]:
    """Ears, hands, feet, the armpit and the perineum: where the outline is fine."""
    x, y = p[:, 0], p[:, 1]
    ear = (x > 36) & (y > 52) & (y < 96)
    hand = (y > 476) & (x > 150)
    foot = y > 925
    armpit = np.hypot(x - 84, y - 237) < 16
    perineum = (x < 12) & (y > 490) & (y < 540)
    return ear | hand | foot | armpit | perineum


def _walk(ring: Floats, start: int, end: int) -> Floats:
    return ring[start : end + 1] if start <= end else np.concatenate([ring[start:], ring[: end + 1]])


def _walk_clean(line: Floats) -> Floats:
    inner = np.flatnonzero(line[:, 0] >= 0.01)
    return np.concatenate([line[:1] * [0, 1], line[inner[0] : inner[-1] + 1], line[-1:] * [0, 1]])


def occlusions(
    view: Projection, outline: shapely.LineString, *, jump: float, shortest: float
) -> list[Floats]:
    """Visible lines inside the figure where a nearer part passes before a farther one.

    The zero set of (normal . view) over the triangles, chained; a stretch is kept where the
    z-buffer agrees that it is seen and the depth beside it falls by more than `jump` units.
    """
    chains = _zero_chains(view)
    kept: list[Floats] = []
    for chain in chains:
        seen = _seen(view, chain, outline, jump)
        for run in _runs(seen, gap=4):
            piece = chain[run, :2]
            if np.linalg.norm(np.diff(piece, axis=0), axis=1).sum() >= shortest:
                kept.append(piece)
    return kept


def _zero_chains(view: Projection) -> list[Floats]:
    corners, g = view.half.corners, view.facing
    sign = g[corners] > 0
    mixed = np.flatnonzero(sign.any(1) & ~sign.all(1))
    links: dict[tuple[int, int], list[tuple[int, int]]] = {}
    place: dict[tuple[int, int], Floats] = {}
    for tri in corners[mixed]:
        ends = []
        for a, b in ((tri[0], tri[1]), (tri[1], tri[2]), (tri[2], tri[0])):
            if (g[a] > 0) != (g[b] > 0):
                key = (int(min(a, b)), int(max(a, b)))
                t = g[key[0]] / (g[key[0]] - g[key[1]])
                place[key] = (1 - t) * view.points[key[0]] + t * view.points[key[1]]
                ends.append(key)
        if len(ends) == 2:
            links.setdefault(ends[0], []).append(ends[1])
            links.setdefault(ends[1], []).append(ends[0])
    return _chain(links, place)


def _chain(
    links: dict[tuple[int, int], list[tuple[int, int]]], place: dict[tuple[int, int], Floats]
) -> list[Floats]:
    free = set(links)
    starts = sorted(links, key=lambda key: (len(links[key]) != 1, key))
    chains: list[Floats] = []
    for start in starts:
        if start not in free:
            continue
        free.discard(start)
        chain = [start]
        while True:
            ahead = [key for key in links[chain[-1]] if key in free]
            if not ahead:
                break
            free.discard(ahead[0])
            chain.append(ahead[0])
        if len(chain) > 4:
            chains.append(np.array([place[key] for key in chain]))
    return chains


def _seen(
    view: Projection, chain: Floats, outline: shapely.LineString, jump: float
) -> list[bool]:
    frame = view.frame
    column = np.round((chain[:, 0] - frame.left) * frame.scale - 0.5).astype(int)
    row = np.round((chain[:, 1] - frame.top) * frame.scale - 0.5).astype(int)
    reach = round(1.2 * frame.scale)
    away = shapely.distance(outline, shapely.points(chain[:, :2]))
    seen = []
    for x, y, z, gap in zip(column, row, chain[:, 2], away, strict=True):
        near = view.depth[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2]
        wide = view.depth[max(y - reach, 0) : y + reach + 1, max(x - reach, 0) : x + reach + 1]
        inside = gap > 1.1 and near.size and wide.size and np.isfinite(wide).all()
        seen.append(bool(inside and near.min() < z + 0.7 and wide.min() < z - jump))
    return seen


def _runs(seen: list[bool], gap: int) -> list[slice]:
    runs: list[list[int]] = []
    for i, here in enumerate(seen):
        if here:
            if runs and i - runs[-1][1] <= gap:
                runs[-1][1] = i
            else:
                runs.append([i, i])
    return [slice(a, b + 1) for a, b in runs if b - a >= 3]
