"""Between voxel index (k, j, i) and the patient: affines, letters, tilt.

Voxel indices are (slice, row, column), the order in which NumPy indexes the array; whole
numbers are voxel centres. The patient is DICOM LPS millimetres (PS3.3 C.7.6.2.1.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from painmap.domain.places import PatientPoint

Floats: TypeAlias = npt.NDArray[np.float64]
"""Double precision; all geometry is computed in it."""

OBLIQUE_DEGREES = 5.0
"""A direction turned by more than this away from an axis of the body gets a second letter."""

TILT_DEGREES = 0.1
"""Slices stacked at more than this angle to their normal count as tilted.

Rounded header values give up to some hundredths of a degree; a gantry is tilted by whole
degrees, and a tilt of 0.1 degree shifts a stack of 300 mm by half a millimetre.
"""

UNKNOWN_LETTER = "?"
"""Said where the header gives no orientation; a side is never guessed."""

_LETTERS = (("L", "R"), ("P", "A"), ("H", "F"))
"""For x, y, z: the letter of the positive and of the negative direction (PS3.3 C.7.6.1.1.1)."""


def direction_letters(direction: Sequence[float] | Floats | None) -> str:
    """The patient side that `direction` points to, as on the edge of a picture.

    Parameters
    ----------
    direction : 3 floats or None
        A direction in patient LPS, of any length; None when it is unknown.

    Returns
    -------
    str
        One of L R A P H F; two letters, the stronger first, for a direction that is turned
        by more than `OBLIQUE_DEGREES`; "?" when it is unknown or has no length.

    Examples
    --------
    >>> direction_letters((1, 0, 0)), direction_letters((0, -0.9, 0.4)), direction_letters(None)
    ('L', 'AH', '?')
    """
    if direction is None:
        return UNKNOWN_LETTER
    # asked for four times a picture, and the same for all slices of a stack
    return _letters_of(np.ascontiguousarray(direction, dtype=np.float64).tobytes())


@lru_cache(maxsize=512)
def _letters_of(packed: bytes) -> str:
    vector = np.frombuffer(packed)
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length == 0.0:
        return UNKNOWN_LETTER
    cosines = vector / length
    order = sorted(range(3), key=lambda axis: -abs(cosines[axis]))
    floor = np.sin(np.radians(OBLIQUE_DEGREES))
    named = [axis for axis in order[:2] if axis == order[0] or abs(cosines[axis]) > floor]
    return "".join(_LETTERS[axis][0 if cosines[axis] > 0 else 1] for axis in named)


def read_only(array: npt.ArrayLike) -> Floats:
    """A copy of `array` in double precision that cannot be written to."""
    copy = np.array(array, dtype=np.float64)
    copy.setflags(write=False)
    return copy


@dataclass(frozen=True, slots=True, eq=False)
class Geometry:
    """Where the voxels of an evenly stacked volume lie in the patient.

    Parameters
    ----------
    shape : tuple of int
        Slices, rows, columns.
    patient_from_index : ndarray
        4 x 4, maps (k, j, i, 1) to (x, y, z, 1); sheared when the slices are tilted.

    Raises
    ------
    ValueError
        If the affine is not 4 x 4, not finite, not invertible, or its last row is wrong.
    """

    shape: tuple[int, int, int]
    patient_from_index: Floats
    _normal: Floats | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        affine = read_only(self.patient_from_index)
        if affine.shape != (4, 4) or not np.array_equal(affine[3], (0, 0, 0, 1)):
            raise ValueError("patient_from_index must be a 4 x 4 affine")
        if not np.all(np.isfinite(affine)) or abs(np.linalg.det(affine)) < 1e-9:
            raise ValueError("patient_from_index must be finite and invertible")
        object.__setattr__(self, "patient_from_index", affine)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Geometry):
            return NotImplemented
        return self.shape == other.shape and bool(
            np.array_equal(self.patient_from_index, other.patient_from_index)
        )

    def __hash__(self) -> int:
        return hash((self.shape, self.patient_from_index.tobytes()))

    @property
    def index_from_patient(self) -> Floats:
        """4 x 4, maps (x, y, z, 1) to (k, j, i, 1)."""
        return read_only(np.linalg.inv(self.patient_from_index))

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Millimetres between slices along their normal, between rows, between columns."""
        return (
            abs(float(self.patient_from_index[:3, 0] @ self.normal)),
            float(np.linalg.norm(self.patient_from_index[:3, 1])),
            float(np.linalg.norm(self.patient_from_index[:3, 2])),
        )

    @property
    def normal(self) -> Floats:
        """Unit normal of the slices, on the side to which k grows."""
        known = self._normal
        if known is None:
            down, right = self.patient_from_index[:3, 1], self.patient_from_index[:3, 2]
            normal = np.cross(right, down)
            normal = normal / np.linalg.norm(normal)
            along = self.patient_from_index[:3, 0] @ normal > 0
            known = read_only(normal if along else -normal)
            object.__setattr__(self, "_normal", known)
        return known

    @property
    def tilt_degrees(self) -> float:
        """The angle between the line on which the slices are stacked and their normal."""
        step = self.patient_from_index[:3, 0]
        along = float(step @ self.normal)
        across = float(np.linalg.norm(step - along * self.normal))
        return float(np.degrees(np.arctan2(across, along)))

    @property
    def is_orthogonal(self) -> bool:
        """Whether the three axes stand at right angles, to `TILT_DEGREES`."""
        down, right = self.patient_from_index[:3, 1], self.patient_from_index[:3, 2]
        skew = abs(float(down @ right)) / float(np.linalg.norm(down) * np.linalg.norm(right))
        return self.tilt_degrees <= TILT_DEGREES and skew <= np.sin(np.radians(TILT_DEGREES))

    def patient_points(self, indices: npt.ArrayLike) -> Floats:
        """Map indices (..., 3) as (k, j, i) to patient millimetres (..., 3)."""
        return transformed(self.patient_from_index, indices)

    def index_points(self, points: npt.ArrayLike) -> Floats:
        """Map patient millimetres (..., 3) to fractional indices (..., 3) as (k, j, i)."""
        return transformed(self.index_from_patient, points)

    def patient_point(self, k: float, j: float, i: float) -> PatientPoint:
        """The patient millimetres of one index."""
        x, y, z = self.patient_points((k, j, i))
        return PatientPoint(float(x), float(y), float(z))

    def contains(self, point: PatientPoint) -> bool:
        """Whether `point` lies in a voxel of this volume."""
        index = self.index_points(point)
        return bool(np.all(index >= -0.5) and np.all(index < np.array(self.shape) - 0.5))


def transformed(affine: Floats, points: npt.ArrayLike) -> Floats:
    """Apply a 4 x 4 affine to points (..., 3)."""
    array = np.asarray(points, dtype=np.float64)
    result: Floats = array @ affine[:3, :3].T + affine[:3, 3]
    return result


@dataclass(frozen=True, slots=True, eq=False)
class PlaneGeometry:
    """Where the pixels of one picture lie in the patient; pixel (0, 0) is a centre.

    Parameters
    ----------
    patient_from_pixel : ndarray
        4 x 3, maps (row, column, 1) to (x, y, z, 1).
    """

    patient_from_pixel: Floats
    # every mark on every picture is dropped onto its plane: worked out once, on first use
    _normal: Floats | None = field(init=False, repr=False, default=None)
    _pixel_from_offset: Floats | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        matrix = read_only(self.patient_from_pixel)
        if matrix.shape != (4, 3):
            raise ValueError("patient_from_pixel must be 4 x 3")
        object.__setattr__(self, "patient_from_pixel", matrix)

    @property
    def spacing_mm(self) -> tuple[float, float]:
        """Millimetres from row to row and from column to column."""
        down, right = self.patient_from_pixel[:3, 0], self.patient_from_pixel[:3, 1]
        return float(np.linalg.norm(down)), float(np.linalg.norm(right))

    @property
    def normal(self) -> Floats:
        """Unit normal, columns cross rows."""
        known = self._normal
        if known is None:
            down, right = self.patient_from_pixel[:3, 0], self.patient_from_pixel[:3, 1]
            normal = np.cross(right, down)
            known = read_only(normal / np.linalg.norm(normal))
            object.__setattr__(self, "_normal", known)
        return known

    def away_mm(self, point: PatientPoint) -> float:
        """Millimetres from the plane, positive along `normal`."""
        (nx, ny, nz), (x, y, z) = self.normal.tolist(), self.patient_from_pixel[:3, 2].tolist()
        return float((point.x - x) * nx + (point.y - y) * ny + (point.z - z) * nz)

    def patient_point(self, row: float, column: float) -> PatientPoint:
        """The patient millimetres of a pixel position."""
        x, y, z, _ = self.patient_from_pixel @ (row, column, 1.0)
        return PatientPoint(float(x), float(y), float(z))

    def pixels_of(self, points: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Drop patient points onto the plane, along its normal.

        Parameters
        ----------
        points : array_like
            (..., 3) patient millimetres.

        Returns
        -------
        pixels : ndarray
            (..., 2) as (row, column), fractional.
        distances : ndarray
            (...) millimetres from the plane, positive along `normal`.
        """
        offsets = np.asarray(points, dtype=np.float64) - self.patient_from_pixel[:3, 2]
        solved = offsets @ self._onto_pixels.T
        return solved[..., :2], solved[..., 2]

    @property
    def _onto_pixels(self) -> Floats:
        """3 x 3, maps an offset in millimetres to (row, column, distance)."""
        known = self._pixel_from_offset
        if known is None:
            steps = self.patient_from_pixel[:3, :2]
            known = read_only(np.linalg.inv(np.column_stack((steps, self.normal))))
            object.__setattr__(self, "_pixel_from_offset", known)
        return known

    @property
    def letters(self) -> tuple[str, str, str, str]:
        """The letters of the left, right, top and bottom edge of the picture."""
        down, right = self.patient_from_pixel[:3, 0], self.patient_from_pixel[:3, 1]
        return (
            direction_letters(-right),
            direction_letters(right),
            direction_letters(-down),
            direction_letters(down),
        )
