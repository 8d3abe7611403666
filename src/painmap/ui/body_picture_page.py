"""The page around an exported view of the figure: title, flanks, legend, and the room between.

What is written and what is drawn have rooms of their own, so that neither can lie over the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen

from painmap.bodymap.figure import BodyTemplate, BodyView
from painmap.domain.pain import AuthorLayer
from painmap.domain.places import FigurePoint
from painmap.domain.sentences import plural
from painmap.domain.visit import Visit
from painmap.ui import theme
from painmap.ui.body_camera import FLANK_SHARE_Y, Camera, Letter, Pixel
from painmap.ui.body_look import Look, ink_on, paint_area
from painmap.ui.body_marks import marks_of_other_figures
from painmap.ui.body_paint import LETTER_HALF_PX, paint_flanks
from painmap.ui.quality_chips import legend_height, paint_legend
from painmap.ui.theme import Palette

TITLE_PX, LEGEND_PX = 64, 92
OVERLAY_LINE_PX = 19
"""A line of the legend for each kind that is laid over."""
QUALITY_COLUMNS = 4
MARGIN_PX = 28
LETTER_GAP_PX = LETTER_HALF_PX + 3.0
"""The middle of a letter stands so far beside the room of the figure."""
FLANK_PX = LETTER_GAP_PX + LETTER_HALF_PX
"""Width of what is kept for a letter on each flank."""


@dataclass(frozen=True, slots=True)
class Page:
    """Where on a picture what stands; pixels of a picture 900 high.

    Parameters
    ----------
    width, height : float
    legend_height : float
    """

    width: float
    height: float
    legend_height: float

    @property
    def figure(self) -> QRectF:
        """Where the figure and its marks are drawn, and nothing else is written."""
        across = self.width - 2 * FLANK_PX
        return QRectF(FLANK_PX, TITLE_PX, across, self.height - TITLE_PX - self.legend_height)

    @property
    def camera(self) -> Camera:
        """Pixels of the figure's room."""
        return Camera(self.figure.width(), self.figure.height())

    @property
    def legend(self) -> QRectF:
        return QRectF(0, self.height - self.legend_height, self.width, self.legend_height)


def says_qualities(visit: Visit) -> bool:
    """Whether there are patterns, letters or ticks that a legend must explain."""
    return bool(visit.pain_free) or any(site.qualities for site in visit.pain_sites)


def page_of(width: float, height: float, visit: Visit, laid: Sequence[str]) -> Page:
    """Give every part its room: the legend what it needs, the figure the rest."""
    qualities = legend_height(QUALITY_COLUMNS, others=False) + 6 if says_qualities(visit) else 0
    return Page(width, height, LEGEND_PX + qualities + OVERLAY_LINE_PX * len(laid))


def paint_page(
    painter: QPainter,
    page: Page,
    visit: Visit,
    template: BodyTemplate,
    view: BodyView,
    laid: Sequence[str],
    palette: Palette,
) -> None:
    """Write title and legend.

    Parameters
    ----------
    laid : sequence of str
        What lies over the figure, in the words that must stand with it.
    """
    _paint_title(painter, page, template, view, palette)
    _paint_scale(painter, page, palette)
    _paint_notes(painter, page, visit, template, palette)
    legend = page.legend
    if says_qualities(visit):
        top = legend.top() + LEGEND_PX - 6
        box = QRectF(MARGIN_PX, top, page.width - 2 * MARGIN_PX, legend.bottom() - top)
        paint_legend(painter, box, palette, columns=QUALITY_COLUMNS, others=False)
    for number, words in enumerate(laid):
        up = 10 + OVERLAY_LINE_PX * (len(laid) - 1 - number)
        at = QPointF(MARGIN_PX, page.height - up)
        _write(painter, at, f"Laid over, not marked: {words}.", theme.font(12), palette.muted)


def paint_sides(
    painter: QPainter, page: Page, view: BodyView, camera: Camera, palette: Palette
) -> None:
    """Write the patient's R and L beside all that is drawn, and frame a zoom.

    A zoom ends where the figure goes on, so its letters stand beyond the frame. Those of a whole
    view come as near as its marks let them.
    """
    room = page.figure
    aside = room.left() - LETTER_GAP_PX
    if view.kind == "zoom":
        painter.setPen(QPen(QColor(palette.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(room)
    else:
        nearest = camera.pixel(FigurePoint(camera.frame.left, 0)).x
        aside += max(float(round(nearest)), 0.0)
    y = room.top() + FLANK_SHARE_Y * room.height()
    left = Letter(view.viewers_left.word[0], Pixel(aside, y), 0)
    right = Letter(view.viewers_right.word[0], Pixel(page.width - aside, y), 0)
    paint_flanks(painter, (left, right), palette)


def _write(
    painter: QPainter, at: QPointF, text: str, font: QFont, colour: str, *, right: bool = False
) -> None:
    painter.setFont(font)
    painter.setPen(QColor(colour))
    if right:
        at = at - QPointF(painter.fontMetrics().horizontalAdvance(text), 0)
    painter.drawText(at, text)


def _paint_title(
    painter: QPainter, page: Page, template: BodyTemplate, view: BodyView, palette: Palette
) -> None:
    bold, small = theme.font(19, strong=True), theme.font(12)
    _write(painter, QPointF(MARGIN_PX, 38), f"{view.name} view", bold, palette.ink)
    figure = f"{template.ref.id} figure, version {template.ref.version}"
    at = QPointF(page.width - MARGIN_PX, 38)
    _write(painter, at, figure, small, palette.muted, right=True)


def _paint_scale(painter: QPainter, page: Page, palette: Palette) -> None:
    """The colours of 0 to 10, and of what was not asked."""
    box, small = page.legend, theme.font(12)
    painter.setPen(QPen(QColor(palette.line), 1))
    line = box.top() + 8
    painter.drawLine(QPointF(MARGIN_PX, line), QPointF(box.right() - MARGIN_PX, line))
    top = box.top() + 22
    _write(painter, QPointF(MARGIN_PX, top + 14), "Intensity", small, palette.muted)
    left = MARGIN_PX + 62.0
    for value, colour in enumerate(palette.pain):
        cell = QRectF(left + value * 22, top, 22, 19)
        painter.fillRect(cell, QColor(colour))
        painter.setPen(ink_on(colour))
        painter.setFont(small)
        painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, str(value))
    unasked = QRectF(left + 11 * 22 + 14, top, 22, 19)
    swatch = QPainterPath()
    swatch.addRect(unasked)
    paint_area(painter, swatch, Look(None), palette)
    _write(painter, QPointF(unasked.right() + 8, top + 14), "not asked", small, palette.muted)


def _paint_notes(
    painter: QPainter, page: Page, visit: Visit, template: BodyTemplate, palette: Palette
) -> None:
    notes = ["R and L are the patient's."]
    if any(mark.layer is AuthorLayer.DOCTOR for mark in visit.marks):
        notes.append("Dashed: found by the doctor.")
    old = marks_of_other_figures(visit, template.ref)
    if old:
        notes.append(f"{plural(len(old), 'mark')} of another figure not drawn.")
    at = QPointF(MARGIN_PX, page.legend.top() + 70)
    _write(painter, at, " ".join(notes), theme.font(12), palette.muted)
