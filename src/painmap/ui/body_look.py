"""The look of one mark: colour by intensity, outline by author, accent when selected."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen

from painmap.domain.pain import AuthorLayer
from painmap.ui import theme
from painmap.ui.theme import Palette

FILL_STRENGTH = 0.86
"""The figure's shading stays visible through a mark."""
SELECTED_LINE_PX = 2.6
NUMBER_PX = 12
LARGE_PX, PILL_AWAY_PX = 44.0, 30.0
"""A mark that is larger has its number inside; beside a smaller one it stands so far off."""
UNASKED_STEP = 5
"""The step of the ramp whose colour hatches a mark whose intensity was not asked."""
DARK_UNDER = 0.5
"""Luma of a ground below which it is written on in white."""


@dataclass(frozen=True, slots=True)
class Look:
    """What decides how a mark looks; intensity None: not asked, which is hatched."""

    intensity: int | None
    layer: AuthorLayer = AuthorLayer.PATIENT
    selected: bool = False


def ink_on(colour: str) -> QColor:
    """Black or white, whichever is read better on `colour`."""
    ground = QColor(colour)
    luma = 0.2126 * ground.redF() + 0.7152 * ground.greenF() + 0.0722 * ground.blueF()
    return QColor("#ffffff") if luma < DARK_UNDER else QColor("#14181a")


def paint_area(painter: QPainter, area: QPainterPath, look: Look, colours: Palette) -> None:
    """Fill and outline the area of a mark, in pixels."""
    if look.intensity is None:
        fill = QColor(colours.surface)
        fill.setAlphaF(0.55)
        painter.fillPath(area, fill)
        painter.fillPath(
            area, QBrush(QColor(colours.pain[UNASKED_STEP]), Qt.BrushStyle.BDiagPattern)
        )
        edge = QColor(colours.pain[UNASKED_STEP])
    else:
        fill = QColor(colours.pain[look.intensity])
        fill.setAlphaF(FILL_STRENGTH)
        painter.fillPath(area, fill)
        edge = QColor(colours.pain[min(10, max(look.intensity + 2, 5))])
    if look.selected:
        painter.strokePath(area, QPen(QColor(colours.surface), SELECTED_LINE_PX + 3))
    pen = QPen(QColor(colours.accent) if look.selected else edge)
    pen.setWidthF(SELECTED_LINE_PX if look.selected else 1.2)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if look.layer is AuthorLayer.DOCTOR:
        pen.setDashPattern([3.2, 2.2] if look.selected else [4.0, 3.0])
    painter.strokePath(area, pen)


def paint_pill(painter: QPainter, at: QPointF, area: QRectF, text: str, colours: Palette) -> None:
    """The selected site's number; beside a small mark, so that the mark stays seen."""
    middle = at
    if min(area.width(), area.height()) < LARGE_PX:
        outwards = -1 if at.x() < painter.window().width() / 2 else 1
        edge = area.left() if outwards < 0 else area.right()
        middle = QPointF(edge + outwards * PILL_AWAY_PX, area.center().y())
        painter.setPen(QPen(QColor(colours.accent), 1.5))
        painter.drawLine(QPointF(edge, middle.y()), middle)
    pill = QRectF(middle.x() - 13, middle.y() - 10.5, 26, 21)
    painter.setPen(QPen(QColor(colours.surface), 2))
    painter.setBrush(QColor(colours.accent))
    painter.drawRoundedRect(pill, 10.5, 10.5)
    painter.setPen(QColor(colours.on_accent))
    painter.setFont(theme.font(NUMBER_PX + 1, strong=True))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)


def paint_text(painter: QPainter, at: QPointF, text: str, ink: QColor, halo: QColor) -> None:
    """Write around `at`, with a seam in `halo`, so that it is read on any ground."""
    font = theme.font(NUMBER_PX, strong=True)
    path = QPainterPath()
    path.addText(QPointF(0, 0), font, text)
    box = path.boundingRect()
    path.translate(at - box.center())
    pen = QPen(halo, 3.0)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, pen)
    painter.fillPath(path, ink)
