"""What the hand is drawing at the moment: only its newest piece is painted at each move."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from painmap.bodymap.marks import pressed_share
from painmap.domain.pain import Pressing, StrokeShape
from painmap.domain.places import FigurePoint
from painmap.ui.body_camera import Camera
from painmap.ui.body_shapes import arrow_path, curve_path, transform_of
from painmap.ui.theme import Palette
from painmap.ui.tools.mark_pain import LinePreview, StrokePreview
from painmap.ui.tools.pen_path import ARROW_BEND, simplified

INK_STRENGTH, RUBBER_STRENGTH, RING_STRENGTH = 0.62, 0.85, 0.18
WET_STEP = 5
"""The step of the ramp in which a stroke is drawn before its intensity is asked."""
EDGE_PX = 3
LONG_ENOUGH = 3.0
"""Figure units from which on an arrow is drawn with its head."""


class WetStroke:
    """The picture of the stroke under way, kept from move to move.

    A long stroke so costs no more at its end than at its start.
    """

    def __init__(self) -> None:
        self._pixmap: QPixmap | None = None
        self._key: object = None
        self._count = 0

    def clear(self) -> None:
        self._pixmap, self._key, self._count = None, None, 0

    def draw(self, shown: StrokePreview, camera: Camera, ratio: float, colours: Palette) -> QRect:
        """Add what is new of a stroke; gives the pixels that it changed."""
        stroke = shown.stroke
        key = (camera, ratio, colours, shown.erasing)
        if self._pixmap is None or key != self._key:
            size = QSize(round(camera.width * ratio), round(camera.height * ratio))
            self._pixmap = QPixmap(size)
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(Qt.GlobalColor.transparent)
            self._key, self._count = key, 0
        fresh = slice(max(0, self._count - 1), None)
        self._count = len(stroke.points)
        painter = QPainter(self._pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setTransform(transform_of(camera), combine=True)
        ink = QColor(colours.skin if shown.erasing else colours.pain[WET_STEP])
        _paint_piece(painter, stroke, fresh, ink)
        painter.end()
        return _box(stroke.points[fresh], stroke.width, camera)

    def paint(self, painter: QPainter, stroke: StrokePreview) -> None:
        if self._pixmap is not None:
            painter.save()
            painter.setOpacity(RUBBER_STRENGTH if stroke.erasing else INK_STRENGTH)
            painter.drawPixmap(0, 0, self._pixmap)
            painter.restore()


def _box(points: Sequence[FigurePoint], width: float, camera: Camera) -> QRect:
    pixels = QPolygonF([QPointF(*camera.pixel(point)) for point in points])
    edge = round(width * camera.scale / 2) + EDGE_PX
    return pixels.boundingRect().toAlignedRect().adjusted(-edge, -edge, edge, edge)


def _paint_piece(painter: QPainter, stroke: StrokeShape, fresh: slice, ink: QColor) -> None:
    """A few points of a stroke; with pressures, discs and what lies between them."""
    shares = [pressed_share(each, stroke.gamma) for each in stroke.pressures[fresh]]
    at = [QPointF(*point) for point in stroke.points[fresh]]
    if shares and stroke.pressing is Pressing.STRENGTH:
        _paint_strength(painter, at, stroke.width, shares, ink)
        return
    if not shares or stroke.pressing is Pressing.OFF:
        shares = [1.0] * len(at)
    pen = QPen(ink, stroke.width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    widths = [stroke.width * each for each in shares]
    if len(at) == 1:
        pen.setWidthF(widths[0])
        painter.setPen(pen)
        painter.drawPoint(at[0])
    # many thin steps look like one swelling line: a hand moves little between two events
    for (a, b), (wide, wider) in zip(pairwise(at), pairwise(widths), strict=True):
        steps = max(1, round(abs(wider - wide)))
        for i in range(steps):
            pen.setWidthF(wide + (wider - wide) * (i + 0.5) / steps)
            painter.setPen(pen)
            painter.drawLine(a + (b - a) * i / steps, a + (b - a) * (i + 1) / steps)


def _paint_strength(
    painter: QPainter, at: Sequence[QPointF], width: float, shares: Sequence[float], ink: QColor
) -> None:
    """A few points of a stroke that is stronger where it is pressed, and nowhere wider."""
    # each piece takes the place of what lies under it: else joints would be darker
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    for number, share in enumerate(shares[1:] or shares):
        colour = QColor(ink)
        colour.setAlphaF(share)
        pen = QPen(colour, width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        if len(at) == 1:
            painter.drawPoint(at[0])
        else:
            painter.drawLine(at[number], at[number + 1])


def paint_line(painter: QPainter, line: LinePreview, camera: Camera, colours: Palette) -> None:
    """A ring that closes itself, or an arrow as it will be."""
    painter.save()
    to_pixels = transform_of(camera)
    accent = QColor(colours.accent)
    if line.arrow:
        points = simplified(line.points, ARROW_BEND)
        if len(points) > 1 and curve_path(points).length() > LONG_ENOUGH:
            ink = QColor(colours.pain[WET_STEP])
            painter.fillPath(to_pixels.map(arrow_path(points)), ink)
    else:
        ring = QPainterPath(QPointF(*line.points[0]))
        for point in line.points[1:]:
            ring.lineTo(QPointF(*point))
        soft = QColor(accent)
        soft.setAlphaF(RING_STRENGTH)
        painter.fillPath(to_pixels.map(ring), soft)
        painter.strokePath(to_pixels.map(ring), QPen(accent, 1.8))
    painter.restore()


def paint_nib(
    painter: QPainter, at: QPointF, radius_px: float, colours: Palette, *, rubber: bool
) -> None:
    """The outline of brush or eraser under the pointer."""
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    box = QRectF(at.x() - radius_px, at.y() - radius_px, 2 * radius_px, 2 * radius_px)
    painter.setPen(QPen(QColor(colours.surface), 3.0))
    painter.drawEllipse(box)
    pen = QPen(QColor(colours.ink if rubber else colours.accent), 1.4)
    if rubber:
        pen.setDashPattern([3, 2])
    painter.setPen(pen)
    painter.drawEllipse(box)
    painter.restore()
