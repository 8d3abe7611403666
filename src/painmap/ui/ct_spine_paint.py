"""Painting the spine over a CT picture: spinous processes, vertebral bodies, the midline."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from painmap.ui.theme import CT

Pens = tuple[QPen, QPen]
"""A dark halo, and the stroke on it."""

SIZE_PX = 6.0
RING_PX = 12.0


def paint_process(painter: QPainter, at: QPointF, pens: Pens, *, chosen: bool) -> None:
    """A spinous process: a rhombus."""
    corners = ((0, -1), (1, 0), (0, 1), (-1, 0))
    shape = QPolygonF([QPointF(at.x() + x * SIZE_PX, at.y() + y * SIZE_PX) for x, y in corners])
    for pen in pens:
        painter.setPen(pen)
        painter.drawPolygon(shape)
    _ring(painter, at, chosen=chosen)


def paint_body(painter: QPainter, at: QPointF, pens: Pens, *, chosen: bool) -> None:
    """A vertebral body: a square with its middle."""
    half = SIZE_PX - 1.0
    for pen in pens:
        painter.setPen(pen)
        painter.drawRect(QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half))
        painter.drawPoint(at)
    _ring(painter, at, chosen=chosen)


def _ring(painter: QPainter, at: QPointF, *, chosen: bool) -> None:
    if chosen:
        painter.setPen(QPen(QColor(CT.chosen), 1.2))
        painter.drawEllipse(at, RING_PX, RING_PX)


def paint_spine(painter: QPainter, points: Sequence[QPointF], pens: Pens, *, dashed: bool) -> None:
    """The midline; long dashes while it is only proposed, and a quiet line afterwards."""
    under, stroke = pens
    stroke.setStyle(Qt.PenStyle.SolidLine)
    if dashed:
        stroke.setDashPattern([5, 5])
    for pen in (under, stroke):
        colour = QColor(pen.color())
        colour.setAlphaF(colour.alphaF() * 0.75)
        pen.setColor(colour)
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF(list(points)))
