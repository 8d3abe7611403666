"""The views of a figure: the adult's lines carried over (front, back), or drawn anew (sides)."""

from collections.abc import Callable
from dataclasses import dataclass, field

import borders
import coverage
import curves
import figures
import hairlines
import numpy as np
import outlines
import raster
import regions
import shapely
from family import Stances
from outlines import Projection
from raster import Floats, Frame, Ints
from scipy.ndimage import distance_transform_edt
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry
from warping import Warp

Cells = dict[str, BaseGeometry]
NAMES = [spec.id for spec in regions.SPECS]
_ARM = {s.id for s in regions.SPECS if s.group in ("upper arm", "elbow", "forearm")} | {
    s.id for s in regions.SPECS if s.group == "wrist and hand"
}
_SHOULDER = {"shoulder_ant", "shoulder_post"}


@dataclass
class Drawn:
    """One view before it is written: half a body (x >= 0), or the left side of one."""

    id: str
    seen: Projection
    path: curves.Path
    cells: Cells
    lines: list[tuple[str, Floats, float, float, float, bool]]
    ticks: list[tuple[str, float]]
    adult_at: Floats
    warp: Warp
    extra: dict[str, Floats] = field(default_factory=dict)


def adult_cells(view: str, flat: Floats) -> Cells:
    return regions.cut(view, flat)


def _nearest(seen: Projection, adult: Projection) -> Callable[[Floats], Floats]:
    used = np.unique(seen.half.corners)
    tree = cKDTree(seen.points[used, :2])

    def place(points: Floats) -> Floats:
        at: Floats = adult.points[used[tree.query(points)[1]], :2]
        return at

    return place


def _adult_picture(seen: Projection, adult: figures.Half) -> Floats:
    """Where each pixel lies on the adult's front, (h, w, 2); nearest outside the body."""
    both = np.stack([seen.picture(adult.points[:, k]) for k in (0, 1)], -1)
    near = distance_transform_edt(seen.face < 0, return_distances=False, return_indices=True)
    filled: Floats = both[tuple(near)]
    return filled


def frontal(
    view: str, adult: Projection, adult_path: Floats, own: Stances, path: curves.Path | None
) -> Drawn:
    """Front or back of `own`, with the adult's lines."""
    seen = outlines.project(own.upright, view)
    warp = Warp(adult, seen, mirrored=True)
    if path is None:
        path = outlines.half_outline(silhouette(seen), _nearest(seen, adult)).rounded()
    flat = path.flat()
    drawn = borders.BACK if view == "back" else borders.FRONT
    carried = {
        name: _warped(shapely.segmentize(cell, 4.0), warp)
        for name, cell in adult_cells(view, adult_path).items()
    }
    lines = [_reaching(points, warp.line(points), adult_path, flat) for points in drawn.values()]
    cells = _cut_reaching(flat, lines, carried)
    strokes = []
    hair = hairlines.FRONT if view == "front" else hairlines.BACK
    body = shapely.Polygon(flat).buffer(0.4)
    for line in (*hair, *hairlines.of_fingers(own.upright.joints, view)):
        given = np.array(line.points)
        carried_over = "joint" not in line.id and not line.id.startswith("nail ")
        points = warp.line(given) if carried_over else curves.through(given).flat()
        if np.abs(given[:, 0]).max() < 0.01:
            points[:, 0] = 0.0
        points = _within(points, body)
        if len(points) < 2:
            continue
        if line.across:
            points = np.concatenate([(points * [-1, 1])[:0:-1], points])
        single = line.across or bool(np.abs(points[:, 0]).max() < 0.01)
        strokes.append((line.id, points, line.weight, line.start, line.end, single))
    heights = np.array([(0.0, y) for y in borders.LEVEL_HEIGHTS.values()])
    ticks = list(zip(borders.LEVEL_HEIGHTS, warp(heights)[:, 1].round(1), strict=True))
    at = _adult_picture(seen, adult.half)
    return Drawn(view, seen, path, cells, strokes, ticks, at, warp)


def _warped(cell: BaseGeometry, warp: Warp) -> BaseGeometry:
    rings = [np.array(part.exterior.coords[:-1]) for part in shapely.get_parts(cell)]
    return (
        shapely.union_all(shapely.make_valid(shapely.polygons([warp(r) for r in rings])))
        if len(rings) > 1
        else shapely.make_valid(shapely.Polygon(warp(rings[0])))
    )


def silhouette(seen: Projection) -> shapely.Polygon:
    """The edge of a projection: the union of the faces near it has the same outer ring."""
    inside = np.pad(seen.face >= 0, 1)
    rim = distance_transform_edt(inside)[1:-1, 1:-1] < 3 * seen.frame.scale
    middle = seen.points[:, :2][seen.half.corners].mean(1)
    pixel = np.floor((middle - [seen.frame.left, seen.frame.top]) * seen.frame.scale).astype(int)
    pixel = np.clip(pixel, 0, np.array(rim.shape)[::-1] - 1)
    near = rim[pixel[:, 1], pixel[:, 0]]
    flat = seen.points[:, :2][seen.half.corners[near]]
    rings = shapely.polygons(flat[np.abs(outlines._area(flat)) > 1e-9])
    whole = shapely.union_all(shapely.make_valid(rings), grid_size=0.001)
    outer = [
        shapely.Polygon(part.exterior)
        for part in shapely.get_parts(whole)
        if part.geom_type == "Polygon"
    ]
    return max(outer, key=lambda part: part.area)


def _within(points: Floats, body: BaseGeometry) -> Floats:
    line = shapely.LineString(points)
    if body.contains(line):
        return points
    parts = [p for p in shapely.get_parts(line.intersection(body)) if p.geom_type == "LineString"]
    if not parts:
        return points[:0]
    return np.array(max(parts, key=lambda part: part.length).coords)


def _reaching(given: list[tuple[float, float]], line: Floats, adult: Floats, own: Floats) -> Floats:
    """A line that ends at the adult's outline ends at this figure's outline."""
    adult_rim, rim = shapely.LineString(adult), shapely.LineString(own)
    body, adult_body = shapely.Polygon(own), shapely.Polygon(adult)
    ends = []
    for drawn, tip in ((given[0], line[0]), (given[-1], line[-1])):
        there, here = shapely.Point(drawn), shapely.Point(tip)
        at_rim = not adult_body.contains(there) or adult_rim.distance(there) < 2.0
        if not (at_rim and drawn[0] > 0.5 and body.contains(here)):
            ends.append(np.empty((0, 2)))
            continue
        to = np.array(rim.interpolate(rim.project(here)).coords[0])
        along = (to - tip) / max(float(np.linalg.norm(to - tip)), 1e-6)
        ends.append((to + 0.8 * along)[None])
    return np.concatenate([ends[0], line, ends[1]])


def _cut_reaching(outline: Floats, lines: list[Floats], carried: Cells) -> Cells:
    """Cut, with the ends of the lines drawn out a little until every cell is closed."""
    for reach in (0.0, 1.5, 3.0, 5.0, 8.0):
        try:
            return cut(outline, [_longer(line, reach) for line in lines], carried)
        except ValueError:
            if reach == 8.0:
                raise
    raise AssertionError


def _longer(line: Floats, reach: float) -> Floats:
    if reach == 0 or len(line) < 4:
        return line

    def beyond(tip: Floats, inner: Floats) -> Floats:
        along = tip - inner
        end: Floats = tip + along / max(float(np.linalg.norm(along)), 1e-9) * reach
        return end[None]

    return np.concatenate([beyond(line[0], line[3]), line, beyond(line[-1], line[-4])])


def cut(outline: Floats, lines: list[Floats], carried: Cells) -> Cells:
    """Cut the half silhouette; a piece belongs to the carried cell that it shares most with."""
    axis = np.array([outline[0], outline[-1]])
    drawn = [shapely.LineString(np.round(line, 2)) for line in (outline, axis, *lines)]
    net = shapely.union_all(
        shapely.get_parts(
            shapely.node(shapely.set_precision(shapely.GeometryCollection(drawn), regions.GRID))
        ),
        grid_size=regions.GRID,
    )
    half = shapely.Polygon(np.round(outline, 2))
    names = list(carried)
    shapes = [shapely.make_valid(carried[name]) for name in names]
    tree = shapely.STRtree(shapes)
    claimed: dict[str, list[BaseGeometry]] = {}
    for piece in shapely.get_parts(shapely.polygonize(shapely.get_parts(net))):
        if not half.contains(piece.representative_point()):
            continue
        near = tree.query(piece)
        shared = [shapes[k].intersection(piece).area for k in near]
        best = near[int(np.argmax(shared))] if len(near) and max(shared) > 0 else None
        k = int(tree.nearest(piece.representative_point())) if best is None else int(best)
        claimed.setdefault(names[k], []).append(piece)
    missing = set(names) - set(claimed)
    if missing:
        raise ValueError(f"no piece for {sorted(missing)}")
    return {
        name: shapely.union_all(parts, grid_size=regions.GRID)
        for name, parts in sorted(claimed.items())
    }


# --- which region a place of the skin belongs to


class Skin:
    """Regions of the left half's skin, from the cells of front and back."""

    scale = 2.0

    def __init__(self, front: Cells, back: Cells) -> None:
        self._near: dict[tuple[bool, str], Ints] = {}
        for is_front, cells in ((True, front), (False, back)):
            labels = self._raster(cells)
            for kind in ("arm", "rest", "any"):
                allowed = labels >= 0
                arm = np.isin(labels, [NAMES.index(n) for n in _ARM])
                if kind == "arm":
                    allowed &= arm | np.isin(labels, [NAMES.index(n) for n in _SHOULDER])
                if kind == "rest":
                    allowed &= ~arm
                near = distance_transform_edt(~allowed, return_distances=False, return_indices=True)
                self._near[is_front, kind] = labels[tuple(near)]

    def _raster(self, cells: Cells) -> Ints:
        high, wide = round(1010 * self.scale), round(275 * self.scale)
        labels = np.full((high, wide), -1, dtype=np.int64)
        for name, cell in cells.items():
            x0, y0, x1, y1 = (np.array(cell.bounds) * self.scale).astype(int)
            x, y = np.meshgrid(np.arange(max(x0, 0), x1 + 2), np.arange(max(y0, 0), y1 + 2))
            hit = shapely.contains_xy(cell, (x + 0.5) / self.scale, (y + 0.5) / self.scale)
            labels[y[hit], x[hit]] = NAMES.index(name)
        return labels

    def at(self, places: Floats, ahead: Floats, arm: Floats) -> Ints:
        """Index into `NAMES`; `places` (n, 2) upright, `ahead` the normal's z, `arm` its share."""
        pixel = np.clip(
            np.floor(places * self.scale).astype(int),
            0,
            np.array(self._near[True, "any"].shape)[::-1] - 1,
        )
        out = np.zeros(len(places), dtype=np.int64)
        for is_front in (True, False):
            for kind, share in (
                ("arm", arm > 0.9),
                ("rest", arm < 0.25),
                ("any", (arm <= 0.9) & (arm >= 0.25)),
            ):
                here = ((ahead >= 0) == is_front) & share
                found = self._near[is_front, kind]
                out[here] = found[pixel[here, 1], pixel[here, 0]]
        return out


# --- from the side

SIDE_SCALE = 2.0
"""Pixels a unit of the labels from which borders are drawn."""


def project_left(half: figures.Half, scale: float, top: float = -4.0) -> Projection:
    """The left side seen from its left: the patient looks to the viewer's left."""
    points = half.points[:, [2, 1, 0]] * [-1, 1, 1]
    normals = half.normals[:, [2, 1, 0]] * [-1, 1, 1]
    used = np.unique(half.corners)
    left = np.floor(points[used, 0].min()) - 4
    frame = Frame(
        left=float(left),
        top=top,
        width=round((points[used, 0].max() + 4 - left) * scale),
        height=round((points[used, 1].max() + 4 - top) * scale),
        scale=scale,
    )
    face, depth, weights = raster.z_buffer(points, half.corners, frame)
    return Projection("left", half, points, normals, frame, face, depth, weights)


_CALM_SIDE = (
    (4.0, lambda x, y: np.ones_like(x, dtype=bool)),
    (1.1, lambda x, y: (y < 135) & (x < 60)),
    (2.5, lambda x, y: y < 30),
    (0.8, lambda x, y: (y > 470) & (x > 150)),
    (1.2, lambda x, y: y > 900),
)


def side_outline(seen: Projection, adult: figures.Half) -> curves.Path:
    """Closed outline of one side's projection."""
    even = curves.evenly(np.array(silhouette(seen).exterior.coords[:-1]), 0.25, closed=True)
    used = np.unique(seen.half.corners)
    nearest = used[cKDTree(seen.points[used, :2]).query(even)[1]]
    at = adult.points[nearest]
    smooth = even
    for sigma, where in _CALM_SIDE:
        here = outlines.gaussian_filter1d(
            where(at[:, 0], at[:, 1]).astype(float), 12.0, mode="wrap"
        )[:, None]
        calm = outlines.gaussian_filter1d(even, sigma / 0.25, axis=0, mode="wrap")
        smooth = here * calm + (1 - here) * smooth
    start = int(smooth[:, 1].argmin())
    line = np.concatenate([smooth[start:], smooth[: start + 1]])
    corners = curves.sharp_corners(line, 2.0, 70.0, 0.25)
    return curves.Path(curves.fit(line, 0.08, corners=corners), closed=True).rounded()


def labels_of(seen: Projection, own: Stances, skin: Skin) -> Ints:
    """Region of the skin at each pixel, -1 outside."""
    inside = seen.face >= 0
    half = own.upright
    place = np.stack([seen.picture(half.points[:, k]) for k in (0, 1)], -1)[inside]
    ahead = seen.picture(half.normals[:, 2])[inside]
    arm = seen.picture(half.parts["arm"])[inside]
    labels = np.full(seen.face.shape, -1, dtype=np.int64)
    labels[inside] = skin.at(place, ahead, arm)
    return labels


def left_side(
    own: Stances,
    drawn_on: Stances,
    adult: Stances,
    skin: Skin,
    lines: tuple[hairlines.Hairline, ...],
    painted: tuple[tuple[str, tuple[tuple[float, float], ...]], ...],
) -> Drawn:
    """The left side of a figure; `lines` and `painted` are in the coordinates of `drawn_on`."""
    seen = project_left(own.flat, outlines.RASTER_SCALE)
    coarse = project_left(own.flat, SIDE_SCALE)
    reference = project_left(drawn_on.flat, SIDE_SCALE)
    path = side_outline(seen, adult.upright)
    flat = path.flat()
    warp = Warp(reference, coarse, mirrored=False)
    raw = labels_of(coarse, own, skin)
    y, x = np.indices(raw.shape)
    x = (x + 0.5) / SIDE_SCALE + coarse.frame.left
    y = (y + 0.5) / SIDE_SCALE + coarse.frame.top
    for name, ring in painted:
        area = shapely.Polygon(warp(np.array(ring)))
        raw[shapely.contains_xy(area, x, y) & (raw >= 0)] = NAMES.index(name)
    labels = coverage.calmed(raw, 2.2, 160.0)
    to_pixel = coverage.Place(coarse.frame.left, coarse.frame.top, SIDE_SCALE)
    found = coverage.arcs(labels)
    drawn: list[Floats] = []
    strokes: list[tuple[str, Floats, float, float, float, bool]] = []
    body = shapely.Polygon(flat).buffer(-0.3)
    for arc in found:
        line = coverage.smoothed(arc.points, 5.0) / SIDE_SCALE
        line += np.array([coarse.frame.left, coarse.frame.top])
        drawn.append(line)
        names = {NAMES[k] for k in arc.labels}
        if len(names & _ARM) == 1 and not names & _SHOULDER:
            points = _within(line, body)
            if len(points) > 4:
                strokes.append((f"arm {len(strokes)}", points, 0.9, 0.9, 0.9, True))
    cells = coverage.partition(drawn, flat, dict(enumerate(NAMES)), labels, to_pixel)
    for line in lines:
        points = _within(warp.line(line.points), body)
        if len(points) > 1:
            strokes.append((line.id, points, line.weight, line.start, line.end, True))
    at = _adult_picture(seen, adult.upright)
    return Drawn("left", seen, path, cells, strokes, [], at, warp)
