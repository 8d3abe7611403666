"""Surfaces of skin, bone and muscles of a CT, as points to be looked at from anywhere.

Surfaces are found by marching cubes (Lewiner et al., "Efficient implementation of marching cubes'
cases", Journal of Graphics Tools 8, 2003); only their points are kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter, zoom
from skimage.measure import marching_cubes

from painmap.domain.progress import Job, Progress
from painmap.imaging.body_surface import BodySurface, finding_surface
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.geometry import Floats, transformed
from painmap.imaging.slice_mask import SliceMask
from painmap.imaging.volume import Volume

STEP_MM = 1.6
"""Distance of the points of bone and muscles: a preview, and 500,000 points for a whole spine."""

BONE_HU = 150.0
"""As in the measures of muscles; contrast medium is so dense too."""

SMOOTH_MM = 1.5
AIR_HU = -1000.0

Points = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """One surface.

    Parameters
    ----------
    points : (n, 3) float32
        Patient LPS millimetres.
    normals : (n, 3) float32
        Unit vectors across the surface; which way they point says nothing.
    """

    points: Points
    normals: Points

    @classmethod
    def around(
        cls, field: npt.NDArray[Any], level: float, patient_from_index: Floats
    ) -> Self | None:
        """The surface where a field has a value; None where it has none.

        Parameters
        ----------
        field : (k, j, i) array
        level : float
        patient_from_index : (4, 4) array
            Of the field's own indices.
        """
        # closed at the edges of the field
        closed = np.pad(np.asarray(field, dtype=np.float32), 1, constant_values=np.float32(-1e4))
        if min(field.shape) < 1 or float(field.max()) <= level:
            return None
        # the library carries no types for it
        found: tuple[Floats, ...] = marching_cubes(closed, level)  # type: ignore[no-untyped-call]
        vertices, _, across, _ = found
        points = transformed(patient_from_index, vertices.astype(np.float64) - 1)
        # what lies across a surface goes by the inverse transposed, also where slices are sheared
        normals = across @ np.linalg.inv(patient_from_index[:3, :3])
        lengths = np.linalg.norm(normals, axis=1, keepdims=True)
        normals = normals / np.where(lengths > 0, lengths, 1)
        return cls(points.astype(np.float32), normals.astype(np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class Solids:
    """What is looked at.

    Parameters
    ----------
    surface : BodySurface
        The skin that was found, for whoever needs it again.
    skin, bone : Solid or None
    muscles : mapping of str to Solid
        By the names that were given.
    """

    surface: BodySurface
    skin: Solid | None
    bone: Solid | None
    muscles: Mapping[str, Solid]


def making_solids(
    volume: Volume,
    muscles: Mapping[str, Mapping[int, SliceMask]],
    surface: BodySurface | None = None,
) -> Job[Solids]:
    """Find the surfaces of the body, of its bones, and of muscles.

    Parameters
    ----------
    muscles : mapping
        Name, and the mask of each slice k.
    surface : BodySurface or None
        The skin, if it is known.

    Raises
    ------
    SeriesError
        NO_VOLUME: the slices are not one.
    """
    geometry = volume.geometry
    if geometry is None:
        raise SeriesError(SeriesProblem.NOT_UNIFORM)
    if surface is None:
        surface = yield from finding_surface(volume)
    total = 2 + len(muscles)
    yield Progress(0, total, "Making the 3-D preview")
    coarse = geometry.patient_from_index @ np.linalg.inv(surface.coarse_from_index)
    skin = Solid.around(gaussian_filter(surface.body.astype(np.float32), 0.8), 0.5, coarse)
    yield Progress(1, total, "Making the 3-D preview")
    bone = _bone(volume, surface, geometry.patient_from_index, geometry.spacing_mm)
    made = {}
    for number, (name, slices) in enumerate(muscles.items(), 2):
        yield Progress(number, total, "Making the 3-D preview")
        solid = _muscle(slices, geometry.patient_from_index, geometry.spacing_mm)
        if solid is not None:
            made[name] = solid
    return Solids(surface, skin, bone, made)


def _bone(
    volume: Volume,
    surface: BodySurface,
    patient_from_index: Floats,
    spacing_mm: tuple[float, float, float],
) -> Solid | None:
    """What is as dense as bone within the body, on about every STEP_MM."""
    steps = [max(1, round(STEP_MM / each)) for each in spacing_mm]
    picked = tuple(slice(None, None, step) for step in steps)
    hu = np.clip(volume.hu[picked].astype(np.float32), AIR_HU, 3 * BONE_HU)
    scale, shift = np.diag(surface.coarse_from_index)[:3], surface.coarse_from_index[:3, 3]
    within = [
        np.clip(
            np.round(np.arange(size) * step * scale[axis] + shift[axis]),
            0,
            surface.body.shape[axis] - 1,
        ).astype(int)
        for axis, (size, step) in enumerate(zip(hu.shape, steps, strict=True))
    ]
    hu[~surface.body[np.ix_(*within)]] = AIR_HU
    between = [step * mm for step, mm in zip(steps, spacing_mm, strict=True)]
    fine, place = _finer(hu, between)
    smooth = gaussian_filter(fine, 0.6)
    return Solid.around(smooth, BONE_HU, patient_from_index @ np.diag([*steps, 1.0]) @ place)


def _finer(
    field: npt.NDArray[np.float32], spacing_mm: Sequence[float]
) -> tuple[npt.NDArray[np.float32], Floats]:
    """A field on about every STEP_MM, and the way from its indices to those of `field`."""
    factors = [max(1.0, each / STEP_MM) for each in spacing_mm]
    fine: npt.NDArray[np.float32] = zoom(field, factors, order=1)
    # the first and the last index keep their places
    steps = [
        (before - 1) / max(after - 1, 1)
        for before, after in zip(field.shape, fine.shape, strict=True)
    ]
    return fine, np.diag([*steps, 1.0])


def _muscle(
    slices: Mapping[int, SliceMask],
    patient_from_index: Floats,
    spacing_mm: tuple[float, float, float],
) -> Solid | None:
    """A muscle, smooth between its slices; slices that are missing are holes."""
    there = {k: mask for k, mask in slices.items() if mask.pixels}
    if not there:
        return None
    low = np.array(
        [
            min(there),
            min(mask.top for mask in there.values()),
            min(mask.left for mask in there.values()),
        ]
    )
    high = np.array(
        [
            max(there),
            max(mask.top + mask.bits.shape[0] for mask in there.values()) - 1,
            max(mask.left + mask.bits.shape[1] for mask in there.values()) - 1,
        ]
    )
    # room for the smoothing
    room = 3
    field = np.zeros(tuple(high - low + 1 + 2 * room), dtype=np.float32)
    for k, mask in there.items():
        top, left = mask.top - low[1] + room, mask.left - low[2] + room
        rows, columns = mask.bits.shape
        field[k - low[0] + room, top : top + rows, left : left + columns] = mask.bits
    fine, place = _finer(field, spacing_mm)
    between = [mm * step for mm, step in zip(spacing_mm, np.diag(place)[:3], strict=True)]
    smooth = gaussian_filter(fine, [SMOOTH_MM / each / 2 for each in between])
    moved = np.eye(4)
    moved[:3, 3] = low - room
    return Solid.around(smooth, 0.5, patient_from_index @ moved @ place)
