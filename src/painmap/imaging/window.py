"""CT windows: which Hounsfield units lie between black and white, and who says so."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

_RADIOPAEDIA = "radiopaedia.org/articles/windowing-ct"
_OHIF = "OHIF Viewers, default window level presets for CT"


@dataclass(frozen=True, slots=True)
class HuWindow:
    """One window.

    Parameters
    ----------
    id, name : str
        For files, and for people.
    width, level : int
        Hounsfield units; the width is positive.
    source : str
        Where the numbers are from.
    """

    id: str
    name: str
    width: int
    level: int
    source: str

    def __post_init__(self) -> None:
        if self.width < 1:
            raise ValueError("a window has a positive width")

    @property
    def bounds(self) -> tuple[float, float]:
        """The Hounsfield units that are just black and just white."""
        return window_bounds(self.width, self.level)


SOFT_TISSUE = HuWindow("soft_tissue", "Soft tissue", 400, 40, _OHIF)
MUSCLE = HuWindow(
    "muscle",
    "Muscle",
    150,
    50,
    "covers muscle of normal and low attenuation, 0 to 100 HU (PLoS One 0204529)",
)
BONE = HuWindow("bone", "Bone", 1800, 400, f"spine, bone: {_RADIOPAEDIA}")
FAT = HuWindow(
    "fat",
    "Fat",
    200,
    -100,
    "covers adipose tissue, -190 to -30 HU (TomoVision, segmentation of sarcopenia)",
)
LUNG = HuWindow("lung", "Lung", 1500, -600, f"{_RADIOPAEDIA}; {_OHIF}")

WINDOWS = (SOFT_TISSUE, MUSCLE, BONE, FAT, LUNG)
"""In the order of Ctrl+1 to Ctrl+5; the first one is shown at the start."""


def window_bounds(width: float, level: float) -> tuple[float, float]:
    """The values that are just black and just white (PS3.3 C.11.2.1.2.1, LINEAR).

    Examples
    --------
    >>> window_bounds(400, 40)
    (-160.0, 239.0)
    """
    return level - 0.5 - (width - 1) / 2, level - 0.5 + (width - 1) / 2


def grey_levels(hu: npt.NDArray[Any], width: float, level: float) -> npt.NDArray[np.uint8]:
    """Hounsfield units as 0 (black) to 255 (white), linear between the bounds.

    Parameters
    ----------
    hu : ndarray
        Of any shape.
    width, level : float
        A width of 1 makes a threshold.
    """
    low, high = window_bounds(width, level)
    if high <= low:
        return np.where(hu > low, 255, 0).astype(np.uint8)
    scaled = np.subtract(hu, np.float32(low), dtype=np.float32)
    scaled *= np.float32(255.0 / (high - low))
    np.clip(scaled, 0, 255, out=scaled)
    np.rint(scaled, out=scaled)
    grey: npt.NDArray[np.uint8] = scaled.astype(np.uint8)
    return grey


def window_of_values(values: npt.NDArray[Any]) -> tuple[float, float]:
    """A window for values that are no Hounsfield units: from the 1st to the 99th percentile.

    Parameters
    ----------
    values : ndarray
        Of any shape; about 100,000 of them are looked at.

    Returns
    -------
    width, level : float
    """
    flat = values.reshape(-1)
    if not flat.size:
        return 1.0, 0.0
    some = flat[:: max(1, flat.size // 100_000)]
    low, high = (float(part) for part in np.percentile(some, (1, 99)))
    return max(1.0, high - low), (low + high) / 2
