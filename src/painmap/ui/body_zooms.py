"""Marks drawn on a zoom, as they show on the view that it is taken of."""

from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from painmap.bodymap.erasing import area_shape
from painmap.bodymap.figure import BodyTemplate, BodyView
from painmap.bodymap.marks import area_of
from painmap.domain.pain import ArrowShape, Mark, PointShape, RegionShape, Shape
from painmap.domain.places import FigurePoint
from painmap.domain.visit import Visit


def from_zooms(visit: Visit, template: BodyTemplate, view: str) -> tuple[Mark, ...]:
    """The marks of the zooms of `view`, at their places on it.

    Most zooms share the places of their parent; one of another projection, such as the sole, is
    laid where it lies about. A finer region that the parent does not have is shown as the area
    that it is; the mark itself, and its id, stay those of the zoom.
    """
    found = []
    for mark in visit.marks:
        if mark.view == view or mark.template != template.ref:
            continue
        zoom = template.views[mark.view]
        if zoom.parent != view:
            continue
        shape = _on_parent(zoom, template.views[view], mark.shape)
        if shape is not None:
            found.append(replace(mark, shape=shape))
    return tuple(found)


def _on_parent(zoom: BodyView, parent: BodyView, shape: Shape) -> Shape | None:
    if zoom.to_parent is None:  # it only magnifies
        if isinstance(shape, RegionShape):
            return area_shape(zoom, zoom.region(shape.region_id).shape)
        return shape
    if isinstance(shape, PointShape):
        return replace(shape, point=_moved(zoom, parent, (shape.point,))[0])
    if isinstance(shape, ArrowShape):
        return replace(shape, points=_moved(zoom, parent, shape.points))
    area = moved_to_parent(zoom, parent, area_of(zoom, shape))
    return area_shape(parent, shapely.intersection(area, parent.silhouette))


def moved_to_parent(zoom: BodyView, parent: BodyView, shape: BaseGeometry) -> BaseGeometry:
    """A shape of a zoom of its own projection, about where it lies on the parent."""
    laid = shapely.transform(shape, lambda places: _laid(zoom, parent, places))
    return shapely.make_valid(laid)


def _moved(
    zoom: BodyView, parent: BodyView, points: tuple[FigurePoint, ...]
) -> tuple[FigurePoint, ...]:
    laid = _laid(zoom, parent, np.array(points, dtype=np.float64))
    return tuple(FigurePoint(float(x), float(y)) for x, y in laid)


def _laid(
    zoom: BodyView, parent: BodyView, places: "np.ndarray[tuple[int, int], np.dtype[np.float64]]"
) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """Places (n, 2); the zoom is mirror-symmetric, and its matrix counts x from the midline."""
    if zoom.to_parent is None:
        return places
    a, b, c, d, e, f = zoom.to_parent
    x, y = np.abs(places[:, 0]), places[:, 1]
    turned = 1.0 if zoom.patient_left == parent.patient_left else -1.0
    side = np.where(places[:, 0] < 0, -turned, turned)
    return np.stack([side * (a * x + b * y + c), d * x + e * y + f], axis=1)
