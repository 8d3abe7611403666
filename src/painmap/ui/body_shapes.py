"""The shapes of marks as painter's paths: in figure units, in pixels, and where they are hit."""

from functools import lru_cache

import shapely
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath, QPainterPathStroker, QTransform

from painmap.bodymap.marks import POINT_RADIUS, area_of_stroke, polygons_area, strength_bands
from painmap.domain.pain import (
    AreaShape,
    ArrowShape,
    Mark,
    PointShape,
    Pressing,
    RegionShape,
    StrokeShape,
)
from painmap.domain.places import FigurePoint
from painmap.ui.body_camera import Camera
from painmap.ui.body_ink import ViewInk
from painmap.ui.body_paths import shape_path

ARROW_WIDTH = 4.6
"""Figure units of an arrow's shaft."""
HEAD_LONG, HEAD_WIDE = 17.0, 8.5
"""Figure units of an arrow's head, and half of its width."""
LEAST_POINT_PX = 6.0
"""A point is never drawn with a smaller radius."""
MANY = 4096
"""Shapes whose paths are kept: a long record on one figure."""


def transform_of(camera: Camera) -> QTransform:
    """Figure units to pixels."""
    origin = camera.pixel(FigurePoint(0.0, 0.0))
    return QTransform(camera.scale, 0, 0, camera.scale, origin.x, origin.y)


def mark_path(mark: Mark, ink: ViewInk) -> QPainterPath:
    """The area of a mark in figure units; an arrow's is what is drawn of it."""
    match mark.shape:
        case RegionShape(region_id=region_id):
            return ink.regions.get(region_id, QPainterPath())
        case StrokeShape() as stroke:
            return stroke_path(stroke)
        case AreaShape() as area:
            return area_path(area)
        case PointShape(point=point):
            return _disc(point, POINT_RADIUS)
        case ArrowShape(points=points):
            return arrow_path(points)


def pixel_path(mark: Mark, ink: ViewInk, camera: Camera) -> QPainterPath:
    """The same in pixels; a point is large enough to be seen."""
    if isinstance(mark.shape, PointShape):
        at = camera.pixel(mark.shape.point)
        return _disc(FigurePoint(*at), max(LEAST_POINT_PX, POINT_RADIUS * camera.scale))
    return transform_of(camera).map(mark_path(mark, ink))


def pixel_bands(mark: Mark, camera: Camera) -> tuple[tuple[float, QPainterPath], ...]:
    """The pieces of what was pressed to be stronger, in pixels; else none."""
    shape = mark.shape
    pressed = isinstance(shape, StrokeShape) and shape.pressing is Pressing.STRENGTH
    if not pressed and not (isinstance(shape, AreaShape) and shape.strengths):
        return ()
    to_pixels = transform_of(camera)
    return tuple((share, to_pixels.map(path)) for share, path in strength_paths(shape))


def is_at(mark: Mark, ink: ViewInk, at: FigurePoint, slack: float) -> bool:
    """Whether a hand at a place is on a mark; points and arrows within `slack` units."""
    if isinstance(mark.shape, PointShape | ArrowShape) and slack > 0:
        hand = QRectF(at.x - slack, at.y - slack, 2 * slack, 2 * slack)
        return mark_path(mark, ink).intersects(hand)
    return mark_path(mark, ink).contains(QPointF(*at))


def label_point(mark: Mark, ink: ViewInk) -> FigurePoint:
    """Where the number of a mark stands: inside it."""
    match mark.shape:
        case StrokeShape(points=points) | ArrowShape(points=points):
            return points[len(points) // 2]
        case RegionShape(region_id=region_id):
            return ink.label_at.get(region_id, FigurePoint(0.0, 0.0))
        case PointShape(point=point):
            return point
        case AreaShape() as area:
            return _inside(area)


@lru_cache(maxsize=MANY)
def stroke_path(stroke: StrokeShape) -> QPainterPath:
    """The area that the brush went over."""
    return shape_path(area_of_stroke(stroke))


@lru_cache(maxsize=MANY)
def strength_paths(stroke: StrokeShape | AreaShape) -> tuple[tuple[float, QPainterPath], ...]:
    """A stroke in pieces of one strength each; one piece where it is as strong everywhere."""
    return tuple((share, shape_path(area)) for share, area in strength_bands(stroke))


@lru_cache(maxsize=MANY)
def area_path(area: AreaShape) -> QPainterPath:
    """The area inside drawn lines."""
    return shape_path(polygons_area(area.polygons))


@lru_cache(maxsize=MANY)
def _inside(area: AreaShape) -> FigurePoint:
    largest = max(shapely.get_parts(polygons_area(area.polygons)), key=lambda part: part.area)
    x, y = shapely.maximum_inscribed_circle(largest, tolerance=1.0).coords[0]
    return FigurePoint(float(x), float(y))


def _disc(middle: FigurePoint, radius: float) -> QPainterPath:
    disc = QPainterPath()
    disc.addEllipse(QPointF(*middle), radius, radius)
    return disc


def brush_path(points: tuple[FigurePoint, ...], width: float) -> QPainterPath:
    """The area of a brush with inner lines."""
    first, *rest = points
    if not rest:
        return _disc(first, width / 2)
    line = QPainterPath(QPointF(*first))
    for point in rest:
        line.lineTo(QPointF(*point))
    area = _stroker(width, 0.05).createStroke(line)
    area.setFillRule(Qt.FillRule.WindingFill)
    return area


def _stroker(width: float, curve: float) -> QPainterPathStroker:
    stroker = QPainterPathStroker()
    stroker.setWidth(width)
    stroker.setCapStyle(Qt.PenCapStyle.RoundCap)
    stroker.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    stroker.setCurveThreshold(curve)
    return stroker


def curve_path(points: tuple[FigurePoint, ...]) -> QPainterPath:
    """A smooth line through points (Catmull-Rom as cubic curves)."""
    at = [QPointF(*point) for point in points]
    line = QPainterPath(at[0])
    for i in range(len(at) - 1):
        before, after = at[max(i - 1, 0)], at[min(i + 2, len(at) - 1)]
        line.cubicTo(at[i] + (at[i + 1] - before) / 6, at[i + 1] - (after - at[i]) / 6, at[i + 1])
    return line


@lru_cache(maxsize=MANY)
def arrow_path(points: tuple[FigurePoint, ...]) -> QPainterPath:
    """Shaft and head of a curved arrow, filled."""
    line = curve_path(points)
    tip = QPointF(*points[-1])
    long = min(HEAD_LONG, line.length() * 0.6)
    neck = line.pointAtPercent(line.percentAtLength(max(line.length() - long, 0.0)))
    along = tip - neck
    size = max((along.x() ** 2 + along.y() ** 2) ** 0.5, 1e-6)
    aside = QPointF(-along.y(), along.x()) / size * HEAD_WIDE * long / HEAD_LONG
    shaft = QPainterPath(QPointF(*points[0]))
    steps = max(8, round(line.length() / 4))
    last = line.percentAtLength(max(line.length() - long * 0.8, 0.0))
    for i in range(1, steps + 1):
        shaft.lineTo(line.pointAtPercent(last * i / steps))
    head = QPainterPath(tip)
    for corner in (neck + aside, neck + along * 0.22, neck - aside):
        head.lineTo(corner)
    head.closeSubpath()
    return _stroker(ARROW_WIDTH, 0.1).createStroke(shaft).simplified().united(head)
