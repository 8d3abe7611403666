"""One slice in the making: coordinates of the body's own frame, HU and labels to paint on.

Body ("atlas") coordinates are millimetres of a body of middle size: u to the patient's left
from the midline, v to the back from the trunk's centre, w to the head from the centre of L3.
Shapes are signed distances (negative inside), evaluated on windows of the slice.
"""

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]

Span: TypeAlias = tuple[float, float]

EDGE_MM = 1.0
"""Narrowest edge from one tissue to the next; a standard body kernel blurs about as much."""

TINY = np.float32(1e-6)
"""Keeps a shape's own centre, where its slope is 0, from a division by 0."""

ANGLES = 1440
"""Angular bins of the trunk's outlines: 0.25 degrees, 0.8 mm at the flank."""


@dataclass(frozen=True, slots=True)
class PixelFrame:
    """Where body coordinates (u, v) fall in the slice's rows and columns.

    Parameters
    ----------
    matrix : (2, 2) float
        Rows and columns per millimetre of u and v.
    origin : (2,) float
        Row and column of u = v = 0, in the window.
    """

    matrix: npt.NDArray[np.float64]
    origin: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Canvas:
    """A window of a slice; HU and labels are views, so painting changes the slice.

    Parameters
    ----------
    u, v : (R, C) float32
    w : (R, 1) or (1, 1) float32
        A slice's w depends on the row only (gantry tilt), else on nothing.
    rho : (R, C) float32
        Distance from the trunk's axis.
    bearing : (R, C) int32
        Angular bin around the trunk's axis, from the patient's left over the back.
    hu : (R, C) float32
    labels : (R, C) uint8
    heights : (float, float)
        Lowest and highest w of the slice.
    edge_mm, thickness_mm : float
        Widths of partial volume in the plane and across it.
    frame : PixelFrame or None
        None: a list of points, which has no windows.
    """

    u: FloatArray
    v: FloatArray
    w: FloatArray
    rho: FloatArray
    bearing: npt.NDArray[np.int32]
    hu: FloatArray
    labels: npt.NDArray[np.uint8]
    heights: Span
    edge_mm: float
    thickness_mm: float
    frame: PixelFrame | None = None

    def window(self, u: Span, v: Span, w: Span | None = None) -> "Canvas | None":
        """Give the part of the slice that holds a box; None if it holds nothing of it."""
        if w is not None:
            margin = self.thickness_mm
            if self.heights[1] < w[0] - margin or self.heights[0] > w[1] + margin:
                return None
        if self.frame is None:
            return self
        corners = np.array([(x, y) for x in u for y in v]) @ self.frame.matrix.T
        corners = corners + self.frame.origin
        low = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 1, 0)
        high = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 2, self.u.shape)
        if (high <= low).any():
            return None
        return self._cut(self.frame, slice(low[0], high[0]), slice(low[1], high[1]))

    def _cut(self, frame: PixelFrame, rows: slice, columns: slice) -> "Canvas":
        at = (rows, columns)
        return replace(
            self,
            u=self.u[at],
            v=self.v[at],
            w=self.w[rows] if self.w.shape[0] > 1 else self.w,
            rho=self.rho[at],
            bearing=self.bearing[at],
            hu=self.hu[at],
            labels=self.labels[at],
            frame=replace(frame, origin=frame.origin - (rows.start, columns.start)),
        )

    def paint(
        self,
        distance: FloatArray,
        hu: FloatArray | float,
        label: int | None = None,
        *,
        across: FloatArray | None = None,
        soft: float = 1.0,
    ) -> None:
        """Fill a shape.

        Parameters
        ----------
        distance : (R, C) float
            Signed distance in the plane, millimetres.
        hu : float or (R, C) float
        label : int or None
            None leaves the labels as they are.
        across : (R, C) float or None
            Signed distance to a surface that lies about in the plane of the slice, so that
            the slice's thickness blurs it.
        soft : float
            How many times wider than a pixel the edge is.
        """
        cover = np.clip(0.5 - distance / (self.edge_mm * soft), 0.0, 1.0)
        inside = distance < 0
        if across is not None:
            cover = cover * np.clip(0.5 - across / self.thickness_mm, 0.0, 1.0)
            inside = inside & (across < 0)
        self.blend(cover, hu)
        if label is not None:
            self.labels[inside] = label

    def blend(self, cover: FloatArray, hu: FloatArray | float) -> None:
        """Mix `hu` in by its share of each pixel."""
        np.add(self.hu, cover * (hu - self.hu), out=self.hu)


def along(w: FloatArray, heights: tuple[float, ...], values: tuple[float, ...]) -> FloatArray:
    """Interpolate a figure that is known at some heights w (ascending)."""
    return np.interp(w, heights, values).astype(np.float32)


def ellipse(
    x: FloatArray, y: FloatArray, half_x: FloatArray | float, half_y: FloatArray | float
) -> FloatArray:
    """Give the signed distance to an ellipse, to first order: exact at its edge."""
    px, py = x / half_x, y / half_y
    length = np.sqrt(px * px + py * py) + TINY
    qx, qy = px / half_x, py / half_y
    steep = np.sqrt(qx * qx + qy * qy) + TINY / np.minimum(half_x, half_y)
    distance: FloatArray = length * (length - 1) / steep
    return distance


def squarish(
    x: FloatArray, y: FloatArray, half_x: FloatArray | float, half_y: FloatArray | float
) -> FloatArray:
    """Give about the signed distance to an ellipse with fuller corners (between 2 and 4)."""
    px, py = x / half_x, y / half_y
    px2, py2 = px * px, py * py
    two = np.sqrt(px2 + py2) + TINY
    length = 0.5 * two + 0.5 * np.sqrt(np.sqrt(px2 * px2 + py2 * py2))
    qx, qy = px / half_x, py / half_y
    steep = np.sqrt(qx * qx + qy * qy) + TINY / np.minimum(half_x, half_y)
    distance: FloatArray = two * (length - 1) / steep
    return distance


def ellipsoid(
    x: FloatArray, y: FloatArray, z: FloatArray, half: tuple[float, float, float]
) -> FloatArray:
    """Give the signed distance to an ellipsoid, to first order."""
    px, py, pz = x / half[0], y / half[1], z / half[2]
    length = np.sqrt(px * px + py * py + pz * pz) + TINY
    qx, qy, qz = px / half[0], py / half[1], pz / half[2]
    distance: FloatArray = (
        length * (length - 1) / (np.sqrt(qx * qx + qy * qy + qz * qz) + np.float32(1e-6))
    )
    return distance


def capsule(
    x: FloatArray,
    y: FloatArray,
    z: FloatArray,
    start: tuple[float, float, float],
    end: tuple[float, float, float],
) -> FloatArray:
    """Give the distance to a straight piece of line; minus a radius it is a capsule."""
    ex, ey, ez = (b - a for a, b in zip(start, end, strict=True))
    dx, dy, dz = x - start[0], y - start[1], z - start[2]
    share = np.clip((dx * ex + dy * ey + dz * ez) / (ex * ex + ey * ey + ez * ez), 0.0, 1.0)
    distance: FloatArray = np.sqrt(
        np.square(dx - share * ex) + np.square(dy - share * ey) + np.square(dz - share * ez)
    )
    return distance


def joined(one: FloatArray, other: FloatArray, blend_mm: float) -> FloatArray:
    """Give the union of two shapes with a rounded seam (polynomial smooth minimum)."""
    near = np.clip(1 - np.abs(one - other) / blend_mm, 0.0, 1.0)
    union: FloatArray = np.minimum(one, other) - np.square(near) * (blend_mm / 4)
    return union
