"""Quality chips and legend, drawn from the registry as the marks are."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QPushButton, QWidget

from painmap.domain.pain import AuthorLayer, Quality
from painmap.ui import theme
from painmap.ui.body_look import Look, ink_on, paint_swatch, paint_tick
from painmap.ui.quality_registry import QUALITIES
from painmap.ui.theme import Palette
from painmap.ui.widgets import Chips

SWATCH_PX = 18
EXAMPLE_STEP = 2
"""The intensity in whose colour a quality is shown where none is meant."""


def swatch(quality: Quality, palette: Palette, ratio: float = 2.0) -> QPixmap:
    """A quality's colour and pattern as a small square, as a mark would be painted."""
    side = round(SWATCH_PX * ratio)
    pixmap = QPixmap(QSize(side, side))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    square = QPainterPath()
    square.addRoundedRect(QRectF(1.5, 1.5, SWATCH_PX - 3, SWATCH_PX - 3), 4, 4)
    paint_swatch(painter, square, Look(EXAMPLE_STEP, qualities=(quality,)), palette)
    painter.end()
    return pixmap


def dress(chips: Chips, palette: Palette, *, roomy: bool) -> None:
    """Give quality chips their swatches, where there is room for them."""
    for quality, look in QUALITIES.items():
        chip: QPushButton = chips.chip(quality)
        chip.setIcon(QIcon(swatch(quality, palette)) if roomy else QIcon())
        chip.setIconSize(QSize(SWATCH_PX, SWATCH_PX))
        chip.setToolTip(f"{quality.value}: {look.pattern.value}, {look.letter} (Alt+{look.letter})")


LINE_PX, ROW_PX = 22, 104
OTHERS = (
    (Look(None), "not asked"),
    (Look(4, layer=AuthorLayer.DOCTOR), "doctor's"),
)


def paint_legend(
    painter: QPainter, box: QRectF, palette: Palette, *, columns: int, others: bool = True
) -> None:
    """All qualities with pattern and letter, then what lines and ticks mean.

    Parameters
    ----------
    columns : int
        How many stand side by side.
    others : bool
        Whether what was not asked and the doctor's marks are explained too.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    looks = [
        (Look(EXAMPLE_STEP, qualities=(quality,)), f"{look.letter}  {quality.value}")
        for quality, look in QUALITIES.items()
    ]
    looks += OTHERS if others else ()
    wide = box.width() / columns
    for number, (look, words) in enumerate([*looks, (None, "no pain, asked")]):
        down, across = divmod(number, columns)
        at = QPointF(box.left() + across * wide, box.top() + down * LINE_PX)
        if look is None:
            paint_tick(painter, at + QPointF(12, LINE_PX / 2), palette)
        else:
            area = QPainterPath()
            area.addRoundedRect(QRectF(at.x(), at.y() + 4, 24, 14), 4, 4)
            paint_swatch(painter, area, look, palette)
        painter.setFont(theme.font(12))
        painter.setPen(QColor(palette.ink))
        line = QRectF(at.x() + 31, at.y(), wide - 32, LINE_PX)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, words)
    painter.restore()


def legend_height(columns: int, *, others: bool = True) -> int:
    """Pixels that `paint_legend` needs."""
    count = len(QUALITIES) + (len(OTHERS) if others else 0) + 1
    return -(-count // columns) * LINE_PX


class LegendCard(QWidget):
    """The legend over the figure; it lets the hand through."""

    def __init__(self, palette: Palette, parent: QWidget) -> None:
        super().__init__(parent)
        self._colours = palette
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(
            "Legend: "
            + "; ".join(f"{q.value} {k.pattern.value}, {k.letter}" for q, k in QUALITIES.items())
        )
        self.setFixedSize(ROW_PX + 44, legend_height(1) + 42)
        self.hide()

    def set_colours(self, palette: Palette) -> None:
        self._colours = palette
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(self._colours.raised)
        ground.setAlphaF(0.95)
        painter.setPen(QPen(QColor(self._colours.line), 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        paint_ramp(painter, QRectF(10, 8, self.width() - 20, 18), self._colours)
        inside = QRectF(12, 34, self.width() - 20, self.height())
        paint_legend(painter, inside, self._colours, columns=1)
        painter.end()


def paint_ramp(painter: QPainter, box: QRectF, palette: Palette) -> None:
    """0 to 10 in the colours of the intensity."""
    wide = box.width() / len(palette.pain)
    painter.save()
    painter.setFont(theme.font(min(11, round(box.height() * 0.62)), strong=True))
    for value, colour in enumerate(palette.pain):
        cell = QRectF(box.left() + value * wide, box.top(), wide, box.height())
        painter.fillRect(cell, QColor(colour))
        painter.setPen(ink_on(colour))
        painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, str(value))
    painter.restore()
