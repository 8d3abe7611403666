"""Between a slice as it is stored and its picture, which is turned for reading.

Masks of muscles, HU and exports count in stored rows and columns (PS3.3 C.7.6.2); what is on
screen has the patient's RIGHT on the viewer's left however the patient lay in the scanner. Only
for a patient who lay head first and supine are the two the same.
"""

import numpy as np
from PySide6.QtGui import QTransform

from painmap.imaging.geometry import Floats
from painmap.imaging.reslice import SliceImage


def stored_pixel(image: SliceImage, pixel: tuple[float, float]) -> tuple[float, float]:
    """Row and column as stored of a row and column of the picture.

    Raises
    ------
    ValueError
        The picture is no slice as acquired.
    """
    row, column, _ = _matrix(image) @ (*pixel, 1.0)
    return float(row), float(column)


def view_of_stored(image: SliceImage, to_view: QTransform) -> QTransform:
    """From painted pixels as stored (x = column, y = row, edges whole numbers) to the view.

    Parameters
    ----------
    to_view : QTransform
        From painted pixels of the picture to the view (`Placement.transform`).

    Raises
    ------
    ValueError
        The picture is no slice as acquired.
    """
    (row_row, row_column, row), (column_row, column_column, column), _ = np.linalg.inv(
        _matrix(image)
    ).tolist()
    # whole numbers are pixel centres there, and edges here
    down = row + (1 - row_row - row_column) / 2
    right = column + (1 - column_row - column_column) / 2
    turn = QTransform(column_column, row_column, column_row, row_row, right, down)
    return turn * to_view


def _matrix(image: SliceImage) -> Floats:
    if image.stored_from_pixel is None:
        raise ValueError("the picture is no slice as acquired")
    return image.stored_from_pixel
