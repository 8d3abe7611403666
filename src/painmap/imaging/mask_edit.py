"""What a doctor does to a mask: brush, eraser, islands, holes, smoothing, margin."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_fill_holes, distance_transform_edt, gaussian_filter, label

from painmap.imaging.slice_mask import Mask

MUSCLE_GATE = (-29.0, 150.0)
"""HU that the brush takes by default (TomoVision)."""

FAT_GATE = (-190.0, -30.0)


@dataclass(frozen=True, slots=True)
class Gate:
    """HU that a brush may paint, both ends included; an aid of the hand, never of the fill."""

    low: float
    high: float

    def passes(self, hu: npt.NDArray[Any]) -> Mask:
        taken: Mask = (hu >= self.low) & (hu <= self.high)
        return taken


def brushed(
    shape: tuple[int, int],
    path: npt.ArrayLike,
    radius_mm: float,
    pixel_mm: tuple[float, float],
) -> tuple[slice, slice, Mask]:
    """The pixels whose centre a round brush passes over.

    Parameters
    ----------
    shape : (rows, columns)
    path : (n, 2) array_like
        (row, column) of the brush's centre, one after the other; one point is a dab.
    radius_mm : float
    pixel_mm : (float, float)
        Millimetres between rows and between columns.

    Returns
    -------
    rows, columns : slice
        The box that holds the stroke.
    painted : (height, width) bool
    """
    points = np.atleast_2d(np.asarray(path, dtype=np.float64))
    reach = radius_mm / np.asarray(pixel_mm)
    low = np.maximum(np.ceil(points.min(axis=0) - reach), 0).astype(int)
    high = np.minimum(np.floor(points.max(axis=0) + reach), np.array(shape) - 1).astype(int)
    rows, columns = slice(low[0], max(high[0] + 1, low[0])), slice(low[1], max(high[1] + 1, low[1]))
    row, column = np.mgrid[rows, columns]
    scale = np.asarray(pixel_mm)
    at = np.stack((row, column), axis=-1) * scale
    painted = np.zeros(row.shape, dtype=np.bool_)
    ends = points[1:] if len(points) > 1 else points
    for start, end in zip(points[: len(ends)] * scale, ends * scale, strict=True):
        step = end - start
        squared = float(step @ step)
        share = np.clip(((at - start) @ step) / squared, 0, 1) if squared > 0 else np.zeros(1)
        away = at - start - share[..., None] * step
        painted |= (away * away).sum(axis=-1) <= radius_mm * radius_mm
    return rows, columns, painted


def largest_island(mask: Mask) -> Mask:
    """Keep the largest connected part (pixels that share an edge)."""
    parts, count = label(mask)
    if count < 2:
        return mask
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    largest: Mask = parts == int(sizes.argmax())
    return largest


def without_holes(mask: Mask) -> Mask:
    filled: Mask = binary_fill_holes(mask)
    return filled


def smoothed(mask: Mask, pixel_mm: tuple[float, float], radius_mm: float = 2.0) -> Mask:
    """Round off what is narrower than about `radius_mm`; straight rims stay where they are."""
    sigma = [radius_mm / 2 / mm for mm in pixel_mm]
    soft: Mask = gaussian_filter(mask.astype(np.float32), sigma, mode="nearest") > 0.5
    return soft


def grown(mask: Mask, pixel_mm: tuple[float, float], margin_mm: float) -> Mask:
    """Widen a mask by a margin; a negative one narrows it.

    A pixel belongs to it when its centre lies within the margin of the rim, which runs half
    a pixel outside the outermost centres.
    """
    if not mask.any():
        return mask
    half = min(pixel_mm) / 2
    if margin_mm >= 0:
        wide: Mask = mask | (distance_transform_edt(~mask, sampling=pixel_mm) - half <= margin_mm)
        return wide
    narrow: Mask = distance_transform_edt(mask, sampling=pixel_mm) - half > -margin_mm
    return narrow


def without_bone(mask: Mask, hu: npt.NDArray[Any], threshold: float = 151.0) -> Mask:
    """Take out what is denser than muscle."""
    soft: Mask = mask & (hu < threshold)
    return soft
