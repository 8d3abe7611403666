"""Painting what belongs to a muscle on a picture: a light filling and a rim."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QTransform

from painmap.domain.places import Sha256
from painmap.imaging.slice_mask import Mask, SliceMask, rim_of
from painmap.ui.ct_paint_words import SMALL_TEXT_PX, text, width_of, within
from painmap.ui.theme import CT, font

HALF = 0.5
"""A pixel is painted over [i, i + 1], and the rim of a mask counts from pixel centres."""

MUSCLE_COLOURS = (
    "#ff9f7a",
    "#7ab8ff",
    "#e6a0e8",
    "#a9d46b",
    "#ffc94d",
    "#64d4c4",
    "#ff8fb0",
    "#b7a6ff",
    "#d9b38c",
    "#8fd0f0",
    "#e8e06a",
    "#c8c8c8",
)
"""Of the palette of muscles; each is read on dark pictures, names tell them apart."""

MOST_LABELS = 12
"""So often a name gives way to another before they may meet."""

FILLED_DASH = [4.0, 3.0]
"""The rim of a slice that was filled is dashed, that of one that was drawn or painted is not."""


@dataclass(frozen=True, slots=True)
class DrawnArea:
    """What of a picture belongs to a muscle.

    Parameters
    ----------
    name : str
        What is drawn, by content: equal names are equal areas.
    colour : int
        Number in the palette.
    opacity : int
        Of the filling, in percent.
    filled : bool
        It was filled between slices, not drawn: its rim is dashed.
    chosen : bool
    label : str
    path : QPainterPath
        In painted pixels.
    to_view : QTransform
        From painted pixels to the view's units.
    """

    name: str
    colour: int
    opacity: int
    filled: bool
    chosen: bool
    label: str
    path: QPainterPath = field(compare=False)
    to_view: QTransform = field(compare=False)


@dataclass(frozen=True, slots=True)
class DrawnRaster:
    """Colours over a picture, pixel by pixel.

    Parameters
    ----------
    name : tuple
        What is drawn, by content: equal names are equal pictures.
    image : QImage
    to_view : QTransform
        From painted pixels to the view's units.
    """

    name: tuple[object, ...]
    image: QImage = field(compare=False)
    to_view: QTransform = field(compare=False)


def path_of(mask: SliceMask) -> QPainterPath:
    """Trace a mask, in painted pixels: x is the column, y the row, edges whole numbers."""
    path = path_of_bits(mask.bits)
    path.translate(mask.left, mask.top)
    return path


def path_of_bits(bits: Mask) -> QPainterPath:
    """Trace a (rows, columns) mask that begins at the first painted pixel."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    for ring in rim_of(bits):
        points = (ring[:, ::-1] + HALF).tolist()
        path.moveTo(*points[0])
        for x, y in points[1:]:
            path.lineTo(x, y)
        path.closeSubpath()
    return path


class AreaPaths:
    """Traced masks by their name; tracing is too slow to do at every stroke of the brush."""

    def __init__(self) -> None:
        self._paths: dict[Sha256, QPainterPath] = {}

    def of(self, sha: Sha256, mask: SliceMask) -> QPainterPath:
        if sha not in self._paths:
            self._paths[sha] = path_of(mask)
        return self._paths[sha]

    def forget(self) -> None:
        self._paths.clear()


def colour_of(number: int) -> QColor:
    return QColor(MUSCLE_COLOURS[number % len(MUSCLE_COLOURS)])


def paint_area(painter: QPainter, frame: QRectF, to_device: QTransform, area: DrawnArea) -> None:
    """Paint one area; `painter` is in device pixels."""
    path = (area.to_view * to_device).map(area.path)
    if not path.boundingRect().intersects(frame):
        return
    colour = colour_of(area.colour)
    filling = QColor(colour)
    filling.setAlphaF(area.opacity / 100)
    pen = QPen(colour, 2.0 if area.chosen else 1.3)
    if area.filled:
        # a line of one pixel is drawn several times as fast, and there are many when leafing
        pen.setWidthF(2.0 if area.chosen else 1.0)
        pen.setDashPattern(FILLED_DASH)
    if area.chosen:
        halo = QColor(CT.halo)
        halo.setAlphaF(0.5)
        painter.strokePath(path, QPen(halo, 3.6))
    # the filling is smoothed by its rim; smoothed twice it takes three times as long
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillPath(path, filling)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.strokePath(path, pen)


def paint_area_labels(
    painter: QPainter,
    frame: QRectF,
    to_device: QTransform,
    areas: Iterable[DrawnArea],
    taken: list[QRectF],
) -> None:
    """Write the names of areas beside them, none over another, nor over what is `taken`."""
    for area in areas:
        if area.label:
            box = (area.to_view * to_device).mapRect(area.path.boundingRect())
            if box.intersects(frame):
                _paint_label(painter, frame, box, area, taken)


def _paint_label(
    painter: QPainter, frame: QRectF, box: QRectF, area: DrawnArea, taken: list[QRectF]
) -> None:
    painter.setFont(font(SMALL_TEXT_PX, strong=area.chosen))
    metrics = QFontMetricsF(painter.font())
    outwards = box.center().x() >= frame.center().x()
    # a name never reaches over to the other side of the body: it is cut before
    room = frame.right() - 8 - box.left() if outwards else box.right() - frame.left() - 8
    words = within(area.label, SMALL_TEXT_PX, room, strong=area.chosen)
    width = width_of(words, SMALL_TEXT_PX, strong=area.chosen)
    left = box.right() + 8 if outwards else box.left() - 8 - width
    left = min(max(frame.left() + 8, left), frame.right() - 8 - width)
    place = QRectF(left, box.center().y() - metrics.height() / 2, width, metrics.height())
    for _ in range(MOST_LABELS):
        if not any(place.intersects(other) for other in taken):
            break
        place.translate(0, metrics.height())
    taken.append(place)
    baseline = QPointF(place.left(), place.top() + metrics.ascent())
    text(painter, baseline, words, colour_of(area.colour))
