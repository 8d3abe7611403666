"""The one list of how qualities of pain look: colour, pattern and letter.

Marks on the figure, chips in the panel and every legend are drawn from it, on screen and in
exported pictures, so that a legend cannot say anything else than the marks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPixmap, QTransform

from painmap.domain.pain import Quality
from painmap.ui.theme import Palette

TILE_PX = 12.0
SHARPER = 4
"""Tiles are painted so many times larger, so that a printed picture is as sharp as a screen."""
LINE = 1.3


class PatternKind(StrEnum):
    """What lies over the colour of the intensity; the value says it in words."""

    SOLID = "solid"
    CROSSES = "crosses"
    SLASHES = "slashes"
    ZIGZAG = "zigzag"
    RINGS = "rings"
    WAVES = "waves"
    BARS = "upright lines"
    DOTS = "dots"
    DASHES = "short level bars"


@dataclass(frozen=True, slots=True)
class QualityLook:
    """How one quality looks.

    Parameters
    ----------
    letter : str
        Stands beside the number of a mark, on the chip, and is its key with Alt.
    pattern : PatternKind
    colour_index : int
        Its place among the palette's colours of qualities.
    """

    letter: str
    pattern: PatternKind
    colour_index: int

    def colour(self, palette: Palette) -> QColor:
        return QColor(palette.qualities[self.colour_index])


QUALITIES: Mapping[Quality, QualityLook] = MappingProxyType(
    {
        Quality.ACHING: QualityLook("A", PatternKind.SOLID, 0),
        Quality.BURNING: QualityLook("B", PatternKind.CROSSES, 1),
        Quality.STABBING: QualityLook("S", PatternKind.SLASHES, 2),
        Quality.SHOOTING: QualityLook("O", PatternKind.ZIGZAG, 3),
        Quality.THROBBING: QualityLook("T", PatternKind.RINGS, 4),
        Quality.CRAMPING: QualityLook("C", PatternKind.WAVES, 5),
        Quality.PRESSING: QualityLook("P", PatternKind.BARS, 6),
        Quality.TINGLING: QualityLook("G", PatternKind.DOTS, 7),
        Quality.NUMB: QualityLook("N", PatternKind.DASHES, 8),
    }
)
"""Crosses for burning, slashes for stabbing, dots for tingling, bars for numb: the usual keys
of printed pain drawings."""

BY_LETTER: Mapping[str, Quality] = MappingProxyType(
    {look.letter: quality for quality, look in QUALITIES.items()}
)


def letters_of(qualities: tuple[Quality, ...]) -> str:
    """Such as "AB" for aching and burning."""
    return "".join(QUALITIES[each].letter for each in qualities)


def pattern_brush(kind: PatternKind, ink: QColor) -> QBrush:
    """A brush that paints a pattern; nothing for a solid one."""
    if kind is PatternKind.SOLID:
        return QBrush(Qt.BrushStyle.NoBrush)
    brush = QBrush(_tile(kind, ink.rgba()))
    brush.setTransform(QTransform.fromScale(1 / SHARPER, 1 / SHARPER))
    return brush


@lru_cache(maxsize=64)
def _tile(kind: PatternKind, rgba: int) -> QPixmap:
    side = round(TILE_PX * SHARPER)
    tile = QPixmap(QSize(side, side))
    tile.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(SHARPER, SHARPER)
    ink = QColor.fromRgba(rgba)
    if kind is PatternKind.DOTS:
        painter.fillPath(_dots(), ink)
    else:
        pen = QPen(ink, LINE)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.strokePath(_lines(kind), pen)
    painter.end()
    return tile


def _dots() -> QPainterPath:
    dots = QPainterPath()
    for x, y in ((3, 3), (9, 9)):
        dots.addEllipse(QPointF(x, y), 1.3, 1.3)
    return dots


def _lines(kind: PatternKind) -> QPainterPath:
    """Lines that meet those of the next tile."""
    if kind is PatternKind.RINGS:
        ring = QPainterPath()
        ring.addEllipse(QRectF(3, 3, 6, 6))
        return ring
    if kind is PatternKind.WAVES:
        wave = QPainterPath(QPointF(0, 6))
        wave.cubicTo(QPointF(3, 1), QPointF(3, 1), QPointF(6, 6))
        wave.cubicTo(QPointF(9, 11), QPointF(9, 11), QPointF(12, 6))
        return wave
    corners = {
        PatternKind.CROSSES: ((3.5, 3.5, 8.5, 8.5), (8.5, 3.5, 3.5, 8.5)),
        PatternKind.SLASHES: ((-1, 7, 7, -1), (5, 13, 13, 5)),
        PatternKind.ZIGZAG: ((0, 9, 6, 3), (6, 3, 12, 9)),
        PatternKind.BARS: ((3, 0, 3, 12), (9, 0, 9, 12)),
        PatternKind.DASHES: ((1, 3, 7, 3), (7, 9, 13, 9), (-5, 9, 1, 9)),
    }[kind]
    lines = QPainterPath()
    for x0, y0, x1, y1 in corners:
        lines.moveTo(x0, y0)
        lines.lineTo(x1, y1)
    return lines
