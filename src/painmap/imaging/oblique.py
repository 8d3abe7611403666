"""Planes at any angle, and slabs: for looking along and down a needle, never for measuring HU.

Such a picture is drawn between the voxels, linear, and says so ("resampled"); distances in it
are exact, since every pixel has its place in the patient.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import affine_transform

from painmap.domain.places import PatientPoint
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.geometry import Floats, PlaneGeometry, read_only
from painmap.imaging.needle import NeedlePath
from painmap.imaging.reslice import Plane, plane_image
from painmap.imaging.slow_pixels import AIR_HU
from painmap.imaging.volume import Volume

SQUARE = 1e-6
"""Directions of a plane stand at right angles to this (their cosine)."""


class Slab(StrEnum):
    """How the slices of a slab become one picture."""

    MEAN = "mean"
    MAXIMUM = "MIP"
    MINIMUM = "MinIP"


@dataclass(frozen=True, slots=True, eq=False)
class PlaneFrame:
    """A plane through the patient.

    Parameters
    ----------
    centre : PatientPoint
        The middle of the picture.
    right, down : (3,) float
        Unit vectors in patient LPS: where the right and the lower edge point.
    """

    centre: PatientPoint
    right: Floats
    down: Floats

    def __post_init__(self) -> None:
        right, down = read_only(self.right), read_only(self.down)
        if right.shape != (3,) or down.shape != (3,):
            raise ValueError("a direction has three parts")
        lengths = float(right @ right), float(down @ down)
        if max(abs(each - 1) for each in lengths) > SQUARE or abs(float(right @ down)) > SQUARE:
            raise ValueError("right and down are unit vectors at right angles")
        object.__setattr__(self, "right", right)
        object.__setattr__(self, "down", down)

    @property
    def normal(self) -> Floats:
        """Away from the viewer: right cross down."""
        return read_only(np.cross(self.right, self.down))

    def turned(self, degrees: float, about: Sequence[float] | Floats) -> "PlaneFrame":
        """The plane turned about an axis through its centre (right-hand rule)."""
        axis = np.asarray(about, dtype=np.float64)
        axis = axis / np.linalg.norm(axis)
        angle = np.radians(degrees)
        cross = np.array(((0, -axis[2], axis[1]), (axis[2], 0, -axis[0]), (-axis[1], axis[0], 0)))
        turn = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
        return PlaneFrame(self.centre, *_square(turn @ self.right, turn @ self.down))

    def moved(self, mm: float) -> "PlaneFrame":
        """The plane moved along its normal, away from the viewer."""
        x, y, z = np.asarray(self.centre) + mm * self.normal
        return PlaneFrame(PatientPoint(float(x), float(y), float(z)), self.right, self.down)


def frame_through(
    centre: PatientPoint,
    along: Floats,
    across: Floats,
    standards: Mapping[Plane, tuple[Floats, Floats]],
) -> PlaneFrame:
    """The plane that holds two directions, laid as the nearest of the usual planes is.

    Parameters
    ----------
    along, across : (3,) float
        Directions in patient LPS, not parallel.
    standards : mapping of Plane to (down, right)
        As `axes.standard_directions` gives them.
    """
    normal = np.cross(along, across)
    normal = normal / np.linalg.norm(normal)
    down, right = max(standards.values(), key=lambda each: abs(float(normal @ np.cross(*each))))
    down = down - (down @ normal) * normal
    down = down / np.linalg.norm(down)
    right = right - (right @ normal) * normal
    right = right - (right @ down) * down
    return PlaneFrame(centre, right / np.linalg.norm(right), down)


def along_needle(path: NeedlePath, *, upright: bool = False) -> PlaneFrame:
    """A plane that holds the whole path, the needle running down the picture.

    Parameters
    ----------
    upright : bool
        False: across the body, seen from the feet as every axial picture is, so that LEFT
        lies where it lies on an axial picture with the same side up. True: along the body,
        the head towards the viewer's left, as in a sagittal picture turned.
    """
    down = -path.out
    feet = np.array((0.0, 0.0, -1.0))
    wished = feet if upright else np.cross(down, -feet)
    if float(np.linalg.norm(np.cross(down, feet))) < 0.14:
        # the needle runs along the body: whichever side, it is the patient's LEFT at the right
        wished = np.array((1.0, 0.0, 0.0))
    right = wished - (wished @ down) * down
    return PlaneFrame(path.point_at(0.5), right / np.linalg.norm(right), down)


def down_needle(path: NeedlePath, share: float) -> PlaneFrame:
    """The plane across the path, as seen by whoever holds the needle, the head up.

    Parameters
    ----------
    share : float
        How far down: 0 the skin, 1 the target.
    """
    into = -path.out
    up = np.array((0.0, 0.0, 1.0))
    if abs(float(up @ into)) > 0.99:
        up = np.array((0.0, -1.0, 0.0))
    up = up - (up @ into) * into
    up = up / np.linalg.norm(up)
    return PlaneFrame(path.point_at(share), *_square(np.cross(into, up), -up))


def _square(right: Floats, down: Floats) -> tuple[Floats, Floats]:
    """Take rounding out of a pair of directions."""
    right = right / np.linalg.norm(right)
    down = down - (down @ right) * right
    return right, down / np.linalg.norm(down)


@dataclass(frozen=True, slots=True, eq=False)
class ObliqueImage:
    """A picture of any plane.

    Parameters
    ----------
    pixels : ndarray
        (rows, columns) HU; air where no voxel lies.
    geometry : PlaneGeometry
    inside : ndarray
        (rows, columns) bool, False where no voxel lies.
    """

    pixels: npt.NDArray[Any]
    geometry: PlaneGeometry
    inside: npt.NDArray[np.bool_]


def oblique_image(
    volume: Volume,
    frame: PlaneFrame,
    *,
    shape: tuple[int, int],
    pixel_mm: float,
    slab_mm: float = 0.0,
    how: Slab = Slab.MEAN,
) -> ObliqueImage:
    """Draw a plane, or a slab around it.

    Parameters
    ----------
    shape : (rows, columns)
    pixel_mm : float
        Side of a pixel.
    slab_mm : float
        Thickness; 0: the plane alone.

    Raises
    ------
    SeriesError
        NOT_UNIFORM or STILL_LOADING.
    """
    if volume.geometry is None:
        raise SeriesError(SeriesProblem.NOT_UNIFORM)
    volume.require()
    rows, columns = shape
    step = min(volume.geometry.spacing_mm)
    count = 1 if slab_mm <= 0 else max(2, ceil(slab_mm / step) + 1)
    offsets = np.linspace(-slab_mm / 2, slab_mm / 2, count) if count > 1 else np.zeros(1)
    matrix = _matrix(frame, shape, pixel_mm)
    to_index = volume.geometry.index_from_patient
    picture: npt.NDArray[np.float32] | None = None
    for offset in offsets:
        moved = matrix.copy()
        moved[:3, 2] += offset * frame.normal
        picture = _joined(picture, _layer(volume, to_index @ moved, shape), how)
    if picture is None:
        raise ValueError("a slab has at least one plane")
    if how is Slab.MEAN and count > 1:
        picture /= count
    inside = _inside(volume, to_index @ matrix, rows, columns)
    return ObliqueImage(_rounded(volume, picture), PlaneGeometry(matrix), inside)


def slab_image(
    volume: Volume, plane: Plane, index: int, slab_mm: float, how: Slab
) -> npt.NDArray[Any]:
    """A slab of one of the three planes around a picture, in that picture's own pixels.

    Parameters
    ----------
    slab_mm : float
        Thickness; neighbours whose distance is at most half of it are taken in.

    Raises
    ------
    SeriesError
        NOT_UNIFORM, or as `plane_image`.
    """
    if volume.geometry is None:
        raise SeriesError(SeriesProblem.NOT_UNIFORM)
    volume.require()
    middle = plane_image(volume, plane, index)
    beside = _step_mm(volume, plane, index)
    reach = int(slab_mm / 2 / beside) if beside > 0 else 0
    low, high = max(0, index - reach), min(middle.view.count - 1, index + reach)
    picture: npt.NDArray[np.float32] | None = None
    for at in range(low, high + 1):
        layer = plane_image(volume, plane, at).pixels.astype(np.float32)
        picture = _joined(picture, layer, how)
    if picture is None:
        return middle.pixels
    if how is Slab.MEAN:
        picture /= high - low + 1
    return _rounded(volume, picture)


def _step_mm(volume: Volume, plane: Plane, index: int) -> float:
    here = plane_image(volume, plane, index)
    other = plane_image(volume, plane, index - 1 if index else min(1, here.view.count - 1))
    if here.geometry is None or other.geometry is None:
        return 0.0
    gap = (here.geometry.patient_from_pixel - other.geometry.patient_from_pixel)[:3, 2]
    return abs(float(gap @ here.geometry.normal))


def _matrix(frame: PlaneFrame, shape: tuple[int, int], pixel_mm: float) -> Floats:
    """4 x 3 from (row, column, 1) to the patient, the frame's centre in the middle."""
    matrix = np.zeros((4, 3))
    matrix[:3, 0] = frame.down * pixel_mm
    matrix[:3, 1] = frame.right * pixel_mm
    corner = np.asarray(frame.centre, dtype=np.float64)
    corner = corner - matrix[:3, 0] * (shape[0] - 1) / 2 - matrix[:3, 1] * (shape[1] - 1) / 2
    matrix[:3, 2] = corner
    matrix[3, 2] = 1.0
    return matrix


def _layer(
    volume: Volume, index_from_pixel: Floats, shape: tuple[int, int]
) -> npt.NDArray[np.float32]:
    across = np.column_stack((np.zeros(3), index_from_pixel[:3, 0], index_from_pixel[:3, 1]))
    drawn: npt.NDArray[np.float32] = affine_transform(
        volume.hu,
        across,
        offset=index_from_pixel[:3, 2],
        output_shape=(1, *shape),
        output=np.float32,
        order=1,
        mode="constant",
        cval=AIR_HU,
        prefilter=False,
    )[0]
    return drawn


def _joined(
    picture: npt.NDArray[np.float32] | None, layer: npt.NDArray[np.float32], how: Slab
) -> npt.NDArray[np.float32]:
    if picture is None:
        return layer
    match how:
        case Slab.MEAN:
            return picture + layer
        case Slab.MAXIMUM:
            return np.maximum(picture, layer)
        case Slab.MINIMUM:
            return np.minimum(picture, layer)


def _inside(
    volume: Volume, index_from_pixel: Floats, rows: int, columns: int
) -> npt.NDArray[np.bool_]:
    row, column = np.arange(rows)[:, None], np.arange(columns)[None, :]
    inside = np.ones((rows, columns), dtype=np.bool_)
    for axis, size in enumerate(volume.shape):
        down, right, start = index_from_pixel[axis]
        at = down * row + right * column + start
        inside &= (at >= -0.5) & (at <= size - 0.5)
    return inside


def _rounded(volume: Volume, picture: npt.NDArray[np.float32]) -> npt.NDArray[Any]:
    return np.rint(picture).astype(np.int16) if volume.hu.dtype == np.int16 else picture
