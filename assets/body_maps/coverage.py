"""Regions from a picture of labels: smooth borders that neighbours share."""

from dataclasses import dataclass

import curves
import numpy as np
import shapely
from raster import Floats, Ints
from regions import GRID
from scipy.ndimage import distance_transform_edt, gaussian_filter, label
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Arc:
    """A border between two labels, in pixels of the picture (x, y at pixel corners)."""

    points: Floats
    labels: tuple[int, int]


def calmed(labels: Ints, sigma: float, crumbs: float) -> Ints:
    """Each pixel takes the label that rules around it; small islands go to their neighbours.

    `sigma` in pixels, `crumbs` in square pixels; -1 (outside) takes the nearest label.
    """
    near = distance_transform_edt(labels < 0, return_distances=False, return_indices=True)
    full = labels[tuple(near)]
    best = np.full(full.shape, -1.0)
    out = np.zeros_like(full)
    for value in np.unique(full):
        share = gaussian_filter((full == value).astype(np.float32), sigma)
        wins = share > best
        best[wins] = share[wins]
        out[wins] = value
    small = np.zeros(out.shape, dtype=bool)
    for value in np.unique(out):
        islands, count = label(out == value)
        size = np.bincount(islands.ravel(), minlength=count + 1)
        largest = size[1:].max()
        for k in range(1, count + 1):
            if size[k] < crumbs and size[k] < largest:
                small |= islands == k
    near = distance_transform_edt(small, return_distances=False, return_indices=True)
    return out[tuple(near)]


def arcs(labels: Ints) -> list[Arc]:
    """Borders between labels, from junction to junction."""
    high, wide = labels.shape
    ahead: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for y, x in np.argwhere(labels[:, 1:] != labels[:, :-1]):
        a, b = (int(x) + 1, int(y)), (int(x) + 1, int(y) + 1)
        ahead.setdefault(a, []).append(b)
        ahead.setdefault(b, []).append(a)
    for y, x in np.argwhere(labels[1:] != labels[:-1]):
        a, b = (int(x), int(y) + 1), (int(x) + 1, int(y) + 1)
        ahead.setdefault(a, []).append(b)
        ahead.setdefault(b, []).append(a)
    done: set[tuple[tuple[int, int], tuple[int, int]]] = set()
    found: list[Arc] = []

    def walk(start: tuple[int, int], second: tuple[int, int]) -> None:
        line = [start, second]
        done.update({(start, second), (second, start)})
        while len(ahead[line[-1]]) == 2 and line[-1] != start:
            a, b = ahead[line[-1]]
            follow = b if a == line[-2] else a
            done.update({(line[-1], follow), (follow, line[-1])})
            line.append(follow)
        (x0, y0), (x1, y1) = line[0], line[1]
        if x0 == x1:
            row = min(y0, y1)
            sides = (labels[row, x0 - 1], labels[row, min(x0, wide - 1)])
        else:
            column = min(x0, x1)
            sides = (labels[y0 - 1, column], labels[min(y0, high - 1), column])
        found.append(Arc(np.array(line, float), (int(sides[0]), int(sides[1]))))

    nodes = sorted(place for place, others in ahead.items() if len(others) != 2)
    for start in [*nodes, *sorted(ahead)]:
        for second in ahead[start]:
            if (start, second) not in done:
                walk(start, second)
    return found


def smoothed(line: Floats, sigma: float) -> Floats:
    """An arc without the stairs of its pixels; its ends stay, a loop stays closed."""
    closed = bool((line[0] == line[-1]).all())
    points = curves.calm(line[:-1] if closed else line, sigma, 0.5, closed=closed)
    return np.concatenate([points, points[:1]]) if closed else points


def partition(
    lines: list[Floats], outline: Floats, name_at: "dict[int, str]", labels: Ints, to_pixel: "Place"
) -> dict[str, BaseGeometry]:
    """Cut the silhouette along `lines`; each piece is called by the label that rules in it."""
    ring = np.concatenate([outline, outline[:1]])
    drawn = [shapely.LineString(np.round(ring, 2))]
    drawn += [
        shapely.simplify(shapely.LineString(np.round(line, 2)), 0.03)
        for line in lines
        if len(line) > 1
    ]
    net = shapely.union_all(shapely.set_precision(np.array(drawn), GRID), grid_size=GRID)
    body = shapely.Polygon(np.round(outline, 2))
    claimed: dict[str, list[BaseGeometry]] = {}
    for piece in shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.node(net)))):
        if not body.contains(piece.representative_point()):
            continue
        claimed.setdefault(name_at[_ruling(piece, labels, to_pixel)], []).append(piece)
    return {
        name: shapely.union_all(parts, grid_size=GRID) for name, parts in sorted(claimed.items())
    }


@dataclass(frozen=True)
class Place:
    """Figure units to pixels of a picture."""

    left: float
    top: float
    scale: float

    def __call__(self, points: Floats) -> Floats:
        pixels: Floats = (points - [self.left, self.top]) * self.scale
        return pixels


def _ruling(piece: BaseGeometry, labels: Ints, to_pixel: Place) -> int:
    x0, y0, x1, y1 = piece.bounds
    inside = piece.representative_point()
    step = max(0.5, min(x1 - x0, y1 - y0) / 12)
    x, y = np.meshgrid(np.arange(x0, x1, step), np.arange(y0, y1, step))
    keep = shapely.contains_xy(piece, x.ravel(), y.ravel())
    points = np.c_[x.ravel(), y.ravel()][keep]
    if not len(points):
        points = np.array([[inside.x, inside.y]])
    pixel = np.floor(to_pixel(points)).astype(int)
    pixel = np.clip(pixel, 0, np.array(labels.shape)[::-1] - 1)
    return int(np.bincount(labels[pixel[:, 1], pixel[:, 0]]).argmax())
