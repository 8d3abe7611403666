"""What is written over a CT picture: corners, letters at the edges, banner, scale bar."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap

from painmap.ui.ct_figure import Facing, paint_figure
from painmap.ui.theme import CT, font

SMALL_TEXT_PX = 12
MARGIN_PX = 10.0
TEXT_PX = 13
LETTER_PX = 17
SCALE_BARS_MM = (200, 100, 50, 20, 10, 5, 2, 1)
FIGURE_ABOVE_PX = 34.0
"""The figure stands above the scale bar."""

SCALE_BAR_SHARE = 0.3
"""A scale bar takes at most this part of the width."""


class Tone(StrEnum):
    TEXT = "text"
    FAINT = "faint"
    WARNING = "warning"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a caption."""

    text: str
    tone: Tone = Tone.TEXT


@dataclass(frozen=True, slots=True)
class Captions:
    """What is written in the corners and at the edges of a view.

    Parameters
    ----------
    letters : tuple of str
        At the left, right, top and bottom edge.
    facing : Facing or None
        How the figure beside the picture lies; None: there is none.
    """

    letters: tuple[str, str, str, str] = ("?", "?", "?", "?")
    top_left: tuple[Line, ...] = ()
    top_right: tuple[Line, ...] = ()
    bottom_left: tuple[Line, ...] = ()
    bottom_right: tuple[Line, ...] = ()
    banner: str = ""
    facing: Facing | None = None


def text(painter: QPainter, baseline: QPointF, words: str, colour: QColor) -> None:
    """Write `words` with a dark edge, readable on any grey."""
    if painter.transform().isScaling() or painter.transform().isRotating():
        _edged(painter, baseline, words, colour)
        return
    # the same words stand on picture after picture: written once, then laid down
    ratio = painter.deviceTransform().m11()
    picture, origin = _written(words, _style(painter.font()), colour.rgba(), ratio)
    painter.drawPixmap(QPointF(round(baseline.x()), round(baseline.y())) - origin, picture)


def _edged(painter: QPainter, baseline: QPointF, words: str, colour: QColor) -> None:
    painter.setPen(QColor(CT.halo))
    for x, y in ((1, 1), (-1, 1), (1, -1), (-1, -1)):
        painter.drawText(baseline + QPointF(x, y), words)
    painter.setPen(colour)
    painter.drawText(baseline, words)


def _style(used: QFont) -> tuple[int, bool]:
    """Size in pixels, and whether it is semi-bold: all that fonts over a picture differ in."""
    return used.pixelSize(), used.weight() >= QFont.Weight.DemiBold


@lru_cache(maxsize=512)
def _written(
    words: str, style: tuple[int, bool], colour: int, ratio: float
) -> tuple[QPixmap, QPointF]:
    """Words as a picture, and where its corner lies from the baseline's beginning."""
    written_in = font(style[0], strong=style[1])
    metrics = QFontMetricsF(written_in)
    around = metrics.boundingRect(words).toAlignedRect().adjusted(-3, -3, 3, 3)
    picture = QPixmap(around.size() * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(written_in)
    _edged(painter, QPointF(-around.left(), -around.top()), words, QColor.fromRgba(colour))
    painter.end()
    return picture, QPointF(-around.left(), -around.top())


_TONES = {
    Tone.TEXT: CT.text,
    Tone.FAINT: CT.faint,
    Tone.WARNING: CT.warning,
    Tone.STRONG: CT.letter,
}


NO_CAPTIONS = Captions()


@dataclass(frozen=True, slots=True)
class Written:
    """What is written over one picture.

    Parameters
    ----------
    px_per_mm : float or None
        For the scale bar; None where lengths are not known.
    small : bool
        The picture is shown small, and so is what is written on it.
    """

    captions: Captions
    px_per_mm: float | None
    small: bool = False


def paint_words(painter: QPainter, frame: QRectF, written: Written) -> None:
    """Write captions, letters and scale bar into `frame`."""
    captions = written.captions
    size = SMALL_TEXT_PX if written.small else TEXT_PX
    top = frame.top()
    if captions.banner:
        top = _paint_banner(painter, frame, captions.banner, small=written.small)
    area = QRectF(frame.left(), top, frame.width(), frame.bottom() - top)
    _paint_corner(painter, area, captions.top_left, size, right=False, bottom=False)
    _paint_corner(painter, area, captions.top_right, size, right=True, bottom=False)
    _paint_corner(painter, area, captions.bottom_left, size, right=False, bottom=True)
    _paint_corner(painter, area, captions.bottom_right, size, right=True, bottom=True)
    _paint_letters(painter, area, written)
    if written.px_per_mm is not None:
        _paint_scale_bar(painter, frame, written.px_per_mm, written)
    if captions.facing is not None and not captions.bottom_left:
        paint_figure(painter, area.left() + 4, area.bottom() - FIGURE_ABOVE_PX, captions.facing)


def kept_free(frame: QRectF, captions: Captions, *, small: bool) -> list[QRectF]:
    """What corners and letters at the sides cover: names of marks keep away from it."""
    size = SMALL_TEXT_PX if small else TEXT_PX
    metrics = _metrics(size)
    top = frame.top() + (_banner_px(small=small) if captions.banner else 0.0) + MARGIN_PX
    found = []
    for lines, is_right in ((captions.top_left, False), (captions.top_right, True)):
        if lines:
            width = max(width_of(line.text, size, strong=True) for line in lines)
            left = frame.right() - MARGIN_PX - width if is_right else frame.left() + MARGIN_PX
            found.append(QRectF(left, top, width, len(lines) * (metrics.height() + 2)))
    side = (top - MARGIN_PX + frame.bottom()) / 2
    for at in (frame.left() + MARGIN_PX, frame.right() - MARGIN_PX - LETTER_PX):
        found.append(QRectF(at, side - LETTER_PX / 2, LETTER_PX, LETTER_PX))
    return found


@lru_cache(maxsize=2048)
def width_of(words: str, size: int, *, strong: bool) -> float:
    """Pixels that words take; the same words stand on picture after picture."""
    return float(QFontMetricsF(font(size, strong=strong)).horizontalAdvance(words))


@lru_cache(maxsize=512)
def within(words: str, size: int, room: float, *, strong: bool) -> str:
    """Words cut at their end, so that they take no more pixels than there are."""
    if width_of(words, size, strong=strong) <= room:
        return words
    metrics = QFontMetricsF(font(size, strong=strong))
    return str(metrics.elidedText(words, Qt.TextElideMode.ElideRight, max(room, 0.0)))


@lru_cache(maxsize=8)
def _metrics(size: int) -> QFontMetricsF:
    return QFontMetricsF(font(size, strong=True))


def _banner_px(*, small: bool) -> float:
    return 20.0 if small else 24.0


def _paint_banner(painter: QPainter, frame: QRectF, words: str, *, small: bool) -> float:
    painter.setFont(font(11 if small else SMALL_TEXT_PX, strong=True))
    height = _banner_px(small=small)
    band = QRectF(frame.left(), frame.top(), frame.width(), height)
    ground = QColor(CT.warning)
    painter.fillRect(band, ground)
    painter.setPen(QColor(CT.ground))
    if QFontMetricsF(painter.font()).horizontalAdvance(words) > band.width() - 8:
        words = words.split(",")[0].split("   ")[0]
    painter.drawText(band, Qt.AlignmentFlag.AlignCenter, words)
    return frame.top() + height


def _paint_corner(
    painter: QPainter,
    area: QRectF,
    lines: tuple[Line, ...],
    size: int,
    *,
    right: bool,
    bottom: bool,
) -> None:
    for index, line in enumerate(reversed(lines) if bottom else lines):
        painter.setFont(font(size, strong=line.tone is Tone.STRONG))
        metrics = QFontMetricsF(painter.font())
        words = metrics.elidedText(
            line.text, Qt.TextElideMode.ElideRight, area.width() - 2 * MARGIN_PX
        )
        height = metrics.height() + 2
        x = area.left() + MARGIN_PX
        if right:
            x = area.right() - MARGIN_PX - metrics.horizontalAdvance(words)
        if bottom:
            y = area.bottom() - MARGIN_PX - metrics.descent() - index * height
        else:
            y = area.top() + MARGIN_PX + metrics.ascent() + index * height
        text(painter, QPointF(x, y), words, QColor(_TONES[line.tone]))


def _paint_letters(painter: QPainter, area: QRectF, written: Written) -> None:
    captions = written.captions
    left, right, top, bottom = captions.letters
    size = SMALL_TEXT_PX if written.small else TEXT_PX
    bar = (Line("100 mm"),) if written.px_per_mm is not None else ()
    painter.setFont(font(LETTER_PX, strong=True))
    metrics = QFontMetricsF(painter.font())
    side = area.center().y() + metrics.ascent() / 2 - 2
    head = area.top() + MARGIN_PX + metrics.ascent()
    foot = area.bottom() - MARGIN_PX - metrics.descent()
    upper = _between(area, captions.top_left, captions.top_right, metrics, top, size)
    lower = _between(
        area, (*captions.bottom_left, *bar), captions.bottom_right, metrics, bottom, size
    )
    painter.setFont(font(LETTER_PX, strong=True))
    for letter, x, y in (
        (left, area.left() + MARGIN_PX, side),
        (right, area.right() - MARGIN_PX - metrics.horizontalAdvance(right), side),
        (top, upper, head),
        (bottom, lower, foot),
    ):
        text(painter, QPointF(x, y), letter, QColor(CT.letter))


def _between(
    area: QRectF,
    left: tuple[Line, ...],
    right: tuple[Line, ...],
    metrics: QFontMetricsF,
    letter: str,
    size: int,
) -> float:
    """Where a letter of the upper or lower edge begins: in the middle, or beside the texts."""
    reach = [
        max((width_of(each.text, size, strong=True) for each in side), default=0.0)
        for side in (left, right)
    ]
    gap = 12.0
    width = metrics.horizontalAdvance(letter)
    first = area.left() + MARGIN_PX + reach[0] + gap if reach[0] else area.left()
    last = area.right() - MARGIN_PX - reach[1] - gap - width if reach[1] else area.right()
    middle = area.center().x() - width / 2
    return max(min(middle, last), min(first, area.right() - MARGIN_PX - width))


def bar_length_mm(width_px: float, px_per_mm: float) -> int:
    """The longest round length that takes at most `SCALE_BAR_SHARE` of the width."""
    room = width_px * SCALE_BAR_SHARE / px_per_mm
    return next((length for length in SCALE_BARS_MM if length <= room), SCALE_BARS_MM[-1])


def _paint_scale_bar(painter: QPainter, frame: QRectF, px_per_mm: float, written: Written) -> None:
    length = bar_length_mm(frame.width(), px_per_mm)
    width = length * px_per_mm
    size = SMALL_TEXT_PX if written.small else TEXT_PX
    painter.setFont(font(size))
    metrics = QFontMetricsF(painter.font())
    lines = len(written.captions.bottom_left)
    base = frame.bottom() - MARGIN_PX - 2 - lines * (metrics.height() + 2)
    left = frame.left() + MARGIN_PX
    for colour, pen_width in ((CT.halo, 4.0), (CT.text, 2.0)):
        pen = QPen(QColor(colour), pen_width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(QPointF(left, base), QPointF(left + width, base))
        for x in (left, left + width):
            painter.drawLine(QPointF(x, base - 5), QPointF(x, base + 1))
    words = f"{length} mm"
    text(painter, QPointF(left + 4, base - 7), words, QColor(CT.text))
