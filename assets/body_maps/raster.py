"""A small z-buffer in numpy: which face, how deep, which normal, at every pixel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Frame:
    """Figure units to pixels: `scale` pixels a unit, (left, top) at pixel (0, 0)."""

    left: float
    top: float
    width: int
    height: int
    scale: float


def z_buffer(points: Floats, corners: Ints, frame: Frame) -> tuple[Ints, Floats, Floats]:
    """Nearest triangle at every pixel centre.

    Parameters
    ----------
    points : (n, 3) float
        Figure units x, y, and depth growing towards the viewer.
    corners : (m, 3) int
        Triangles.
    frame : Frame

    Returns
    -------
    face : (h, w) int, -1 where there is none
    depth : (h, w) float, -inf where there is none
    weights : (h, w, 3) float, barycentric
    """
    px = (points[:, 0] - frame.left) * frame.scale - 0.5
    py = (points[:, 1] - frame.top) * frame.scale - 0.5
    x, y, z = px[corners], py[corners], points[:, 2][corners]
    area = (x[:, 1] - x[:, 0]) * (y[:, 2] - y[:, 0]) - (x[:, 2] - x[:, 0]) * (y[:, 1] - y[:, 0])
    x0 = np.ceil(x.min(1)).astype(int)
    y0 = np.ceil(y.min(1)).astype(int)
    wide = np.floor(x.max(1)).astype(int) - x0
    high = np.floor(y.max(1)).astype(int) - y0
    usable = (wide >= 0) & (high >= 0) & (np.abs(area) > 1e-12)
    size = frame.width * frame.height
    depth = np.full(size, -np.inf)
    hits: list[tuple[Ints, Ints, Floats, Floats]] = []
    for dy in range(int(high[usable].max()) + 1):
        for dx in range(int(wide[usable].max()) + 1):
            rows = np.flatnonzero(usable & (wide >= dx) & (high >= dy))
            if not len(rows):
                continue
            qx, qy = x0[rows] + dx, y0[rows] + dy
            share = _barycentric(x[rows], y[rows], area[rows], qx, qy)
            inside = (
                (share >= -1e-9).all(1)
                & (qx >= 0)
                & (qx < frame.width)
                & (qy >= 0)
                & (qy < frame.height)
            )
            rows, share = rows[inside], share[inside]
            place = qy[inside] * frame.width + qx[inside]
            near = (share * z[rows]).sum(1)
            np.maximum.at(depth, place, near)
            hits.append((place, rows, near, share))
    face = np.full(size, -1, dtype=np.int64)
    weights = np.zeros((size, 3))
    for place, rows, near, share in hits:
        wins = near >= depth[place]
        face[place[wins]] = rows[wins]
        weights[place[wins]] = share[wins]
    shape = (frame.height, frame.width)
    return face.reshape(shape), depth.reshape(shape), weights.reshape(*shape, 3)


def _barycentric(x: Floats, y: Floats, area: Floats, qx: Ints, qy: Ints) -> Floats:
    one = ((x[:, 1] - qx) * (y[:, 2] - qy) - (x[:, 2] - qx) * (y[:, 1] - qy)) / area
    two = ((x[:, 2] - qx) * (y[:, 0] - qy) - (x[:, 0] - qx) * (y[:, 2] - qy)) / area
    return np.stack([one, two, 1 - one - two], 1)
