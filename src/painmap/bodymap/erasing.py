"""What an eraser leaves of a mark."""

import shapely
from shapely.geometry.base import BaseGeometry

from painmap.bodymap.figure import BodyView
from painmap.bodymap.marks import MM2_PER_CM2, area_of, arrow_line, only_areas
from painmap.domain.pain import AreaShape, ArrowShape, PointShape, Shape
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
        an `AreaShape`. Points and arrows are whole or gone.
    """
    if isinstance(shape, ArrowShape | PointShape):
        ink = arrow_line(shape) if isinstance(shape, ArrowShape) else area_of(view, shape)
        return None if ink.intersects(eraser) else shape
    area = area_of(view, shape)
    if area.intersection(eraser).area <= 0:
        return shape
    return area_shape(view, area.difference(eraser))


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
    return AreaShape(
        tuple(
            tuple(
                tuple(FigurePoint(x, y) for x, y in ring.coords[:-1])
                for ring in (each.exterior, *each.interiors)
            )
            for each in pieces
        )
    )


def enclosed(points: tuple[FigurePoint, ...]) -> BaseGeometry:
    """Everything inside a line drawn by hand and closed; loops of it count as inside too."""
    if len(points) < 3:
        return shapely.Polygon()
    ring = shapely.LineString([*points, points[0]])
    return shapely.union_all(list(shapely.polygonize([shapely.node(ring)]).geoms))
