"""How the figure itself looks: skin, shading, lines, region borders, and the letters R and L."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from painmap.domain.anatomy import Side
from painmap.ui import theme
from painmap.ui.body_camera import Camera, Letter, flank_letters
from painmap.ui.body_ink import ViewInk
from painmap.ui.body_shapes import transform_of
from painmap.ui.theme import Palette

BORDER_STRENGTH = 0.20
LETTER_PX = 20
SMALL_LETTER_PX = 13
LETTER_HALF_PX, SMALL_LETTER_HALF_PX = 15, 9
"""Half of the field on which a letter stands."""
ARROW_PX = 5.0


def paint_body(
    painter: QPainter, ink: ViewInk, camera: Camera, colours: Palette, *, borders: bool = True
) -> None:
    """Draw what does not change while the doctor works: everything but marks and letters."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setTransform(transform_of(camera), combine=True)
    painter.fillPath(ink.outline, QColor(colours.skin))
    ink.paint_shading(painter, colours)
    if borders:
        border = QColor(colours.skin_line)
        border.setAlphaF(BORDER_STRENGTH)
        painter.strokePath(ink.borders, _pen(border, 1.0))
    for line in ink.hairlines:
        hair = QColor(colours.skin_line)
        hair.setAlphaF(line.strength)
        painter.fillPath(line.path, hair)
    painter.strokePath(ink.outline, _pen(QColor(colours.skin_line), 1.4))
    painter.restore()


def _pen(colour: QColor, pixels: float) -> QPen:
    pen = QPen(colour, pixels)
    pen.setCosmetic(True)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def paint_letters(
    painter: QPainter,
    viewers_left: Side,
    camera: Camera,
    colours: Palette,
    *,
    small: bool = False,
    ground: str = "",
    viewers_right: Side | None = None,
) -> None:
    """Draw the patient's R and L on both flanks; they stand there at any zoom."""
    margin = (SMALL_LETTER_HALF_PX if small else LETTER_HALF_PX) + 5
    letters = flank_letters(viewers_left, camera, margin, viewers_right=viewers_right)
    paint_flanks(painter, letters, colours, small=small, ground=ground)


def paint_flanks(
    painter: QPainter,
    letters: tuple[Letter, Letter],
    colours: Palette,
    *,
    small: bool = False,
    ground: str = "",
) -> None:
    """Draw the letters where they were placed."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(theme.font(SMALL_LETTER_PX if small else LETTER_PX, strong=True))
    half = SMALL_LETTER_HALF_PX if small else LETTER_HALF_PX
    for letter in letters:
        box = QRectF(letter.at.x - half, letter.at.y - half, 2 * half, 2 * half)
        behind = QColor(ground or colours.surface)
        behind.setAlphaF(0.86)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(behind)
        painter.drawRoundedRect(box, 8, 8)
        painter.setPen(QColor(colours.ink))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter.text)
        if letter.beyond:
            _paint_arrow(painter, QPointF(letter.at.x, box.bottom() + 8), letter.beyond, colours)
    painter.restore()


def _paint_arrow(painter: QPainter, at: QPointF, outwards: int, colours: Palette) -> None:
    """Point to a flank that lies outside the picture."""
    arrow = QPainterPath(QPointF(at.x() - outwards * ARROW_PX, at.y() - ARROW_PX))
    arrow.lineTo(at.x() + outwards * ARROW_PX, at.y())
    arrow.lineTo(at.x() - outwards * ARROW_PX, at.y() + ARROW_PX)
    pen = _pen(QColor(colours.muted), 2.0)
    painter.strokePath(arrow, pen)
