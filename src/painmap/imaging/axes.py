"""Which array axis runs along which axis of the body, and how a picture reads it.

Everything follows from the direction cosines, for any position of the patient on the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import permutations
from typing import Any

import numpy as np
import numpy.typing as npt

from painmap.imaging.geometry import Floats, Geometry


class Plane(StrEnum):
    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"


THROUGH = {Plane.SAGITTAL: 0, Plane.CORONAL: 1, Plane.AXIAL: 2}
"""The patient axis (x, y, z) that a plane lies across."""

_DOWN_RIGHT = {
    Plane.AXIAL: ((0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
    Plane.CORONAL: ((0.0, 0.0, -1.0), (1.0, 0.0, 0.0)),
    Plane.SAGITTAL: ((0.0, 0.0, -1.0), (0.0, 1.0, 0.0)),
}
"""In patient LPS: where the bottom and the right edge of the picture point."""


def standard_directions() -> Mapping[Plane, tuple[Floats, Floats]]:
    """Of each plane the directions of the lower and of the right edge: unit vectors, LPS."""
    return {
        plane: (np.array(down), np.array(right)) for plane, (down, right) in _DOWN_RIGHT.items()
    }


@dataclass(frozen=True, slots=True)
class PictureAxes:
    """Which array axes a picture shows: through, down, right; and which are read backwards."""

    through: int
    down: int
    right: int
    down_reversed: bool
    right_reversed: bool


def body_axes(directions: Floats) -> tuple[int, int, int]:
    """For each array axis the patient axis that it runs along, each taken once."""
    cosines = np.abs(directions / np.linalg.norm(directions, axis=0))
    # ties (a plane turned by exactly 45 degrees) go to the first order, always the same
    return max(
        ((a, b, c) for a, b, c in permutations(range(3))),
        key=lambda order: round(sum(float(cosines[order[axis], axis]) for axis in range(3)), 9),
    )


def picture_axes(directions: Floats, plane: Plane) -> PictureAxes:
    """How a picture of `plane` reads an array with these patient directions of k, j and i.

    Parameters
    ----------
    directions : ndarray
        3 x 3, the patient directions of k, j and i as columns, of any length.
    """
    return _picture_axes(np.ascontiguousarray(directions, dtype=np.float64).tobytes(), plane)


@lru_cache(maxsize=64)
def _picture_axes(packed: bytes, plane: Plane) -> PictureAxes:
    """Asked for at every step through the slices, and the same for all of a stack."""
    directions = np.frombuffer(packed).reshape(3, 3)
    body = body_axes(directions)
    down_body = int(np.argmax(np.abs(_DOWN_RIGHT[plane][0])))
    right_body = int(np.argmax(np.abs(_DOWN_RIGHT[plane][1])))
    through, down, right = (body.index(axis) for axis in (THROUGH[plane], down_body, right_body))
    return PictureAxes(
        through,
        down,
        right,
        down_reversed=float(directions[:, down] @ _DOWN_RIGHT[plane][0]) < 0,
        right_reversed=float(directions[:, right] @ _DOWN_RIGHT[plane][1]) < 0,
    )


def oriented(cut: npt.NDArray[Any], axes: PictureAxes) -> npt.NDArray[Any]:
    """Turn a plane so that rows run down and columns right, without copying."""
    upright = cut if axes.down < axes.right else cut.T
    down = slice(None, None, -1 if axes.down_reversed else 1)
    right = slice(None, None, -1 if axes.right_reversed else 1)
    return upright[down, right]


def plane_matrix_at(geometry: Geometry, axes: PictureAxes, index: int) -> Floats:
    """4 x 3 from (row, column, 1) of the picture to the patient."""
    index_from_pixel = np.zeros((4, 3))
    last_down, last_right = geometry.shape[axes.down] - 1, geometry.shape[axes.right] - 1
    index_from_pixel[axes.through, 2] = index
    index_from_pixel[axes.down, 0] = -1 if axes.down_reversed else 1
    index_from_pixel[axes.down, 2] = last_down if axes.down_reversed else 0
    index_from_pixel[axes.right, 1] = -1 if axes.right_reversed else 1
    index_from_pixel[axes.right, 2] = last_right if axes.right_reversed else 0
    index_from_pixel[3, 2] = 1
    matrix: Floats = geometry.patient_from_index @ index_from_pixel
    return matrix
