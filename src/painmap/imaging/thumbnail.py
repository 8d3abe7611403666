"""One small picture of a stack, from one of its slices: for lists, and to see it at once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from painmap.domain.progress import Job, Progress
from painmap.imaging.header import SliceHeader
from painmap.imaging.opener import Opener, open_file
from painmap.imaging.slow_pixels import decoded, opened
from painmap.imaging.stack import Stack
from painmap.imaging.volume import Volume
from painmap.imaging.window import SOFT_TISSUE

SIDE = 96
"""Longest side of a thumbnail, pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Thumbnail:
    """A small grey picture.

    Parameters
    ----------
    pixels : ndarray
        (rows, columns) uint8, soft tissue window, read-only; its pixels are square.
    """

    pixels: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        self.pixels.setflags(write=False)


def thumbnailing(stack: Stack, *, side: int = SIDE, opener: Opener = open_file) -> Job[Thumbnail]:
    """Make a small picture of the slice in the middle of a stack; one file is read.

    Parameters
    ----------
    side : int
        Longest side, pixels.
    opener : callable
        Opens the file.

    Raises
    ------
    SeriesError
        The slice cannot be read.
    """
    one = stack.slices[len(stack.slices) // 2]
    yield Progress(0, 1, "Reading a slice")
    dataset = opened(one, opener)
    yield Progress(0, 1, "Reading a slice")
    hu, _ = decoded(dataset, one)
    return _thumbnail(hu, one, side)


def thumbnail_of(volume: Volume, *, side: int = SIDE) -> Thumbnail:
    """Make a small picture of the slice in the middle of a volume."""
    middle = volume.shape[0] // 2
    return _thumbnail(volume.hu[middle], volume.stack.slices[middle], side)


def _thumbnail(hu: npt.NDArray[Any], one: SliceHeader, side: int) -> Thumbnail:
    spacing = one.pixel_spacing or (1.0, 1.0)
    extent = hu.shape[0] * spacing[0], hu.shape[1] * spacing[1]
    scale = side / max(extent)
    rows, columns = (max(1, round(length * scale)) for length in extent)
    j = np.arange(rows) * hu.shape[0] // rows
    i = np.arange(columns) * hu.shape[1] // columns
    low = SOFT_TISSUE.level - SOFT_TISSUE.width / 2
    grey = (hu[np.ix_(j, i)].astype(np.float32) - low) * (255 / SOFT_TISSUE.width)
    return Thumbnail(np.clip(np.rint(grey), 0, 255).astype(np.uint8))
