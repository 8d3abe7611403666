"""The look of one mark: colour by intensity, outline by author, accent when selected."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen

from painmap.domain.pain import AuthorLayer, Quality
from painmap.ui import theme
from painmap.ui.quality_registry import QUALITIES, letters_of, pattern_brush
from painmap.ui.theme import Palette

FILL_STRENGTH = 0.86
"""The figure's shading stays visible through a mark."""
SELECTED_LINE_PX = 2.6
NUMBER_PX = 12
LARGE_PX, PILL_AWAY_PX = 44.0, 30.0
"""A mark that is larger has its number inside; beside a smaller one it stands so far off."""
TICK_PX = 7.5
UNASKED_STEP = 5
"""The step of the ramp whose colour hatches a mark whose intensity was not asked."""
DARK_UNDER = 0.5
"""Luma of a ground below which it is written on in white."""
PATTERN_STRENGTH = 0.62
"""Of the pattern of a quality over the colour of the intensity."""


@dataclass(frozen=True, slots=True)
class Look:
    """What decides how a mark looks; intensity None: not asked, which is hatched."""

    intensity: int | None
    layer: AuthorLayer = AuthorLayer.PATIENT
    selected: bool = False
    qualities: tuple[Quality, ...] = ()
    plain: bool = False
    """Whether it is too thin for a pattern."""

    @property
    def text(self) -> str:
        """Number and letters of a mark, such as "7 AB"; empty while nothing was asked."""
        number = "" if self.intensity is None else str(self.intensity)
        return f"{number} {letters_of(self.qualities)}".strip()


def ink_on(colour: str) -> QColor:
    """Black or white, whichever is read better on `colour`."""
    ground = QColor(colour)
    luma = 0.2126 * ground.redF() + 0.7152 * ground.greenF() + 0.0722 * ground.blueF()
    return QColor("#ffffff") if luma < DARK_UNDER else QColor("#14181a")


Bands = Sequence[tuple[float, QPainterPath]]
"""Pieces of a mark with their strength, 0 to 1."""


def paint_area(
    painter: QPainter,
    area: QPainterPath,
    look: Look,
    colours: Palette,
    bands: Bands = (),
) -> None:
    """Fill and outline the area of a mark, in pixels; `bands` fill it less where it is light."""
    if look.intensity is None:
        fill = QColor(colours.paper)
        fill.setAlphaF(0.55)
        painter.fillPath(area, fill)
        if not look.qualities:
            for strength, piece in bands or ((1.0, area),):
                ink = QColor(colours.pain[UNASKED_STEP])
                ink.setAlphaF(strength)
                painter.fillPath(piece, QBrush(ink, Qt.BrushStyle.BDiagPattern))
        edge = QColor(colours.pain[UNASKED_STEP])
    else:
        fill = QColor(colours.pain[look.intensity])
        for strength, piece in bands or ((1.0, area),):
            fill.setAlphaF(FILL_STRENGTH * strength)
            painter.fillPath(piece, fill)
        edge = QColor(colours.pain[min(10, max(look.intensity + 2, 5))])
    if look.qualities:
        first = QUALITIES[look.qualities[0]]
        edge = first.colour(colours)
        ground = colours.paper if look.intensity is None else colours.pain[look.intensity]
        ink = ink_on(ground)
        ink.setAlphaF(PATTERN_STRENGTH)
        if not look.plain:
            painter.fillPath(area, pattern_brush(first.pattern, ink))
    if look.selected:
        painter.strokePath(area, QPen(QColor(colours.surface), SELECTED_LINE_PX + 3))
    pen = QPen(QColor(colours.accent) if look.selected else edge)
    pen.setWidthF(SELECTED_LINE_PX if look.selected else 2.0 if look.qualities else 1.2)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if look.layer is AuthorLayer.DOCTOR:
        pen.setDashPattern([3.2, 2.2] if look.selected else [4.0, 3.0])
    painter.strokePath(area, pen)


def paint_swatch(painter: QPainter, area: QPainterPath, look: Look, colours: Palette) -> None:
    """A mark as a legend shows it: on skin, so that it has the colour that it has there."""
    painter.fillPath(area, QColor(colours.skin))
    paint_area(painter, area, look, colours)


def paint_pill(painter: QPainter, at: QPointF, area: QRectF, text: str, colours: Palette) -> None:
    """The selected site's number; beside a small mark, so that the mark stays seen."""
    middle = at
    if min(area.width(), area.height()) < LARGE_PX:
        outwards = -1 if at.x() < painter.window().width() / 2 else 1
        edge = area.left() if outwards < 0 else area.right()
        middle = QPointF(edge + outwards * PILL_AWAY_PX, area.center().y())
        painter.setPen(QPen(QColor(colours.accent), 1.5))
        painter.drawLine(QPointF(edge, middle.y()), middle)
    painter.setFont(theme.font(NUMBER_PX + 1, strong=True))
    wide = max(26.0, painter.fontMetrics().horizontalAdvance(text) + 14.0)
    pill = QRectF(middle.x() - wide / 2, middle.y() - 10.5, wide, 21)
    painter.setPen(QPen(QColor(colours.surface), 2))
    painter.setBrush(QColor(colours.accent))
    painter.drawRoundedRect(pill, 10.5, 10.5)
    painter.setPen(QColor(colours.on_accent))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)


def paint_text(painter: QPainter, at: QPointF, text: str, ink: QColor, halo: QColor) -> None:
    """Write around `at`, with a seam in `halo`, so that it is read on any ground."""
    write_text(painter, text_path(text, at), ink, halo)


def text_path(text: str, at: QPointF) -> QPainterPath:
    """The letters of a number, around `at`."""
    path = QPainterPath()
    path.addText(QPointF(0, 0), theme.font(NUMBER_PX, strong=True), text)
    path.translate(at - path.boundingRect().center())
    return path


def write_text(painter: QPainter, path: QPainterPath, ink: QColor, halo: QColor) -> None:
    """Paint letters with their seam."""
    pen = QPen(halo, 3.0)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, pen)
    painter.fillPath(path, ink)


def paint_tick(painter: QPainter, at: QPointF, colours: Palette) -> None:
    """The stamp of a region that was asked about and has no pain."""
    painter.save()
    painter.setPen(QPen(QColor(colours.accent), 1.2))
    ground = QColor(colours.surface)
    ground.setAlphaF(0.9)
    painter.setBrush(ground)
    painter.drawEllipse(at, TICK_PX, TICK_PX)
    tick = QPainterPath(at + QPointF(-3.6, 0.2))
    tick.lineTo(at + QPointF(-1.0, 3.0))
    tick.lineTo(at + QPointF(4.0, -3.2))
    pen = QPen(QColor(colours.accent), 1.8)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(tick, pen)
    painter.restore()


def paint_ghost(painter: QPainter, area: QPainterPath, colours: Palette) -> None:
    """A mark of an earlier visit: an outline of dots that waits for an answer."""
    painter.save()
    soft = QColor(colours.skin_ink)
    soft.setAlphaF(0.13)
    painter.fillPath(area, soft)
    pen = QPen(QColor(colours.skin_ink), 1.6)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setDashPattern([0.4, 2.4])
    painter.strokePath(area, pen)
    painter.restore()
