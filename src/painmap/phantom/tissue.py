"""What tissues measure in HU, their texture, and the noise of the scanner."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from painmap.phantom.canvas import FloatArray

SKIN_HU: Final = 20.0
FAT_HU: Final = -104.0
"""Fat, within -190 to -30 HU (the usual limits for adipose tissue on CT)."""

VISCERAL_FAT_HU: Final = -100.0
MUSCLE_HU: Final = 57.0
"""Muscle without contrast, within -29 to 150 HU (the usual limits for skeletal muscle)."""

FASCIA_HU: Final = 48.0
LIGAMENT_HU: Final = 62.0
CORTEX_HU: Final = 920.0
"""Cortical bone as CT shows it where it is thick; thin shells blur to half of it."""

CANCELLOUS_HU: Final = 240.0
"""Spongy bone outside the vertebral bodies (chosen)."""

DISC_HU: Final = 82.0
SAC_HU: Final = 22.0
"""Dural sac: fluid with nerve roots, without contrast."""

NERVE_HU: Final = 32.0
KIDNEY_HU: Final = 33.0
LIVER_HU: Final = 58.0
SPLEEN_HU: Final = 49.0
BLOOD_HU: Final = 43.0
"""Blood without contrast, 35-50 HU."""

CALCIUM_HU: Final = 520.0
BOWEL_WALL_HU: Final = 42.0
BOWEL_CONTENT_HU: Final = 22.0
GAS_HU: Final = -960.0
BILE_HU: Final = 8.0
PANCREAS_HU: Final = 40.0
MARKER_HU: Final = 2600.0
"""A lead or steel bead, held below the top of the scale."""

TEXTURE_STREAM: Final = 2
NOISE_STREAM: Final = 3
"""Random streams of their own: noise never changes the body."""

TILE: Final = 64
"""Edge of a texture tile in lattice points; it repeats seamlessly."""

FINER: Final = (2, 4, 4)
"""Table entries a lattice point along (z, y, x): fine enough to look up without interpolating."""

NOISE_GRAIN_PIXELS: Final = 0.62
"""Blur of the noise; a soft-tissue kernel gives grains of one to two pixels."""


@dataclass(frozen=True, slots=True)
class Texture:
    """Smooth random values, about -2 to 2, of which every body point has its own.

    Parameters
    ----------
    table : (2 * TILE * 4 * TILE * 4 * TILE,) float32
        Periodic along z, y and x; unit variance. Powers of 2, so that masks wrap indices.
    """

    table: FloatArray

    def at(self, x: FloatArray, y: FloatArray, z: FloatArray, offset: float = 0.0) -> FloatArray:
        """Sample at lattice coordinates; grains are two to three lattice units wide."""
        column = _wrapped(x, offset, 2)
        row = _wrapped(y, 1.7 * offset, 1)
        plane = _wrapped(z, 2.3 * offset, 0)
        bits = int(np.log2(TILE * FINER[2]))
        return np.take(self.table, column | (row << bits) | (plane << (2 * bits)))


def _wrapped(values: FloatArray, offset: float, axis: int) -> npt.NDArray[np.int32]:
    # far enough up that truncation is the same as rounding down
    shifted = values * np.float32(FINER[axis]) + np.float32((offset + 16 * TILE) * FINER[axis])
    return shifted.astype(np.int32) & np.int32(TILE * FINER[axis] - 1)


def texture_of(seed: int) -> Texture:
    """Make the texture of one body."""
    random = np.random.default_rng([seed, TEXTURE_STREAM])
    rough = random.standard_normal((TILE, TILE, TILE), dtype=np.float32)
    smooth = ndimage.gaussian_filter(rough, 1.1, mode="wrap")
    for axis, times in enumerate(FINER):
        for _ in range(int(np.log2(times))):
            smooth = _doubled(smooth, axis)
    return Texture(np.ravel(smooth / smooth.std()))


def _doubled(values: FloatArray, axis: int) -> FloatArray:
    """Put the mean of each two neighbours between them, around the seam too."""
    between = (values + np.roll(values, -1, axis)) * np.float32(0.5)
    return np.stack([values, between], axis + 1).reshape(
        [2 * n if a == axis else n for a, n in enumerate(values.shape)]
    )


def noise(shape: tuple[int, int], seed: int, k: int, sigma_hu: float) -> FloatArray:
    """Make the noise of slice k: the same for the same seed, correlated like a scanner's."""
    random = np.random.default_rng([seed, NOISE_STREAM, k])
    rough = random.standard_normal(shape, dtype=np.float32)
    grains: FloatArray = ndimage.gaussian_filter(rough, NOISE_GRAIN_PIXELS, truncate=3.0)
    # what the blur takes away from the spread of white noise (two dimensions)
    left = 1 / (2 * np.sqrt(np.pi) * NOISE_GRAIN_PIXELS)
    return grains * np.float32(sigma_hu / min(left, 1.0))
