"""A muscle from strokes in it and beside it, grown to its borders on one slice.

L. Grady, "Random walks for image segmentation", IEEE TPAMI 28 (2006): every pixel goes to the
strokes that a walk from it meets first, where steps over borders are unlikely.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_fill_holes, gaussian_filter, label
from skimage.segmentation import random_walker

from painmap.imaging.slice_mask import Mask

UNKNOWN, MUSCLE, OTHER = 0, 1, 2
"""What a stroke says of a pixel."""

REACH_MM = 35.0
"""Beyond that from all strokes nothing is taken: half the width of an erector spinae."""

SOFT_HU = (-150.0, 200.0)
"""As for ways along borders: beyond, a border is as good as it gets."""

BLUR_MM = 0.7
STEP_HU = 2.5
"""A step from pixel to pixel over so much is e times less likely: about the noise of a CT."""

BONE_HU = 170.0
FAT_HU, FAT_BLUR_MM = -60.0, 2.0
"""Fat that is wider than the streaks within a muscle: it lies outside the compartment."""


def grown(
    hu: npt.NDArray[Any],
    strokes: npt.NDArray[np.int8],
    pixel_mm: tuple[float, float],
    taken: Mask | None = None,
) -> Mask:
    """Grow what is stroked on a slice to its borders.

    Parameters
    ----------
    hu : (rows, columns) array
    strokes : (rows, columns) int8
        `MUSCLE` where the hand said so, `OTHER` where it said that it is not, else `UNKNOWN`.
    pixel_mm : (float, float)
        Millimetres between rows and between columns.
    taken : (rows, columns) bool or None
        Belongs to other muscles.

    Returns
    -------
    (rows, columns) bool
        What hangs together with the strokes; empty where there are none. Fat within it belongs
        to it.
    """
    found: Mask = np.zeros(hu.shape, dtype=np.bool_)
    stroked = np.argwhere(strokes == MUSCLE)
    if not len(stroked):
        return found
    reach = np.ceil(REACH_MM / np.asarray(pixel_mm)).astype(int)
    low = np.maximum(stroked.min(axis=0) - reach, 0)
    high = np.minimum(stroked.max(axis=0) + reach + 1, hu.shape)
    part = (slice(low[0], high[0]), slice(low[1], high[1]))
    said = strokes[part]
    soft, known = _evidence(hu[part], said, pixel_mm, None if taken is None else taken[part])
    inside = known == MUSCLE
    spread = float(soft.std())
    if (known == UNKNOWN).any() and spread > 0:
        # the library divides by ten times the spread; the weights hold for steps of one length,
        # and pixels of a CT are square within a few percent
        beta = 10 * spread / STEP_HU**2
        inside = random_walker(soft, known, beta=beta, mode="bf") == MUSCLE
    parts, _ = label(inside)
    held = np.unique(parts[(said == MUSCLE) & inside])
    whole: Mask = binary_fill_holes(np.isin(parts, held[held > 0]))
    found[part] = (whole & (said != OTHER)) | (said == MUSCLE)
    return found


def _evidence(
    hu: npt.NDArray[Any],
    said: npt.NDArray[np.int8],
    pixel_mm: tuple[float, float],
    taken: Mask | None,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int8]]:
    """What borders are seen in, and what is known: strokes, bone, wide fat, other muscles."""
    clipped = np.clip(np.asarray(hu, dtype=np.float64), *SOFT_HU)
    soft = gaussian_filter(clipped, [BLUR_MM / each for each in pixel_mm])
    fat = gaussian_filter(clipped, [FAT_BLUR_MM / each for each in pixel_mm]) < FAT_HU
    other = fat | (soft > BONE_HU)
    other[[0, -1], :] = other[:, [0, -1]] = True
    if taken is not None:
        other |= taken
    known = np.where(other, OTHER, UNKNOWN).astype(np.int8)
    known[said != UNKNOWN] = said[said != UNKNOWN]
    return soft, known
