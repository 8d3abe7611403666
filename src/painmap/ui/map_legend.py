"""How marks look, painted as the figure paints them."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from painmap.domain.pain import AuthorLayer
from painmap.ui import theme
from painmap.ui.body_look import Look, paint_swatch
from painmap.ui.theme import Palette

LINE_PX, SWATCH, WORDS_AT = 30, QSize(56, 20), 92
LINES = (
    (Look(None), "intensity not asked"),
    (Look(4, layer=AuthorLayer.DOCTOR), "dashed: found by the doctor"),
    (Look(4, selected=True), "the selected site"),
)


class MarkLegend(QWidget):
    """Three swatches with their meaning; the strip 0 to 10 is the legend of the colours."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._colours = palette
        self.setFixedHeight(LINE_PX * len(LINES))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("; ".join(words for _, words in LINES))

    def set_colours(self, palette: Palette) -> None:
        self._colours = palette
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, (look, words) in enumerate(LINES):
            top = number * LINE_PX + (LINE_PX - SWATCH.height()) / 2
            swatch = QPainterPath()
            swatch.addRoundedRect(QRectF(4, top, SWATCH.width(), SWATCH.height()), 6, 6)
            paint_swatch(painter, swatch, look, self._colours)
            painter.setPen(QColor(self._colours.muted))
            painter.setFont(theme.font(13))
            box = QRectF(WORDS_AT, number * LINE_PX, self.width() - WORDS_AT, LINE_PX)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()
