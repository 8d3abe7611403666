"""What an eraser leaves of a mark."""

from collections.abc import Sequence
from dataclasses import replace

import shapely
from shapely.geometry.base import BaseGeometry

from painmap.bodymap.figure import BodyView
from painmap.bodymap.marks import (
    MM2_PER_CM2,
    area_of,
    arrow_line,
    only_areas,
    polygons_area,
    strength_bands,
)
from painmap.domain.pain import (
    AreaShape,
    ArrowShape,
    Band,
    PointShape,
    Polygons,
    Shape,
    StrokeShape,
)
from painmap.domain.places import FigurePoint

LEAST_LEFT_CM2 = 0.5
"""Of a mark of which less is left, nothing is left; at the scale of the figure."""
CRUMB_CM2 = 0.1
"""Separate pieces that are smaller were missed by the hand, not meant."""
GRID = 0.01
"""Figure units to which what is left is rounded; sound shapes stay sound."""
KEPT_BEND = 0.1
"""Figure units by which its edge may leave the exact one: a sixth of a millimetre."""


def erased(view: BodyView, shape: Shape, eraser: BaseGeometry) -> Shape | None:
    """Take the area under an eraser away from a mark.

    Parameters
    ----------
    view : BodyView
    shape : Shape
    eraser : shapely Polygon or MultiPolygon
        Where the eraser went, figure units.

    Returns
    -------
    Shape or None
        `shape` itself where the eraser did not touch it, None where too little is left, else
        an `AreaShape`, as strong in each place as it was. Points and arrows are whole or gone.
    """
    if isinstance(shape, ArrowShape | PointShape):
        ink = arrow_line(shape) if isinstance(shape, ArrowShape) else area_of(view, shape)
        return None if ink.intersects(eraser) else shape
    area = area_of(view, shape)
    if area.intersection(eraser).area <= 0:
        return shape
    left = area_shape(view, area.difference(eraser))
    if left is None or not isinstance(shape, StrokeShape | AreaShape):
        return left
    return replace(left, strengths=_strengths_left(strength_bands(shape), left))


def _strengths_left(
    bands: Sequence[tuple[float, BaseGeometry]], left: AreaShape
) -> tuple[Band, ...]:
    """How strong what is left is where; nothing if it is as strong everywhere."""
    if len(bands) < 2:
        return ()
    whole = polygons_area(left.polygons)
    pieces = [
        (share, only_areas(shapely.set_precision(area.intersection(whole), GRID)))
        for share, area in bands
    ]
    return tuple(Band(share, _polygons(area)) for share, area in pieces if not area.is_empty)


def area_shape(view: BodyView, area: BaseGeometry) -> AreaShape | None:
    """An area as it is stored; None for one that is too small to be a mark."""
    unit_cm2 = view.mm_per_unit**2 / MM2_PER_CM2
    plain = shapely.set_precision(only_areas(area.simplify(KEPT_BEND)), GRID)
    pieces = [
        each
        for each in shapely.get_parts(plain)
        if each.geom_type == "Polygon" and each.area * unit_cm2 >= CRUMB_CM2
    ]
    if sum(each.area for each in pieces) * unit_cm2 < LEAST_LEFT_CM2:
        return None
    return AreaShape(_polygons(shapely.MultiPolygon(pieces)))


def _polygons(area: BaseGeometry) -> Polygons:
    return tuple(
        tuple(
            tuple(FigurePoint(x, y) for x, y in ring.coords[:-1])
            for ring in (each.exterior, *each.interiors)
        )
        for each in shapely.get_parts(area)
    )


def enclosed(points: tuple[FigurePoint, ...]) -> BaseGeometry:
    """Everything inside a line drawn by hand and closed; loops of it count as inside too."""
    if len(points) < 3:
        return shapely.Polygon()
    ring = shapely.LineString([*points, points[0]])
    return shapely.union_all(list(shapely.polygonize([shapely.node(ring)]).geoms))
