"""The outermost surface of the body on CT: where a straight line from inside comes out.

Couch, blanket and clothes are not the body. Gas in the bowel and the lung lies inside it.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy.ndimage import (
    binary_dilation,
    binary_erosion,
    binary_fill_holes,
    generate_binary_structure,
    iterate_structure,
    label,
    map_coordinates,
)

from painmap.domain.places import PatientPoint
from painmap.domain.progress import Job, Progress
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.geometry import Floats, Geometry, transformed
from painmap.imaging.volume import Volume

SKIN_HU = -300
"""Above this is body: between -300 and -200 the depth of a path moved by at most 2.5 mm on a
real CT, at -500 clothes and mattress were taken in (reference, needle planning)."""

COARSE_MM = 2.5
"""The body is found on a grid about this wide, and its surface then sought in the voxels."""

THIN_MM = 6.0
"""What is thinner than this and lies on the body (couch shell, folded blanket) is taken off."""

GAP_MM = 1.0
"""Air of this width on the line ends the body: what is nearer cannot be told apart in voxels."""

STEP_MM = 0.25
"""Between samples along a line: a quarter of the millimetre that is shown."""


class SurfaceProblem(StrEnum):
    """Why there is no point on the skin; the value is the sentence."""

    OUTSIDE_BODY = "The point lies outside the body."
    OUTSIDE_PICTURE = "The skin there lies outside the scanned field."


@dataclass(frozen=True, slots=True)
class SkinExit:
    """Where a line from inside the body first comes out.

    Parameters
    ----------
    point : PatientPoint or None
        On the skin; None with `problem`.
    problem : SurfaceProblem or None
    enters_again : bool
        Whether the line, further on, meets the body once more (an arm, a fold).
    """

    point: PatientPoint | None
    problem: SurfaceProblem | None = None
    enters_again: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class BodySurface:
    """The body of a volume, found once, asked often.

    Parameters
    ----------
    volume : Volume
    body : ndarray
        Coarse (k, j, i) bool, read-only: True inside the body, holes filled.
    coarse_from_index : ndarray
        4 x 4, maps voxel (k, j, i, 1) to coarse (k, j, i, 1).
    """

    volume: Volume
    body: npt.NDArray[np.bool_]
    coarse_from_index: Floats

    def first_exit(self, inside: PatientPoint, towards: PatientPoint) -> SkinExit:
        """Follow a line from a point inside the body until it first leaves it.

        Parameters
        ----------
        inside : PatientPoint
        towards : PatientPoint
            Another point on the line; the line does not end there.

        Raises
        ------
        ValueError
            The two points are one.
        """
        geometry = _geometry(self.volume)
        direction = np.subtract(towards, inside)
        length = float(np.linalg.norm(direction))
        if length < 1e-6:
            raise ValueError("two points that are one give no direction")
        direction = direction / length
        steps = np.arange(0.0, _diagonal_mm(geometry) + STEP_MM, STEP_MM)
        points = np.asarray(inside) + steps[:, None] * direction
        index = geometry.index_points(points)
        last = np.array(geometry.shape) - 1
        within = np.all((index >= -0.5) & (index <= last + 0.5), axis=1)
        if not within[0] or not self._is_body(index[:1])[0]:
            return SkinExit(None, SurfaceProblem.OUTSIDE_BODY)
        end = int(np.argmin(within)) if not within.all() else len(index)
        body = self._is_body(index[:end])
        if body.all():
            return SkinExit(None, SurfaceProblem.OUTSIDE_PICTURE)
        out = int(np.argmin(body))
        again = bool(body[out:].any())
        return self._refined(points[:end], index[:end], out, enters_again=again)

    def _is_body(self, index: Floats) -> npt.NDArray[np.bool_]:
        coarse = transformed(self.coarse_from_index, index)
        found: npt.NDArray[np.bool_] = (
            map_coordinates(self.body.view(np.uint8), coarse.T, order=0, mode="nearest") > 0
        )
        return found

    def _refined(self, points: Floats, index: Floats, out: int, *, enters_again: bool) -> SkinExit:
        """Seek the surface in the voxels: the first gap beyond what is surely inside.

        The coarse body may have taken in a cover that lies close to the skin; the air between
        them shows in the voxels.
        """
        reach = int(np.ceil((THIN_MM + 2 * COARSE_MM) / STEP_MM))
        first, last = max(0, out - reach), min(len(points), out + reach)
        near = index[first:last]
        if self._padding_at(index[first : out + 1]).any():
            return SkinExit(None, SurfaceProblem.OUTSIDE_PICTURE)
        hu = map_coordinates(
            self.volume.hu, near.T, output=np.float32, order=1, mode="nearest", prefilter=False
        )
        n = _before_gap(hu > SKIN_HU, round(GAP_MM / STEP_MM))
        if n is None:
            x, y, z = points[out]
        else:
            share = float((hu[n] - SKIN_HU) / (hu[n] - hu[n + 1]))
            x, y, z = points[first + n] + share * (points[1] - points[0])
        return SkinExit(PatientPoint(float(x), float(y), float(z)), enters_again=enters_again)

    def _padding_at(self, index: Floats) -> npt.NDArray[np.bool_]:
        packed = self.volume.padding
        if packed is None:
            return np.zeros(len(index), dtype=np.bool_)
        last = np.array(self.volume.shape) - 1
        k, j, i = np.clip(np.rint(index).astype(np.int64), 0, last).T
        bit = j * self.volume.shape[2] + i
        found: npt.NDArray[np.bool_] = (packed[k, bit // 8] >> (7 - bit % 8) & 1).astype(np.bool_)
        return found


def finding_surface(volume: Volume) -> Job[BodySurface]:
    """Find the body in a volume.

    Parameters
    ----------
    volume : Volume
        With a geometry; a sheared one too.

    Yields
    ------
    Progress

    Raises
    ------
    SeriesError
        NOT_UNIFORM: the slices are no volume.
    """
    geometry = _geometry(volume)
    volume.require()
    stride = [max(1, round(COARSE_MM / mm)) for mm in geometry.spacing_mm]
    yield Progress(0, 4, "Finding the skin")
    picked = tuple(slice(step // 2, None, step) for step in stride)
    dense = volume.hu[picked] > SKIN_HU
    if volume.padding is not None:
        dense &= ~_coarse_padding(volume, picked)
    coarse_mm = [step * mm for step, mm in zip(stride, geometry.spacing_mm, strict=True)]
    yield Progress(1, 4, "Finding the skin")
    thick = _without_thin(dense, coarse_mm)
    yield Progress(2, 4, "Finding the skin")
    body = _largest(thick)
    # give back what the taking off rounded away, but only where there is tissue
    body = binary_dilation(body, _disc(THIN_MM / 2, coarse_mm)) & dense
    yield Progress(3, 4, "Finding the skin")
    for one in body:
        one[...] = binary_fill_holes(one)
    body.setflags(write=False)
    coarse_from_index = np.eye(4)
    for axis, step in enumerate(stride):
        coarse_from_index[axis, axis] = 1 / step
        coarse_from_index[axis, 3] = -(step // 2) / step
    return BodySurface(volume, body, coarse_from_index)


def _before_gap(dense: npt.NDArray[np.bool_], samples: int) -> int | None:
    """The last dense sample before the first run of `samples` that are not; None without one."""
    for n in np.flatnonzero(dense[:-samples]):
        if not dense[n + 1 : n + 1 + samples].any():
            return int(n)
    return None


def _geometry(volume: Volume) -> Geometry:
    if volume.geometry is None:
        raise SeriesError(SeriesProblem.NOT_UNIFORM)
    return volume.geometry


def _diagonal_mm(geometry: Geometry) -> float:
    ends = geometry.patient_points(np.outer((0.0, 1.0), np.array(geometry.shape) - 1.0))
    return float(np.linalg.norm(ends[1] - ends[0])) * 1.5


def _coarse_padding(volume: Volume, picked: tuple[slice, ...]) -> npt.NDArray[np.bool_]:
    ks = range(volume.shape[0])[picked[0]]
    masks = (volume.padding_mask(k) for k in ks)
    return np.stack([mask[picked[1:]] for mask in masks if mask is not None])


def _disc(radius_mm: float, coarse_mm: list[float]) -> npt.NDArray[np.bool_]:
    """A flat disc in the plane of the slices, at least one cell wide on each side."""
    cells = max(1, round(radius_mm / min(coarse_mm[1:])))
    flat = iterate_structure(generate_binary_structure(2, 1), cells)
    disc: npt.NDArray[np.bool_] = flat[None]
    return disc


def _without_thin(dense: npt.NDArray[np.bool_], coarse_mm: list[float]) -> npt.NDArray[np.bool_]:
    eroded: npt.NDArray[np.bool_] = binary_erosion(
        dense, _disc(THIN_MM / 2, coarse_mm), border_value=1
    )
    return eroded


def _largest(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    parts, count = label(mask)
    if count < 2:
        return mask
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    largest: npt.NDArray[np.bool_] = parts == int(sizes.argmax())
    return largest
