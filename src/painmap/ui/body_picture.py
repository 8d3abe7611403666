"""A view of the figure with its marks as a picture of its own, for export and print.

Everything that is needed to read it is burnt in: the view, the patient's R and L on both
flanks, the numbers, and what the colours and lines mean.
"""

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QPen

from painmap.bodymap.overlays import Overlay
from painmap.bodymap.template import BodyTemplate
from painmap.domain.pain import AuthorLayer
from painmap.domain.sentences import plural
from painmap.domain.visit import Visit
from painmap.services.catalogue import overlay_facts
from painmap.ui import theme
from painmap.ui.body_camera import Camera, frame_of
from painmap.ui.body_figures import WHOLE_VIEWS, figure_with
from painmap.ui.body_ink import ink_of
from painmap.ui.body_look import Look, ink_on, paint_area
from painmap.ui.body_marks import marks_of_other_figures, paint_marks, scene_of
from painmap.ui.body_overlays import paint_overlays
from painmap.ui.body_paint import paint_body, paint_letters
from painmap.ui.quality_chips import legend_height, paint_legend
from painmap.ui.theme import LIGHT, Palette

PICTURE_SIZE = QSize(900, 1500)
NO_OVERLAYS: frozenset[Overlay] = frozenset()
TITLE_PX, LEGEND_PX = 64, 92
OVERLAY_LINE_PX = 19
"""A line of the legend for each kind that is laid over."""
QUALITY_COLUMNS = 4
MARGIN_PX = 28


def body_pictures(
    visit: Visit, template: BodyTemplate, overlays: frozenset[Overlay] = NO_OVERLAYS
) -> Mapping[str, QImage]:
    """Every view of the whole figure, and zooms with marks, by file name; the front first.

    Marks of another figure that this program has are shown on that one, in files of its name.
    """
    marked = {mark.view for mark in visit.marks if mark.template == template.ref}
    views = [view for view in template.views if view in WHOLE_VIEWS or view in marked]
    found = {
        f"body-{view}.png": picture(visit, template, view, PICTURE_SIZE, overlays=overlays)
        for view in views
    }
    for ref in dict.fromkeys(mark.template for mark in visit.marks):
        other = figure_with(ref) if ref != template.ref else None
        for view in {mark.view: None for mark in visit.marks if mark.template == ref}:
            if other is not None:
                older = ref.id == template.ref.id
                named = f"{ref.id}-version-{ref.version}" if older else ref.id
                found[f"body-{named}-{view}.png"] = picture(
                    visit, other, view, PICTURE_SIZE, overlays=overlays
                )
    return found


def picture(
    visit: Visit,
    template: BodyTemplate,
    view: str,
    size: QSize,
    palette: Palette = LIGHT,
    *,
    overlays: frozenset[Overlay] = NO_OVERLAYS,
) -> QImage:
    """Paint one view on white.

    Parameters
    ----------
    visit : Visit
    template : BodyTemplate
        Marks of another figure are counted in the legend, not drawn.
    view : str
        "front" or "back".
    size : QSize
        Pixels.
    palette : Palette
        The light one is meant; white stays white in any.
    overlays : frozenset of Overlay
        What is laid over, under the marks; the legend says so.
    """
    image = QImage(size, QImage.Format.Format_RGB32)
    image.setDotsPerMeterX(7874)
    image.setDotsPerMeterY(7874)
    image.fill(QColor("#ffffff"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    factor = size.height() / 900
    painter.scale(factor, factor)
    wide, high = size.width() / factor, 900.0
    _paint_title(painter, view, template, wide, palette)
    said = says_qualities(visit)
    laid = overlay_facts().said(overlays)
    legend = (
        LEGEND_PX
        + OVERLAY_LINE_PX * len(laid)
        + (legend_height(QUALITY_COLUMNS, others=False) + 6 if said else 0)
    )
    shown = template.views[view]
    figure = Camera(wide, high - TITLE_PX - legend).framed(frame_of(shown))
    painter.save()
    painter.translate(0, TITLE_PX)
    ink = ink_of(template, view)
    paint_body(painter, ink, figure, palette)
    paint_overlays(painter, template, shown, figure, palette, overlays)
    paint_marks(painter, scene_of(visit, template.ref, view), ink, figure, palette)
    left, right = shown.viewers_left, shown.viewers_right
    paint_letters(painter, left, figure, palette, viewers_right=right)
    painter.restore()
    _paint_legend(painter, visit, template, QRectF(0, high - legend, wide, LEGEND_PX), palette)
    if said:
        box = QRectF(MARGIN_PX, high - legend + LEGEND_PX - 6, wide - 2 * MARGIN_PX, legend)
        paint_legend(painter, box, palette, columns=QUALITY_COLUMNS, others=False)
    for number, words in enumerate(laid):
        at = QPointF(MARGIN_PX, high - 10 - OVERLAY_LINE_PX * (len(laid) - 1 - number))
        words = f"Laid over, not marked: {words}."
        _write(painter, at, words, theme.font(12), palette.muted)
    painter.end()
    return image


def says_qualities(visit: Visit) -> bool:
    """Whether there are patterns, letters or ticks that a legend must explain."""
    return bool(visit.pain_free) or any(site.qualities for site in visit.pain_sites)


def _write(
    painter: QPainter, at: QPointF, text: str, font: QFont, colour: str, *, right: bool = False
) -> None:
    painter.setFont(font)
    painter.setPen(QColor(colour))
    if right:
        at = at - QPointF(painter.fontMetrics().horizontalAdvance(text), 0)
    painter.drawText(at, text)


def _paint_title(
    painter: QPainter, view: str, template: BodyTemplate, wide: float, palette: Palette
) -> None:
    _write(
        painter,
        QPointF(MARGIN_PX, 38),
        f"{template.views[view].name} view",
        theme.font(19, strong=True),
        palette.ink,
    )
    figure = f"{template.ref.id} figure, version {template.ref.version}"
    at = QPointF(wide - MARGIN_PX, 38)
    _write(painter, at, figure, theme.font(12), palette.muted, right=True)


def _paint_legend(
    painter: QPainter, visit: Visit, template: BodyTemplate, box: QRectF, palette: Palette
) -> None:
    painter.setPen(QPen(QColor(palette.line), 1))
    painter.drawLine(
        QPointF(MARGIN_PX, box.top() + 8), QPointF(box.right() - MARGIN_PX, box.top() + 8)
    )
    small = theme.font(12)
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
    notes = ["R and L are the patient's."]
    if any(mark.layer is AuthorLayer.DOCTOR for mark in visit.marks):
        notes.append("Dashed: found by the doctor.")
    old = marks_of_other_figures(visit, template.ref)
    if old:
        notes.append(f"{plural(len(old), 'mark')} of another figure not drawn.")
    _write(painter, QPointF(MARGIN_PX, top + 48), " ".join(notes), small, palette.muted)
