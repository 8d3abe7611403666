"""The figure of the group map: front and back, each region the darker the more patients."""

from collections.abc import Mapping

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from painmap.bodymap.template import BodyTemplate
from painmap.services.group_map import LEAST_PATIENTS
from painmap.ui import theme
from painmap.ui.body_camera import Camera, frame_of
from painmap.ui.body_ink import ink_of
from painmap.ui.body_paint import paint_body, paint_letters
from painmap.ui.body_shapes import transform_of
from painmap.ui.theme import Palette

BANDS = ((0.75, "75 % and more"), (0.5, "50-74 %"), (0.25, "25-49 %"), (0.1, "10-24 %"))
LOWEST = "under 10 %"
STRENGTHS = (0.95, 0.68, 0.44, 0.25, 0.1)
"""Of the figure's neutral ink, for the bands and what is under them; no hue, which is pain's."""
FEW = f"blank: fewer than {LEAST_PATIENTS} patients, or none"
CAPTION_PX, LEGEND_PX, SWATCH_PX = 26, 72, 14
VIEWS = ("front", "back")


def band_of(share: float) -> int:
    """Number of the band that a share lies in, 0 for the highest; as it reads in whole percent."""
    percent = round(share * 100)
    found = (n for n, (least, _) in enumerate(BANDS) if percent >= round(least * 100))
    return next(found, len(BANDS))


class GroupFigure(QWidget):
    """Front and back beside each other, with the legend under them."""

    def __init__(self, template: BodyTemplate, palette: Palette) -> None:
        super().__init__()
        self._template, self._colours = template, palette
        self.shares: Mapping[str, float] = {}
        self.setMinimumSize(320, 360)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Figure with the share of patients in each region")

    def show_shares(self, shares: Mapping[str, float]) -> None:
        self.shares = dict(shares)
        self.update()

    def set_colours(self, palette: Palette) -> None:
        self._colours = palette
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide = self.width() / len(VIEWS)
        for number, view in enumerate(VIEWS):
            painter.save()
            painter.translate(number * wide, 0)
            self._paint_view(painter, view, wide)
            painter.restore()
        self._paint_legend(painter)
        painter.end()

    def _paint_view(self, painter: QPainter, view: str, wide: float) -> None:
        colours, shown = self._colours, self._template.views[view]
        painter.setFont(theme.font(13, strong=True))
        painter.setPen(QColor(colours.ink))
        painter.drawText(QRectF(0, 0, wide, CAPTION_PX), Qt.AlignmentFlag.AlignCenter, shown.name)
        painter.translate(0, CAPTION_PX)
        ink = ink_of(self._template, view)
        camera = Camera(wide, self.height() - CAPTION_PX - LEGEND_PX).framed(frame_of(shown))
        paint_body(painter, ink, camera, colours)
        painter.save()
        painter.setTransform(transform_of(camera), combine=True)
        for region, path in ink.regions.items():
            if region in self.shares:
                painter.fillPath(path, self._colour(band_of(self.shares[region])))
        painter.restore()
        paint_letters(
            painter,
            shown.viewers_left,
            camera,
            colours,
            small=True,
            viewers_right=shown.viewers_right,
        )

    def _colour(self, band: int) -> QColor:
        colour = QColor(self._colours.skin_ink)
        colour.setAlphaF(STRENGTHS[band])
        return colour

    def _paint_legend(self, painter: QPainter) -> None:
        painter.setFont(theme.font(11))
        words = [LOWEST, *reversed([said for _, said in BANDS])]
        left, top = 8.0, float(self.height() - LEGEND_PX + 8)
        for number, said in enumerate(words):
            across = painter.fontMetrics().horizontalAdvance(said) + SWATCH_PX + 20.0
            if left + across > self.width():
                left, top = 8.0, top + 20
            box = QRectF(left, top, SWATCH_PX, SWATCH_PX)
            painter.fillRect(box, QColor(self._colours.skin))
            painter.fillRect(box, self._colour(len(BANDS) - number))
            painter.setPen(QColor(self._colours.muted))
            text = QRectF(left + SWATCH_PX + 6, top - 3, across, 20)
            painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, said)
            left += across
        last = QRectF(8, top + 19, self.width() - 16, 20)
        painter.drawText(last, Qt.AlignmentFlag.AlignVCenter, FEW)
