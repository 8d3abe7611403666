"""Marks drawn on a zoom, as they show on the view that it is taken of."""

from dataclasses import replace

import numpy as np
import shapely

from painmap.bodymap.erasing import area_shape
from painmap.bodymap.figure import BodyTemplate, BodyView
from painmap.bodymap.marks import area_of
from painmap.bodymap.zooms import places_on_parent, shape_on_parent
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
    area = shape_on_parent(zoom, parent, area_of(zoom, shape))
    at = shapely.centroid(area)
    seen = area_shape(parent, shapely.intersection(area, parent.silhouette))
    # what is foreshortened to next to nothing, or turned away, is still told by a point
    return seen or PointShape(FigurePoint(float(at.x), float(at.y)))


def _moved(
    zoom: BodyView, parent: BodyView, points: tuple[FigurePoint, ...]
) -> tuple[FigurePoint, ...]:
    laid = places_on_parent(zoom, parent, np.array(points, dtype=np.float64))
    return tuple(FigurePoint(float(x), float(y)) for x, y in laid)
