"""Smooth lines: through given points, fitted to a polygon, flattened, inked."""

import itertools
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

Floats = NDArray[np.float64]

FLATNESS = 0.02
"""Figure units by which a flattened curve may leave the true one."""


@dataclass(frozen=True)
class Path:
    """Cubic Béziers end to end: (n, 4, 2) control points, figure units."""

    cubics: Floats
    closed: bool

    def svg(self, digits: int = 2) -> str:
        """The `d` of an SVG path."""

        def words(point: Floats) -> str:
            return " ".join(f"{value:.{digits}f}".rstrip("0").rstrip(".") for value in point)

        parts = [f"M{words(self.cubics[0, 0])}"]
        parts += [f"C{words(c[1])} {words(c[2])} {words(c[3])}" for c in self.cubics]
        return "".join(parts) + ("Z" if self.closed else "")

    def rounded(self, digits: int = 2) -> "Path":
        return Path(np.round(self.cubics, digits), self.closed)

    def flat(self) -> Floats:
        """Points along the curve, (m, 2); a closed path repeats none."""
        points = [self.cubics[:1, 0]]
        for a, b, c, d in self.cubics:
            bend = max(np.linalg.norm(a - 2 * b + c), np.linalg.norm(b - 2 * c + d))
            steps = max(1, int(np.ceil(np.sqrt(0.75 * bend / FLATNESS))))
            t = np.arange(1, steps + 1)[:, None] / steps
            u = 1 - t
            points.append(u**3 * a + 3 * u * u * t * b + 3 * u * t * t * c + t**3 * d)
        line = np.concatenate(points)
        return line[:-1] if self.closed else line


def through(points: list[tuple[float, float]] | Floats, *, closed: bool = False) -> Path:
    """Centripetal Catmull-Rom spline through `points`, as Béziers.

    Source: P. Barry, R. Goldman, SIGGRAPH 1988, 199; C. Yuksel et al., CAD 43 (2011) 747.
    """
    p = np.asarray(points, float)
    if closed:
        p = np.concatenate([p[-1:], p, p[:2]])
    else:
        p = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    cubics = []
    for p0, p1, p2, p3 in zip(p, p[1:], p[2:], p[3:], strict=False):
        d1, d2, d3 = (
            max(np.sqrt(np.linalg.norm(b - a)), 1e-6) for a, b in ((p0, p1), (p1, p2), (p2, p3))
        )
        b1 = (d1 * d1 * p2 - d2 * d2 * p0 + (2 * d1 * d1 + 3 * d1 * d2 + d2 * d2) * p1) / (
            3 * d1 * (d1 + d2)
        )
        b2 = (d3 * d3 * p1 - d2 * d2 * p3 + (2 * d3 * d3 + 3 * d3 * d2 + d2 * d2) * p2) / (
            3 * d3 * (d3 + d2)
        )
        cubics.append([p1, b1, b2, p2])
    return Path(np.array(cubics), closed)


def evenly(points: Floats, step: float, *, closed: bool) -> Floats:
    """`points` taken anew at even distances of about `step`."""
    line = np.concatenate([points, points[:1]]) if closed else points
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    count = max(2, round(along[-1] / step))
    at = np.linspace(0, along[-1], count + 1)
    if closed:
        at = at[:-1]
    return np.c_[np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])]


def calm(points: Floats, sigma: float, step: float, *, closed: bool) -> Floats:
    """`points` smoothed by a Gaussian of `sigma` units along the line; ends stay."""
    line = evenly(points, step, closed=closed)
    mode = "wrap" if closed else "nearest"
    smooth = np.c_[
        gaussian_filter1d(line[:, 0], sigma / step, mode=mode),
        gaussian_filter1d(line[:, 1], sigma / step, mode=mode),
    ]
    if not closed:
        weight = np.minimum(1, np.minimum(np.arange(len(line)), np.arange(len(line))[::-1]) / 6)
        smooth = weight[:, None] * smooth + (1 - weight[:, None]) * line
    return smooth


def fit(points: Floats, tolerance: float, *, corners: list[int] | None = None) -> Floats:
    """Cubics (n, 4, 2) along an open line of points.

    Source: P. J. Schneider, "An algorithm for automatically fitting digitized curves",
    Graphics Gems (1990) 612.
    """
    stops = sorted({0, *(corners or []), len(points) - 1})
    found: list[Floats] = []
    for a, b in itertools.pairwise(stops):
        piece = points[a : b + 1]
        if len(piece) >= 2:
            _fit_piece(piece, _heading(piece), _heading(piece[::-1]), tolerance, found)
    return np.array(found)


def _heading(points: Floats) -> Floats:
    ahead = points[min(6, len(points) - 1)] - points[0]
    unit: Floats = ahead / max(np.linalg.norm(ahead), 1e-12)
    return unit


def _fit_piece(p: Floats, start: Floats, end: Floats, tolerance: float, out: list[Floats]) -> None:
    if len(p) == 2:
        third = np.linalg.norm(p[1] - p[0]) / 3
        out.append(np.array([p[0], p[0] + start * third, p[1] + end * third, p[1]]))
        return
    u = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(p, axis=0), axis=1))])
    u /= u[-1]
    worst = 0
    for _ in range(5):
        cubic = _least_squares(p, u, start, end)
        gap = np.linalg.norm(_at(cubic, u) - p, axis=1)
        worst = int(gap.argmax())
        if gap[worst] < tolerance:
            out.append(cubic)
            return
        if gap[worst] > 6 * tolerance:
            break
        u = _nearer(cubic, p, u)
    worst = min(max(worst, 1), len(p) - 2)
    reach = min(6, worst, len(p) - 1 - worst)
    before, after = worst - reach, worst + reach
    centre = p[before] - p[after]
    centre /= max(np.linalg.norm(centre), 1e-12)
    _fit_piece(p[: worst + 1], start, centre, tolerance, out)
    _fit_piece(p[worst:], -centre, end, tolerance, out)


def _at(cubic: Floats, u: Floats) -> Floats:
    t, s = u[:, None], 1 - u[:, None]
    value: Floats = (
        s**3 * cubic[0] + 3 * s * s * t * cubic[1] + 3 * s * t * t * cubic[2] + t**3 * cubic[3]
    )
    return value


def _least_squares(p: Floats, u: Floats, start: Floats, end: Floats) -> Floats:
    b1, b2 = 3 * u * (1 - u) ** 2, 3 * u * u * (1 - u)
    b0, b3 = (1 - u) ** 3, u**3
    rest = p - np.outer(b0 + b1, p[0]) - np.outer(b2 + b3, p[-1])
    a1, a2 = np.outer(b1, start), np.outer(b2, end)
    c11, c12, c22 = (a1 * a1).sum(), (a1 * a2).sum(), (a2 * a2).sum()
    x1, x2 = (rest * a1).sum(), (rest * a2).sum()
    size = np.linalg.norm(p[-1] - p[0])
    det = c11 * c22 - c12 * c12
    one = two = size / 3
    if abs(det) > 1e-12:
        one, two = (x1 * c22 - x2 * c12) / det, (c11 * x2 - c12 * x1) / det
        if one < 1e-3 * size or two < 1e-3 * size:
            one = two = size / 3
    return np.array([p[0], p[0] + start * one, p[-1] + end * two, p[-1]])


def _nearer(cubic: Floats, p: Floats, u: Floats) -> Floats:
    first = 3 * np.diff(cubic, axis=0)
    second = 2 * np.diff(first, axis=0)
    t, s = u[:, None], 1 - u[:, None]
    away = _at(cubic, u) - p
    one = s * s * first[0] + 2 * s * t * first[1] + t * t * first[2]
    two = s * second[0] + t * second[1]
    slope = (one * one).sum(1) + (away * two).sum(1)
    step = (away * one).sum(1) / np.where(np.abs(slope) > 1e-9, slope, np.inf)
    moved: Floats = np.maximum.accumulate(np.clip(u - step, 0, 1))
    return moved


def sharp_corners(points: Floats, reach: float, degrees: float, step: float) -> list[int]:
    """Where an evenly stepped open line turns by more than `degrees` within `reach`."""
    k = max(1, round(reach / step))
    if len(points) <= 2 * k:
        return []
    before = points[k:-k] - points[: -2 * k]
    after = points[2 * k :] - points[k:-k]
    cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    bend = np.degrees(np.abs(np.arctan2(cross, (before * after).sum(1))))
    found: list[int] = []
    for i in np.argsort(-bend):
        if bend[i] < degrees:
            break
        if all(abs(i + k - other) > 2 * k for other in found):
            found.append(int(i + k))
    return found


def inked(points: Floats, width: float, *, start: float = 0.15, end: float = 0.15) -> Floats:
    """The outline of a pen stroke that swells from `start` to full and down to `end`.

    Parameters
    ----------
    points : (n, 2) float
    width : float
        Full width, figure units.
    start, end : float
        Share of the width at the two tips.

    Returns
    -------
    (m, 2) float, a closed ring
    """
    line = evenly(points, 0.7, closed=False)
    t = np.linspace(0, 1, len(line))
    swell = np.sin(np.pi * np.clip(t, 0, 1)) ** 0.55
    tips = start + (end - start) * t
    half = width / 2 * (tips + (1 - tips) * swell)
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    across = np.c_[-along[:, 1], along[:, 0]] * half[:, None]
    ring = shapely.Polygon(np.concatenate([line + across, (line - across)[::-1]]))
    shape = shapely.make_valid(ring).simplify(0.03)
    if shape.geom_type != "Polygon":
        parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
        shape = max(parts, key=lambda part: part.area)
    return np.round(np.array(shape.exterior.coords[:-1]), 2)
