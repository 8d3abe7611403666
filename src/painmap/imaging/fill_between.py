"""Filling between contours: the compartment of a muscle from a contour every few slices."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.ndimage import distance_transform_edt, shift

from painmap.domain.progress import Job, Progress
from painmap.imaging.slice_mask import Mask, SliceMask

RIM_PIXELS = 3
"""Kept free around both contours, so that a distance may shrink to nothing within the crop."""


@dataclass(frozen=True, slots=True)
class _Key:
    """A drawn slice, cropped to the pair's box: signed distance, and its centre there."""

    distance: npt.NDArray[np.float64]
    centre: npt.NDArray[np.float64]


def filling_between(
    drawn: Mapping[int, SliceMask], places_mm: Mapping[int, float], pixel_mm: tuple[float, float]
) -> Job[dict[int, SliceMask]]:
    """Fill the slices between drawn ones by their signed distances.

    Between two neighbours the signed distance to the rim is blended in proportion to the
    distance along the body (shape-based interpolation, Raya and Udupa 1990, IEEE TMI 9:32),
    after both were moved so that their centres meet on the straight line from one to the
    other; a muscle that runs aslant keeps its cross section. Only the two neighbours count: a
    contour that is redrawn changes what lies between it and the next ones, and nothing else.
    Hounsfield units play no part: the compartment includes its fat.

    Parameters
    ----------
    drawn : mapping of k to SliceMask
        At least two, none empty, all of one size.
    places_mm : mapping of k to float
        Where each slice lies along the stack, for every k from the first drawn to the last.
    pixel_mm : (float, float)
        Millimetres between rows and between columns.

    Yields
    ------
    Progress
        Before each slice.

    Returns
    -------
    dict of k to SliceMask
        The slices between drawn ones, without the drawn ones themselves.

    Raises
    ------
    ValueError
        Fewer than two slices, an empty one, or sizes that differ.
    """
    keys = sorted(drawn)
    if len(keys) < 2:
        raise ValueError("there is nothing between fewer than two contours")
    if len({(one.rows, one.columns) for one in drawn.values()}) != 1:
        raise ValueError("contours of one muscle lie on slices of one size")
    if any(not one.pixels for one in drawn.values()):
        raise ValueError("an empty contour has no shape to fill from")
    filled: dict[int, SliceMask] = {}
    between = keys[-1] - keys[0] + 1 - len(keys)
    for low, high in pairwise(keys):
        if high - low < 2:
            continue
        yield Progress(len(filled), between, "Filling between slices")
        top, left, keyed = _pair(drawn[low], drawn[high], pixel_mm)
        for k in range(low + 1, high):
            yield Progress(len(filled), between, "Filling between slices")
            share = (places_mm[k] - places_mm[low]) / (places_mm[high] - places_mm[low])
            filled[k] = _placed(_blend(*keyed, share), top, left, drawn[low])
    return filled


def _pair(
    low: SliceMask, high: SliceMask, pixel_mm: tuple[float, float]
) -> tuple[int, int, tuple[_Key, _Key]]:
    """Both neighbours in one box that holds either, with room around."""
    top = min(low.top, high.top) - RIM_PIXELS
    left = min(low.left, high.left) - RIM_PIXELS
    bottom = max(one.top + one.bits.shape[0] for one in (low, high)) + RIM_PIXELS
    right = max(one.left + one.bits.shape[1] for one in (low, high)) + RIM_PIXELS
    box = (bottom - top, right - left)
    first, second = (_key(_cut(one, top, left, box), pixel_mm) for one in (low, high))
    return top, left, (first, second)


def _cut(one: SliceMask, top: int, left: int, box: tuple[int, int]) -> Mask:
    mask = np.zeros(box, dtype=np.bool_)
    height, width = one.bits.shape
    row, column = one.top - top, one.left - left
    mask[row : row + height, column : column + width] = one.bits
    return mask


def _key(mask: Mask, pixel_mm: tuple[float, float]) -> _Key:
    # the rim runs half a pixel outside the last centre, in and out alike
    half = min(pixel_mm) / 2
    inside = distance_transform_edt(mask, sampling=pixel_mm) - half
    outside = distance_transform_edt(~mask, sampling=pixel_mm) - half
    return _Key(np.where(mask, inside, -outside), np.argwhere(mask).mean(axis=0))


def _blend(low: _Key, high: _Key, share: float) -> Mask:
    centre = low.centre * (1 - share) + high.centre * share
    moved = (
        shift(key.distance, centre - key.centre, order=1, mode="nearest") for key in (low, high)
    )
    first, second = moved
    blended: Mask = first * (1 - share) + second * share > 0
    return blended


def _placed(mask: Mask, top: int, left: int, like: SliceMask) -> SliceMask:
    """A box's mask on the whole slice; what lies beyond the slice's edge is cut off."""
    whole = np.zeros((like.rows, like.columns), dtype=np.bool_)
    rows = slice(max(top, 0), min(top + mask.shape[0], like.rows))
    columns = slice(max(left, 0), min(left + mask.shape[1], like.columns))
    whole[rows, columns] = mask[
        rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
    ]
    return SliceMask.of(whole)
