"""Marks that are painted once and stamped from then on.

A stroke's outline costs a quarter of a millisecond to paint, and a crowded figure has hundreds in
each view. What a mark looks like depends on its shape, its look, and how the figure lies on the
pixels; as long as these stay, its picture is laid down instead, in microseconds. So a changed
site, a turn of the figure, or a fresh page paints only what is new.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPaintEngine, QPainter, QPainterPath, QTransform

from painmap.domain.pain import Mark
from painmap.ui.body_camera import Camera
from painmap.ui.body_ink import ViewInk
from painmap.ui.body_look import Look, paint_area, text_path, write_text
from painmap.ui.body_shapes import pixel_bands, pixel_path
from painmap.ui.theme import Palette

EDGE_PX = 6
"""Room for the outline of a mark around its area."""
MOST_STAMP_PX = 400_000
"""A larger mark is painted each time: there are few of them, and their pictures cost memory."""
MOST_KEPT_PX = 24_000_000
"""Pixels of all pictures together: four bytes each."""
FINE = 8
"""Text is placed to this part of a pixel."""
PLAIN = (QTransform.TransformationType.TxNone, QTransform.TransformationType.TxTranslate)
DECIMALS = 3
"""Of a pixel: where the figure lies is not known more finely."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A picture of one mark.

    Parameters
    ----------
    held : tuple
        Keeps alive what the key names by identity.
    image : QImage
    left, top : int
        Device pixels from the figure's origin.
    """

    held: tuple[object, ...]
    image: QImage
    left: int
    top: int


class Stamps:
    """The stamps used last, up to so many pixels."""

    def __init__(self, most_px: int = MOST_KEPT_PX) -> None:
        self._most = most_px
        self._pixels = 0
        self._kept: OrderedDict[Hashable, Stamp] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._kept

    def get(self, key: Hashable, make: Callable[[], Stamp]) -> Stamp:
        """The stamp under `key`, made if it is not there."""
        stamp = self._kept.get(key)
        if stamp is None:
            stamp = self._kept[key] = make()
            self._pixels += _pixels(stamp)
            while self._pixels > self._most and len(self._kept) > 1:
                self._pixels -= _pixels(self._kept.popitem(last=False)[1])
        else:
            self._kept.move_to_end(key)
        return stamp


def _pixels(stamp: Stamp) -> int:
    return stamp.image.width() * stamp.image.height()


stamps = Stamps()
"""Of all figures of this program: the shapes of a visit are the same on every page."""


class Stamper:
    """Paints the marks of one view with one painter.

    Parameters
    ----------
    painter : QPainter
        On a picture; on paper, or when it is scaled, nothing is stamped.
    ink : ViewInk
    camera : Camera
    colours : Palette
    kept : Stamps
    """

    def __init__(
        self,
        painter: QPainter,
        ink: ViewInk,
        camera: Camera,
        colours: Palette,
        kept: Stamps = stamps,
    ) -> None:
        self._painter, self._ink, self._camera, self._colours = painter, ink, camera, colours
        self._kept = kept
        moved = painter.transform()
        engine = painter.paintEngine()
        self._stamps = (
            engine is not None
            and engine.type() is QPaintEngine.Type.Raster
            and moved.type() in PLAIN
        )
        self._ratio = painter.device().devicePixelRatioF()
        self._shift = QPointF(moved.dx(), moved.dy())
        middle = QPointF(camera.width / 2, camera.height / 2)
        self._origin = self._device(middle - QPointF(*camera.centre) * camera.scale)
        self._corner = QPointF(math.floor(self._origin.x()), math.floor(self._origin.y()))
        part = self._origin - self._corner
        self._view_key = (
            id(ink),
            id(colours),
            round(camera.scale, 6),
            round(part.x(), DECIMALS),
            round(part.y(), DECIMALS),
            self._ratio,
        )

    def _device(self, at: QPointF) -> QPointF:
        return (at + self._shift) * self._ratio

    def area(self, mark: Mark, look: Look) -> None:
        """Fill and outline a mark."""
        if not self._stamps:
            self._paint(mark, look)
            return
        stamp = self._kept.get(self._area_key(mark, look), lambda: self._of_area(mark, look))
        if stamp.image.isNull():  # too large to be kept
            self._paint(mark, look)
        else:
            self._lay(stamp, self._corner)

    def has(self, mark: Mark, look: Look) -> bool:
        """Whether a mark only needs to be laid down."""
        return self._stamps and self._area_key(mark, look) in self._kept

    def _area_key(self, mark: Mark, look: Look) -> Hashable:
        return ("area", id(mark.shape), look, self._view_key)

    def text(self, at: QPointF, words: str, ink: QColor, halo: QColor) -> None:
        """Write around a place, as `paint_text` does."""
        if not self._stamps:
            write_text(self._painter, text_path(words, at), ink, halo)
            return
        place = self._device(at) * FINE
        x, y = round(place.x()), round(place.y())
        corner = QPointF(x // FINE, y // FINE)
        key = ("text", words, ink.rgba(), halo.rgba(), x % FINE, y % FINE, self._ratio)
        part = QPointF(x % FINE, y % FINE) / FINE / self._ratio

        def make() -> Stamp:
            path = text_path(words, part)
            return self._made(path, lambda painter: write_text(painter, path, ink, halo), ())

        self._lay(self._kept.get(key, make), corner)

    def _paint(self, mark: Mark, look: Look) -> None:
        bands = pixel_bands(mark, self._camera)
        paint_area(self._painter, self._path(mark), look, self._colours, bands)

    def _path(self, mark: Mark) -> QPainterPath:
        return pixel_path(mark, self._ink, self._camera)

    def _of_area(self, mark: Mark, look: Look) -> Stamp:
        corner = self._corner / self._ratio - self._shift
        path = self._path(mark).translated(-corner)
        bands = tuple(
            (strength, piece.translated(-corner))
            for strength, piece in pixel_bands(mark, self._camera)
        )
        held = (mark.shape, self._ink, self._colours)
        return self._made(
            path, lambda painter: paint_area(painter, path, look, self._colours, bands), held
        )

    def _made(
        self, path: QPainterPath, paint: Callable[[QPainter], None], held: tuple[object, ...]
    ) -> Stamp:
        """Paint a path that lies at its place from the corner, in logical pixels."""
        box = path.boundingRect().adjusted(-EDGE_PX, -EDGE_PX, EDGE_PX, EDGE_PX)
        pixels = QRectF(box.topLeft() * self._ratio, box.size() * self._ratio).toAlignedRect()
        if pixels.width() * pixels.height() > MOST_STAMP_PX:
            return Stamp(held, QImage(), 0, 0)
        return Stamp(held, self._picture(pixels, paint), pixels.left(), pixels.top())

    def _picture(self, pixels: QRect, paint: Callable[[QPainter], None]) -> QImage:
        image = QImage(pixels.size(), QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(0)
        painter = QPainter(image)
        painter.setRenderHints(self._painter.renderHints())
        painter.translate(-pixels.topLeft())
        painter.scale(self._ratio, self._ratio)
        paint(painter)
        painter.end()
        image.setDevicePixelRatio(self._ratio)
        return image

    def _lay(self, stamp: Stamp, corner: QPointF) -> None:
        at = corner + QPointF(stamp.left, stamp.top)
        self._painter.drawImage(at / self._ratio - self._shift, stamp.image)
