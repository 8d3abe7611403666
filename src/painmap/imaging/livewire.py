"""The way along a border between two places of a slice ("live wire").

Mortensen and Barrett, "Intelligent scissors for image composition", SIGGRAPH 1995: every pixel
costs the less the steeper its values are, and the way of least cost between two places follows
the border between them.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter, uniform_filter1d
from skimage.graph import MCP_Geometric

from painmap.imaging.geometry import Floats

REACH_MM = 50.0
"""So far from its beginning a way may lead; what is farther is joined by a straight line."""

BLUR_MM = 0.7
"""About a pixel of a CT of the trunk: noise is passed over, a fascia is not."""

SOFT_HU = (-150.0, 200.0)
"""Between fat and soft bone; beyond, a border is as good as it gets."""

STEEP_HU_PER_MM = 45.0
"""Muscle (50 HU) to fat (-100 HU) within 3 mm, and steeper: a border."""

LEAST_COST = 0.12
"""Of a millimetre on a border, against 1 in the midst of a tissue: a way may be so much longer."""

SMOOTH_PIXELS = 5
"""Steps from pixel to pixel are averaged over so many, so that a border has no stairs."""


@dataclass(frozen=True, slots=True, eq=False)
class Wire:
    """The ways of least cost from one place of a slice.

    Parameters
    ----------
    start : (float, float)
        Row and column, whole at pixel centres.
    corner : (int, int)
        First row and column of the part of the slice that was looked at.
    shape : (int, int)
        Its rows and columns.
    found : MCP_Geometric
        Ways in that part.
    """

    start: tuple[float, float]
    corner: tuple[int, int]
    shape: tuple[int, int]
    found: Any

    @classmethod
    def begin(
        cls,
        hu: npt.NDArray[Any],
        pixel_mm: tuple[float, float],
        start: tuple[float, float],
    ) -> Self:
        """Find the ways that lead from `start`.

        Parameters
        ----------
        hu : (rows, columns) array
        pixel_mm : (float, float)
            Millimetres between rows and between columns.
        start : (float, float)
            Row and column in the slice.

        Raises
        ------
        ValueError
            `start` lies outside the slice.
        """
        first = (round(start[0]), round(start[1]))
        if not all(0 <= at < size for at, size in zip(first, hu.shape, strict=True)):
            raise ValueError(f"{start} lies outside a slice of {hu.shape}")
        low, high = _around(first, hu.shape, pixel_mm)
        part = hu[low[0] : high[0], low[1] : high[1]]
        ways = MCP_Geometric(border_cost(part, pixel_mm), sampling=pixel_mm)
        ways.find_costs([(first[0] - low[0], first[1] - low[1])])
        return cls(start, low, (part.shape[0], part.shape[1]), ways)

    def way_to(self, end: tuple[float, float]) -> Floats:
        """The way from `start` to `end`.

        Returns
        -------
        (n, 2) array
            Rows and columns, both ends as they were given; a straight line to an end that is
            out of reach.
        """
        ends = np.array([self.start, end], dtype=np.float64)
        at = (round(end[0]) - self.corner[0], round(end[1]) - self.corner[1])
        if not all(0 <= each < size for each, size in zip(at, self.shape, strict=True)):
            return ends
        steps = np.asarray(self.found.traceback(at), dtype=np.float64) + self.corner
        if len(steps) <= 2:
            return ends
        smooth = uniform_filter1d(steps, SMOOTH_PIXELS, axis=0, mode="nearest")
        way: Floats = np.concatenate((ends[:1], smooth[1:-1], ends[1:]))
        return way


def _around(
    at: tuple[int, int], shape: tuple[int, ...], pixel_mm: tuple[float, float]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """First and past-the-last row and column of what lies in reach."""
    reach = [int(np.ceil(REACH_MM / each)) for each in pixel_mm]
    low = (max(0, at[0] - reach[0]), max(0, at[1] - reach[1]))
    high = (min(shape[0], at[0] + reach[0] + 1), min(shape[1], at[1] + reach[1] + 1))
    return low, high


def border_cost(hu: npt.NDArray[Any], pixel_mm: tuple[float, float]) -> Floats:
    """What a millimetre through each pixel costs, least on the borders of soft tissue.

    Returns
    -------
    (rows, columns) array
        From `LEAST_COST` to 1.
    """
    soft = np.clip(np.asarray(hu, dtype=np.float32), *SOFT_HU)
    blur = [BLUR_MM / each for each in pixel_mm]
    down = gaussian_filter(soft, blur, order=(1, 0)) / pixel_mm[0]
    right = gaussian_filter(soft, blur, order=(0, 1)) / pixel_mm[1]
    flat = 1 - np.minimum(1, np.hypot(down, right) / STEEP_HU_PER_MM)
    cost: Floats = LEAST_COST + (1 - LEAST_COST) * flat.astype(np.float64) ** 2
    return cost
