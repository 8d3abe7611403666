"""Painting what lies over a CT picture; the same strokes on screen and in exports."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF, QTransform

from painmap.ui.ct_area_paint import (
    MOST_LABELS,
    DrawnArea,
    DrawnRaster,
    paint_area,
    paint_area_labels,
)
from painmap.ui.ct_needle_paint import paint_cone, paint_entry, paint_path
from painmap.ui.ct_paint_words import (
    MARGIN_PX,
    NO_CAPTIONS,
    SMALL_TEXT_PX,
    TEXT_PX,
    Captions,
    Written,
    kept_free,
    paint_words,
    text,
    width_of,
    within,
)
from painmap.ui.ct_spine_paint import paint_body, paint_process, paint_spine
from painmap.ui.ct_words import LOADING
from painmap.ui.theme import CT, font
from painmap.ui.tools.slice_outcomes import HANDLE_PX, XY

Band = tuple[float, float, float, float]
"""Left, top, width and height of a part of the view, in its units."""

HATCH_PX = 9.0
"""Distance of the lines over what is still being read."""

HANDLE_RADIUS_PX = 3.5

WORD_ROOM_PX = 26.0
"""A band lower than this is hatched without the word."""


class MarkKind(StrEnum):
    TARGET = "target"
    MIDLINE = "midline"
    VERTEBRA = "vertebra"
    SPINE = "spine"
    LEVEL = "level"
    OUTLINE = "outline"
    MEASURE = "measure"
    PATH = "path"
    CONE = "cone"
    ENTRY = "entry"
    HAZARD = "hazard"
    PLANE = "plane"


MIDDLE = frozenset({MarkKind.SPINE, MarkKind.LEVEL, MarkKind.MIDLINE, MarkKind.VERTEBRA})
"""What lies in the middle has no side that its name could leave."""

COLOUR = {
    MarkKind.TARGET: CT.target,
    MarkKind.MIDLINE: CT.midline,
    MarkKind.VERTEBRA: CT.midline,
    MarkKind.SPINE: CT.midline,
    MarkKind.LEVEL: CT.midline,
    MarkKind.OUTLINE: CT.outline,
    MarkKind.MEASURE: CT.measure,
    MarkKind.PATH: CT.target,
    MarkKind.CONE: CT.target,
    MarkKind.ENTRY: CT.target,
    MarkKind.HAZARD: CT.hazard,
    MarkKind.PLANE: CT.cross,
}


@dataclass(frozen=True, slots=True)
class DrawnMark:
    """Something drawn over the picture, in the view's units.

    Parameters
    ----------
    kind : MarkKind
    points : tuple of XY
    closed : bool
    label : str
    chosen : bool
        Drawn stronger, with its vertices.
    faint : bool
        It lies a slice or so away.
    vertex : int or None
        The vertex that is taken hold of.
    proposed : bool
        The program found it and nobody has confirmed it: it is dashed.
    bare : bool
        A line without its vertices.
    """

    kind: MarkKind
    points: tuple[XY, ...]
    closed: bool = False
    label: str = ""
    chosen: bool = False
    faint: bool = False
    vertex: int | None = None
    proposed: bool = False
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """All that lies over one picture.

    Parameters
    ----------
    raster : DrawnRaster or None
        Muscles, where the picture lies across the slices that they were outlined on.
    bare : bool
        Marks alone, no letters or captions.
    loading : tuple of Band
        Where slices have not been read yet.
    handles : tuple of XY
        Directions from the crosshair in which a plane through it can be taken hold of.
    """

    captions: Captions = NO_CAPTIONS
    marks: tuple[DrawnMark, ...] = ()
    areas: tuple[DrawnArea, ...] = ()
    raster: DrawnRaster | None = None
    cross: XY | None = None
    true_scale: bool = True
    small: bool = False
    bare: bool = False
    loading: tuple[Band, ...] = ()
    handles: tuple[XY, ...] = ()


def paint_scene(painter: QPainter, frame: QRectF, to_device: QTransform, scene: Scene) -> None:
    """Paint `scene` into `frame`.

    Parameters
    ----------
    painter : QPainter
        In device pixels.
    frame : QRectF
        The whole view, in device pixels.
    to_device : QTransform
        From the view's units to device pixels.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.save()
    # within what its caller left open
    painter.setClipRect(frame, Qt.ClipOperation.IntersectClip)
    if scene.cross is not None:
        paint_cross(painter, frame, to_device.map(QPointF(*scene.cross)), scene.handles)
    _paint_loading(painter, frame, to_device, scene)
    if scene.raster is not None:
        painter.setTransform(scene.raster.to_view * to_device)
        painter.drawImage(QPointF(0, 0), scene.raster.image)
        painter.resetTransform()
    for area in sorted(scene.areas, key=lambda each: each.chosen):
        paint_area(painter, frame, to_device, area)
    taken = [] if scene.bare else kept_free(frame, scene.captions, small=scene.small)
    paint_area_labels(painter, frame, to_device, scene.areas, taken)
    # the chosen one lies on top
    ordered = sorted(scene.marks, key=lambda each: each.chosen)
    for number, mark in enumerate(ordered):
        # a target in its outline: one name is enough
        again = any(other.label == mark.label for other in ordered[number + 1 :])
        shown = replace(mark, label="") if again else mark
        _paint_mark(painter, frame, to_device, shown, taken)
    if not scene.bare:
        scale = (to_device.m11() or to_device.m12()) if scene.true_scale else None
        paint_words(painter, frame, Written(scene.captions, scale, scene.small))
    painter.restore()


def _paint_loading(painter: QPainter, frame: QRectF, to_device: QTransform, scene: Scene) -> None:
    """Hatch what is still being read, with the word, so that nobody takes it for air."""
    bands = [to_device.mapRect(QRectF(*band)).intersected(frame) for band in scene.loading]
    line = QColor(CT.loading_line)
    for band in bands:
        painter.save()
        painter.setClipRect(band, Qt.ClipOperation.IntersectClip)
        painter.setPen(QPen(line, 1.0))
        # from the corner of the view, so that the lines of bands go on in one another
        first = math.floor((band.left() - band.bottom()) / HATCH_PX)
        last = math.ceil((band.right() - band.top()) / HATCH_PX)
        for number in range(first, last + 1):
            x = number * HATCH_PX
            painter.drawLine(
                QPointF(x + band.top(), band.top()), QPointF(x + band.bottom(), band.bottom())
            )
        painter.restore()
    if bands and not scene.bare:
        largest = max(bands, key=lambda band: band.height() * band.width())
        if min(largest.height(), largest.width()) >= WORD_ROOM_PX:
            _paint_loading_word(painter, largest, small=scene.small)


def _paint_loading_word(painter: QPainter, band: QRectF, *, small: bool) -> None:
    painter.setFont(font(SMALL_TEXT_PX if small else TEXT_PX, strong=True))
    metrics = QFontMetricsF(painter.font())
    plate = QRectF(0, 0, metrics.horizontalAdvance(LOADING) + 24, metrics.height() + 8)
    plate.moveCenter(band.center())
    if small:
        # the left corner and the middle of a small view are written on
        plate.moveRight(band.right() - 2 * MARGIN_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(CT.loading))
    painter.drawRoundedRect(plate, 4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QColor(CT.text))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, LOADING)


def paint_cross(
    painter: QPainter, frame: QRectF, at: QPointF, handles: tuple[XY, ...] = ()
) -> None:
    """Two lines with a gap around the place itself, so that they never cover it.

    Parameters
    ----------
    handles : tuple of XY
        Unit directions in which a handle is drawn.
    """
    gap = 14.0
    colour = QColor(CT.cross)
    colour.setAlphaF(0.7)
    x, y = round(at.x()), round(at.y())
    # bars along the pixels cost a tenth of lines, at every step of the wheel
    for left, top, right, bottom in (
        (frame.left(), y, x - gap, y + 1),
        (x + gap, y, frame.right(), y + 1),
        (x, frame.top(), x + 1, y - gap),
        (x, y + gap, x + 1, frame.bottom()),
    ):
        if right > left and bottom > top:
            painter.fillRect(QRectF(left, top, right - left, bottom - top), colour)
    painter.setBrush(QColor(CT.ground))
    painter.setPen(QPen(QColor(CT.cross), 1.4))
    for right, down in handles:
        middle = at + QPointF(right, down) * HANDLE_PX
        painter.drawEllipse(middle, HANDLE_RADIUS_PX, HANDLE_RADIUS_PX)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _pens(mark: DrawnMark, width: float) -> tuple[QPen, QPen]:
    """A dark halo and the stroke on it, so that a mark shows on bone and on air."""
    colour, halo = QColor(COLOUR[mark.kind]), QColor(CT.halo)
    if mark.faint:
        # a stroke that lets something through costs seven times as much
        colour.setAlphaF(0.6)
        halo.setAlphaF(0.5)
    stroke, under = QPen(colour, width), QPen(halo, width + 2.4)
    for pen in (stroke, under):
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    if mark.faint or mark.proposed:
        stroke.setStyle(Qt.PenStyle.DashLine)
    return under, stroke


def _paint_mark(
    painter: QPainter,
    frame: QRectF,
    to_device: QTransform,
    mark: DrawnMark,
    taken: list[QRectF],
) -> None:
    points = [to_device.map(QPointF(*point)) for point in mark.points]
    if not points:
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    match mark.kind:
        case MarkKind.TARGET:
            _paint_target(painter, points[0], mark)
        case MarkKind.MIDLINE:
            paint_process(painter, points[0], _pens(mark, 1.6), chosen=mark.chosen)
        case MarkKind.VERTEBRA:
            paint_body(painter, points[0], _pens(mark, 1.6), chosen=mark.chosen)
        case MarkKind.SPINE:
            paint_spine(painter, points, _pens(mark, 1.3), dashed=mark.proposed)
        case MarkKind.LEVEL:
            pass  # its name alone
        case MarkKind.PATH:
            paint_path(painter, points, _pens(mark, 2.2 if mark.chosen else 1.6))
        case MarkKind.CONE:
            paint_cone(painter, points, QColor(COLOUR[mark.kind]))
        case MarkKind.ENTRY:
            paint_entry(painter, points, _pens(mark, 2.0 if mark.chosen else 1.6))
        case MarkKind.PLANE:
            _paint_plane(painter, points)
        case MarkKind.OUTLINE | MarkKind.MEASURE | MarkKind.HAZARD:
            _paint_line(painter, points, mark)
    if mark.label:
        _paint_label(painter, frame, points, mark, taken)


def _paint_target(painter: QPainter, at: QPointF, mark: DrawnMark) -> None:
    radius = 8.0 if mark.chosen else 6.5
    for pen in _pens(mark, 2.0 if mark.chosen else 1.6):
        painter.setPen(pen)
        painter.drawEllipse(at, radius, radius)
        if mark.faint:
            continue
        painter.drawPoint(at)
        for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            inner, outer = radius - 2.5, radius + 4.0
            painter.drawLine(
                QPointF(at.x() + x * inner, at.y() + y * inner),
                QPointF(at.x() + x * outer, at.y() + y * outer),
            )
    if mark.chosen:
        painter.setPen(QPen(QColor(CT.chosen), 1.2))
        painter.drawEllipse(at, radius + 7.0, radius + 7.0)


def _paint_plane(painter: QPainter, points: list[QPointF]) -> None:
    """The line in which another plane meets the picture."""
    dashed = QPen(QColor(CT.cross), 1.4)
    dashed.setDashPattern([6.0, 3.0])
    for pen in (QPen(QColor(CT.halo), 3.0), dashed):
        painter.setPen(pen)
        painter.drawLine(points[0], points[1])


def _paint_line(painter: QPainter, points: list[QPointF], mark: DrawnMark) -> None:
    shape = QPolygonF(points)
    fill = QColor(COLOUR[mark.kind])
    fill.setAlphaF(0.18)
    if mark.closed and not mark.faint:
        # its rim smooths the filling; smoothed twice it takes three times as long
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(shape)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for pen in _pens(mark, 2.2 if mark.chosen else 1.6):
        painter.setPen(pen)
        if mark.closed:
            painter.drawPolygon(shape)
        else:
            painter.drawPolyline(shape)
    if mark.chosen or not (mark.closed or mark.bare):
        for index, point in enumerate(points):
            _paint_vertex(painter, point, mark, held=index == mark.vertex)


def _paint_vertex(painter: QPainter, at: QPointF, mark: DrawnMark, *, held: bool) -> None:
    size = 4.5 if held else 3.2
    painter.setPen(QPen(QColor(CT.halo), 1.0))
    painter.setBrush(QColor(CT.chosen if held else COLOUR[mark.kind]))
    painter.drawRect(QRectF(at.x() - size, at.y() - size, 2 * size, 2 * size))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_label(
    painter: QPainter,
    frame: QRectF,
    points: list[QPointF],
    mark: DrawnMark,
    taken: list[QRectF],
) -> None:
    """Write the name of a mark beside it, below what is written there already."""
    painter.setFont(font(SMALL_TEXT_PX, strong=mark.chosen))
    metrics = QFontMetricsF(painter.font())
    away = 24 if mark.kind is MarkKind.TARGET and mark.chosen else 16
    # outwards, so that labels of both sides do not meet in the middle
    by_x = sorted(points, key=lambda point: point.x())
    outwards = by_x[-1].x() + by_x[0].x() >= 2 * frame.center().x()
    # a name never reaches over to the other side of the body: it is cut before
    inner, edge = (by_x[0].x(), frame.right()) if outwards else (by_x[-1].x(), frame.left())
    room = abs(edge - inner) - MARGIN_PX
    words = mark.label if mark.kind in MIDDLE else _cut(mark, room)
    width = width_of(words, SMALL_TEXT_PX, strong=mark.chosen)
    fits_right = by_x[-1].x() + away + width <= frame.right() - MARGIN_PX
    fits_left = by_x[0].x() - away - width >= frame.left() + MARGIN_PX
    anchor = by_x[-1] if outwards else by_x[0]
    left = anchor.x() + away if outwards else anchor.x() - away - width
    # a name that does not fit stays on its own side and goes above what it names
    lift = 0 if (fits_right if outwards else fits_left) else away + metrics.height()
    left = min(max(frame.left() + MARGIN_PX, left), frame.right() - MARGIN_PX - width)
    anchor = QPointF(anchor.x(), min(point.y() for point in points) - lift if lift else anchor.y())
    colour = QColor(COLOUR[mark.kind])
    if mark.faint:
        colour.setAlphaF(0.6)
    place = QRectF(left, anchor.y() - metrics.height() / 2, width, metrics.height())
    for _ in range(MOST_LABELS):
        if not any(place.intersects(other) for other in taken):
            break
        place.translate(0, metrics.height())
    taken.append(place)
    text(painter, QPointF(left, place.center().y() + metrics.ascent() / 2 - 1), words, colour)


def _cut(mark: DrawnMark, room: float) -> str:
    return within(mark.label, SMALL_TEXT_PX, room, strong=mark.chosen)
