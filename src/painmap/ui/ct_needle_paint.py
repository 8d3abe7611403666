"""Strokes of a needle path over a CT picture; points are pixels of the screen."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

BAR_PX = 9.0
"""Half of the bar that stands for the skin at the entry."""


def paint_path(painter: QPainter, points: list[QPointF], pens: tuple[QPen, QPen]) -> None:
    """The needle: solid where it lies in the picture, dashed (by its pen) where not."""
    for pen in pens:
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF(points))


def paint_cone(painter: QPainter, points: list[QPointF], colour: QColor) -> None:
    """Where the needle may go when the hand errs by its mean angle."""
    fill, edge = QColor(colour), QColor(colour)
    fill.setAlphaF(0.14)
    edge.setAlphaF(0.55)
    pen = QPen(edge, 1.0)
    pen.setDashPattern([2, 3])
    painter.setPen(pen)
    painter.setBrush(fill)
    painter.drawPolygon(QPolygonF(points))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_entry(painter: QPainter, points: list[QPointF], pens: tuple[QPen, QPen]) -> None:
    """A bar across the needle on the skin; `points` are the entry and the target."""
    at, other = points[0], points[-1]
    way = other - at
    length = (way.x() ** 2 + way.y() ** 2) ** 0.5
    across = QPointF(-way.y(), way.x()) / length if length > 1 else QPointF(1, 0)
    for pen in pens:
        painter.setPen(pen)
        painter.drawLine(at + across * BAR_PX, at - across * BAR_PX)
        painter.drawEllipse(at, 3.0, 3.0)
