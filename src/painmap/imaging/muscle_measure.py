"""Area, density and fat share of a muscle's compartment, always from the voxels themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isclose

import numpy as np
import numpy.typing as npt

from painmap.imaging.contour import FAT_HU, TISSUE_HU
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.slice_mask import SliceMask
from painmap.imaging.volume import Volume

LEAN_HU = (-29, 150)
"""Skeletal muscle, both ends included (TomoVision)."""

LOW_DENSITY_HU = (0, 34)
"""Muscle of low attenuation, both ends included (PLoS One 0204529); its share is of `LEAN_HU`."""

BONE_HU = 151
"""From here on denser than muscle: bone, contrast medium or metal, left out of what is measured."""


@dataclass(frozen=True, slots=True)
class MuscleFigures:
    """What was measured in a compartment, on one slice or over several.

    Parameters
    ----------
    pixels : int
        In the compartment with padding and bone left out: what all else is taken from.
    left_out : int
        Pixels of the compartment that are padding or bone.
    area_mm2 : float
        Of the whole compartment; the mean over the slices when there are several.
    lean_area_mm2 : float
        Of the pixels of `LEAN_HU`; the mean over the slices.
    mean_hu, sd_hu, median_hu : float or None
        None when there are no pixels. The deviation is that of the pixels themselves.
    fat_share : float or None
        Pixels of `FAT_HU` among those of `TISSUE_HU`.
    low_density_share : float or None
        Pixels of `LOW_DENSITY_HU` among those of `LEAN_HU`.
    volume_mm3 : float or None
        Of the compartment over all its slices; None for one slice, for slices that do not
        follow each other without a hole, and where the stack is no volume.
    slices : int
    """

    pixels: int
    left_out: int
    area_mm2: float
    lean_area_mm2: float
    mean_hu: float | None
    sd_hu: float | None
    median_hu: float | None
    fat_share: float | None
    low_density_share: float | None
    volume_mm3: float | None
    slices: int


def measure_muscle(volume: Volume, masks: Mapping[int, SliceMask]) -> MuscleFigures:
    """Measure a compartment on its slices.

    Parameters
    ----------
    volume : Volume
        A stack that is no volume can be measured slice by slice; its areas too.
    masks : mapping of k to SliceMask
        Not empty.

    Raises
    ------
    SeriesError
        NO_GEOMETRY: without millimetres nothing is measured; NO_SUCH_SLICE.
    ValueError
        No slice at all, or a mask of another size than the slices.
    """
    if not masks:
        raise ValueError("a compartment without slices has nothing to measure")
    volume.require(masks)
    values, left_out, areas, lean = [], 0, [], []
    for k, mask in sorted(masks.items()):
        if not 0 <= k < volume.shape[0]:
            raise SeriesError(SeriesProblem.NO_SUCH_SLICE)
        if (mask.rows, mask.columns) != volume.shape[1:]:
            raise ValueError("the mask is not of this volume")
        pixel_mm2 = _pixel_mm2(volume, k)
        kept = _kept(volume, k, mask)
        values.append(kept)
        left_out += mask.pixels - len(kept)
        areas.append(mask.pixels * pixel_mm2)
        lean.append(_count(kept, LEAN_HU) * pixel_mm2)
    every = np.concatenate(values)
    return MuscleFigures(
        pixels=len(every),
        left_out=left_out,
        area_mm2=float(np.mean(areas)),
        lean_area_mm2=float(np.mean(lean)),
        mean_hu=float(every.mean()) if len(every) else None,
        sd_hu=float(every.std()) if len(every) else None,
        median_hu=float(np.median(every)) if len(every) else None,
        fat_share=_share(every, FAT_HU, TISSUE_HU),
        low_density_share=_share(every, LOW_DENSITY_HU, LEAN_HU),
        volume_mm3=_volume(volume, masks, areas),
        slices=len(masks),
    )


def asymmetry(left: float, right: float) -> float | None:
    """How much smaller the smaller side is, as a share of the larger one; None without either.

    Examples
    --------
    >>> asymmetry(9.0, 10.0)
    0.1
    """
    larger = max(left, right)
    return None if larger <= 0 else round(1 - min(left, right) / larger, 12)


def _kept(volume: Volume, k: int, mask: SliceMask) -> npt.NDArray[np.float64]:
    values = mask.values_of(volume.hu[k]).astype(np.float64)
    padding = volume.padding_mask(k)
    good = values < BONE_HU
    if padding is not None:
        good &= ~mask.values_of(padding).astype(np.bool_)
    kept: npt.NDArray[np.float64] = values[good]
    return kept


def _pixel_mm2(volume: Volume, k: int) -> float:
    plane = volume.slice_geometry(k)
    if plane is None:
        raise SeriesError(SeriesProblem.NO_GEOMETRY)
    down, right = plane.patient_from_pixel[:3, 0], plane.patient_from_pixel[:3, 1]
    return float(np.linalg.norm(np.cross(down, right)))


def _count(values: npt.NDArray[np.float64], band: tuple[int, int]) -> int:
    return int(np.count_nonzero((values >= band[0]) & (values <= band[1])))


def _share(
    values: npt.NDArray[np.float64], part: tuple[int, int], whole: tuple[int, int]
) -> float | None:
    among = _count(values, whole)
    return _count(values, part) / among if among else None


def _volume(volume: Volume, masks: Mapping[int, SliceMask], areas: Iterable[float]) -> float | None:
    ks = sorted(masks)
    if volume.geometry is None or len(ks) < 2 or ks[-1] - ks[0] + 1 != len(ks):
        return None
    # the step along the normal: exact for a tilted stack as well, whose slices are sheared
    step = volume.geometry.spacing_mm[0]
    total = sum(areas) * step
    return total if not isclose(total, 0.0) else 0.0
