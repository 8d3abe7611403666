"""From the adult, on whom the lines are drawn, to another figure: vertex i lies over vertex i."""

import curves
import numpy as np
from outlines import Projection
from raster import Floats
from scipy.interpolate import RBFInterpolator

_KEPT = 2600
"""Vertices that carry a warp; more make it slower, not smoother."""


class Warp:
    """A smooth map of the plane of one view, from where one figure's vertices are to another's."""

    def __init__(self, start: Projection, end: Projection, *, mirrored: bool) -> None:
        seen = np.unique(start.half.corners[start.face[start.face >= 0]])
        seen = seen[start.facing[seen] > 0.05]
        order = np.random.default_rng(7).permutation(len(seen))[:_KEPT]
        kept = seen[np.sort(order)]
        a, b = start.points[kept, :2], end.points[kept, :2]
        if mirrored:
            near = a[:, 0] < 60
            a = np.concatenate([a, a[near] * [-1, 1]])
            b = np.concatenate([b, b[near] * [-1, 1]])
        a, first = np.unique(np.round(a, 3), axis=0, return_index=True)
        shift = b[first] - a
        self._shift = RBFInterpolator(a, shift, neighbors=40, smoothing=4.0)
        self._mirrored = mirrored

    def __call__(self, points: Floats) -> Floats:
        """Places (n, 2) of the first figure on the second."""
        p = np.asarray(points, float).reshape(-1, 2)
        moved: Floats = p + self._shift(p)
        if self._mirrored:
            moved[np.abs(p[:, 0]) < 0.01, 0] = 0.0
        return moved

    def line(self, points: Floats | list[tuple[float, float]]) -> Floats:
        """A drawn line: its spline through `points` is warped, not only the points."""
        dense = curves.evenly(curves.through(points).flat(), 1.5, closed=False)
        return self(dense)
