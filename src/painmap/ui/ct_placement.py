"""Between the pixels of a picture, the millimetres of a view, and the patient."""

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QTransform

from painmap.domain.places import PatientPoint
from painmap.imaging.geometry import Floats, PlaneGeometry
from painmap.ui.tools.slice_outcomes import XY

HALF = 0.5
"""A pixel is painted over [i, i + 1], so its centre lies at i + 0.5."""


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """How a picture lies in its view.

    A view's units are millimetres in the plane, to the right and down from the corner of
    the picture; a tilted stack's reformatted planes are drawn sheared, as they are. Where
    the header gives no pixel spacing, the units are pixels and nothing is a millimetre.

    Parameters
    ----------
    shape : tuple of int
        Rows, columns.
    plane : PlaneGeometry or None
        None: nobody knows where the picture lies in the patient.
    spacing_mm : tuple of float or None
        From row to row, from column to column; used where there is no plane.
    turned : bool
        The picture lies turned by 180 degrees in its view; never mirrored.
    """

    shape: tuple[int, int]
    plane: PlaneGeometry | None
    spacing_mm: tuple[float, float] | None = None
    turned: bool = False
    _view_from_pixel: np.ndarray = field(init=False, repr=False)
    _pixel_from_view: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        matrix = -self._steps() if self.turned else self._steps()
        object.__setattr__(self, "_view_from_pixel", matrix)
        object.__setattr__(self, "_pixel_from_view", np.linalg.inv(matrix))

    def _steps(self) -> np.ndarray:
        """2 x 2: columns are the view's step for one row and for one column."""
        if self.plane is None:
            row, column = self.spacing_mm or (1.0, 1.0)
            return np.array([[0.0, column], [row, 0.0]])
        down, right = self.plane.patient_from_pixel[:3, 0], self.plane.patient_from_pixel[:3, 1]
        # rows stay upright: in a sagittal picture of a tilted stack that is the couch
        y = down / np.linalg.norm(down)
        x = right - (right @ y) * y
        x = x / np.linalg.norm(x)
        return np.array([[down @ x, right @ x], [down @ y, right @ y]])

    @property
    def is_true(self) -> bool:
        """Whether the view's units are millimetres."""
        return self.plane is not None or self.spacing_mm is not None

    @property
    def transform(self) -> QTransform:
        """From painted pixels (x = column, y = row, edges whole numbers) to the view."""
        (row_x, column_x), (row_y, column_y) = self._view_from_pixel.tolist()
        return QTransform(column_x, column_y, row_x, row_y, 0.0, 0.0)

    @property
    def extent(self) -> QRectF:
        """What the picture covers of the view."""
        rows, columns = self.shape
        return self.transform.mapRect(QRectF(0, 0, columns, rows))

    def view_of_pixel(self, row: float, column: float) -> XY:
        """Where the centre of a pixel is drawn; fractions lie between centres."""
        x, y = self._view_from_pixel @ (row + HALF, column + HALF)
        return float(x), float(y)

    def pixel_of_view(self, at: XY) -> tuple[float, float]:
        """Row and column under a place of the view, whole at pixel centres."""
        row, column = self._pixel_from_view @ at
        return float(row) - HALF, float(column) - HALF

    def view_of(self, point: PatientPoint) -> tuple[XY, float] | None:
        """Where `point` is drawn, and its distance from the plane in millimetres."""
        if self.plane is None:
            return None
        (row, column), away = self.plane.pixels_of(point)
        return self.view_of_pixel(float(row), float(column)), float(away)

    def views_of(self, points: Floats) -> tuple[Floats, Floats] | None:
        """As `view_of`, for many points (n, 3): (n, 2) in the view, and (n,) millimetres away."""
        if self.plane is None:
            return None
        pixels, away = self.plane.pixels_of(points)
        return (pixels + HALF) @ self._view_from_pixel.T, away

    def patient_of(self, at: XY) -> PatientPoint | None:
        """Which patient point is drawn at a place of the view."""
        if self.plane is None:
            return None
        return self.plane.patient_point(*self.pixel_of_view(at))

    def contains(self, at: XY) -> bool:
        """Whether a pixel is painted at a place of the view."""
        row, column = self.pixel_of_view(at)
        rows, columns = self.shape
        return -HALF <= row < rows - HALF and -HALF <= column < columns - HALF
