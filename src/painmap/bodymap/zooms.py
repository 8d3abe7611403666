"""From a zoom of a projection of its own to the view of the whole body that it is taken of."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from painmap.bodymap.figure import BodyView


def places_on_parent(
    zoom: BodyView, parent: BodyView, places: NDArray[np.float64]
) -> NDArray[np.float64]:
    """About where places of a zoom lie on the view that it is taken of.

    Parameters
    ----------
    zoom, parent : BodyView
    places : (n, 2) float
        Figure units of the zoom.

    Returns
    -------
    (n, 2) float
        Figure units of the parent; the same places for a zoom that only magnifies.
    """
    if zoom.to_parent is None:
        return places
    a, b, c, d, e, f = zoom.to_parent
    x, y = np.abs(places[:, 0]), places[:, 1]  # both views are mirror-symmetric
    turned = 1.0 if zoom.patient_left == parent.patient_left else -1.0
    side = np.where(places[:, 0] < 0, -turned, turned)
    return np.stack([side * (a * x + b * y + c), d * x + e * y + f], axis=1)


def shape_on_parent(zoom: BodyView, parent: BodyView, shape: BaseGeometry) -> BaseGeometry:
    """About where a shape of a zoom lies on the view that it is taken of; always valid."""
    laid = shapely.transform(shape, lambda places: places_on_parent(zoom, parent, places))
    return shapely.make_valid(laid)
