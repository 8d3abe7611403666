"""Parts of a CT view: where the body lies in it, and where slices have not been read yet."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF

from painmap.domain.places import PatientPoint
from painmap.imaging.geometry import Floats
from painmap.ui.ct_paint import Band
from painmap.ui.ct_placement import Placement


def edges_of(placement: Placement, corners: Floats) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a box in the patient, as a view draws it."""
    places = [placement.view_of(PatientPoint(*map(float, each))) for each in corners]
    at = [place[0] for place in places if place is not None]
    xs, ys = [x for x, _ in at], [y for _, y in at]
    return min(xs), min(ys), max(xs), max(ys)


def bands_of(missing: npt.NDArray[np.bool_], placement: Placement) -> tuple[Band, ...]:
    """Where whole rows or columns of a picture are missing, in the view's units."""
    rows, columns = missing.shape
    by_row = np.asarray(missing.all(axis=1))
    if by_row.any():
        boxes = [QRectF(0, start, columns, end - start) for start, end in _runs(by_row)]
    else:
        by_column = np.asarray(missing.all(axis=0))
        boxes = [QRectF(start, 0, end - start, rows) for start, end in _runs(by_column)]
    mapped = [placement.transform.mapRect(box) for box in boxes]
    return tuple((box.left(), box.top(), box.width(), box.height()) for box in mapped)


def _runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """From where to where flags are set, one after the other."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
