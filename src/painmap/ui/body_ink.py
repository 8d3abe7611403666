"""A body view as Qt paths and a shading picture, made once from its template."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import shapely
from PySide6.QtCore import QByteArray, QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPolygonF
from shapely.geometry.base import BaseGeometry

from painmap.bodymap.template import BodyTemplate, BodyView
from painmap.domain.places import FigurePoint, TemplateRef
from painmap.ui.theme import Palette

SHADING_STRENGTH = 0.62
CONTOUR_STRENGTH = (0.35, 0.65)
"""Strength of a hairline of weight 0, and what weight 1 adds."""


def svg_path(text: str) -> QPainterPath:
    """A painter's path from the M, C and Z that templates use."""
    path = QPainterPath()
    for letter, body in re.findall(r"([MCZ])([^MCZ]*)", text):
        numbers = [float(part) for part in body.split()]
        if letter == "M":
            path.moveTo(*numbers)
        elif letter == "C":
            path.cubicTo(*numbers)
        else:
            path.closeSubpath()
    return path


def ring_path(rings: Iterable[Iterable[tuple[float, ...]]]) -> QPainterPath:
    """A painter's path from rings of corners."""
    path = QPainterPath()
    for ring in rings:
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y, *_ in ring]))
        path.closeSubpath()
    return path


def shape_path(shape: BaseGeometry) -> QPainterPath:
    """A painter's path from a polygon or several, holes left out."""
    path = QPainterPath()
    for part in shapely.get_parts(shape):
        path.addPath(ring_path(ring.coords[:-1] for ring in (part.exterior, *part.interiors)))
    return path


@dataclass(frozen=True, slots=True)
class Hairline:
    path: QPainterPath
    strength: float


@dataclass(frozen=True, slots=True)
class ViewInk:
    """What a view is drawn with, in figure units.

    Attributes
    ----------
    outline : QPainterPath
        Filled with skin, then drawn as a line.
    hairlines : tuple of Hairline
        Inner lines as filled shapes of swelling width.
    regions : mapping
        Area of each region by id.
    borders : QPainterPath
        All areas in one, for their hairline.
    label_at : mapping
        A place well inside each region.
    shade : QImage or None
        8-bit grey: 0 bare, 255 the deepest shade.
    shade_box : QRectF
        Where it lies.
    """

    outline: QPainterPath
    hairlines: tuple[Hairline, ...]
    regions: Mapping[str, QPainterPath]
    borders: QPainterPath
    label_at: Mapping[str, FigurePoint]
    shade: QImage | None
    shade_box: QRectF
    _tinted: dict[str, QImage] = field(default_factory=dict)

    def paint_shading(self, painter: QPainter, colours: Palette) -> None:
        """Lay the shade over the skin, in the shade's colour of the theme."""
        if self.shade is None:
            return
        painter.save()
        painter.setClipPath(self.outline)
        painter.setOpacity(SHADING_STRENGTH)
        painter.drawImage(self.shade_box, self._tint(self.shade, colours.skin_shade))
        painter.restore()

    def _tint(self, shade: QImage, colour: str) -> QImage:
        if colour not in self._tinted:
            ink = QImage(shade.size(), QImage.Format.Format_ARGB32)
            ink.fill(QColor(colour))
            ink.setAlphaChannel(shade)
            self._tinted[colour] = ink.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
        return self._tinted[colour]


_made: dict[tuple[TemplateRef, str], ViewInk] = {}


def ink_of(template: BodyTemplate, view: str) -> ViewInk:
    """The paths of a view; made on first use, and kept: a released figure never changes."""
    key = (template.ref, view)
    if key not in _made:
        _made[key] = _ink(template.views[view])
    return _made[key]


def _ink(view: BodyView) -> ViewInk:
    outline = QPainterPath()
    for text in view.outline:
        outline.addPath(svg_path(text))
    regions = {region.id: shape_path(region.shape) for region in view.regions}
    borders = QPainterPath()
    for area in regions.values():
        borders.addPath(area)
    base, more = CONTOUR_STRENGTH
    shading = view.shading
    shade = QImage.fromData(QByteArray(shading.png)) if shading is not None else None
    return ViewInk(
        outline=outline,
        hairlines=tuple(
            Hairline(ring_path([line.ink]), min(1.0, base + more * line.weight))
            for line in view.contours
        ),
        regions=regions,
        borders=borders,
        label_at={region.id: region.label_at for region in view.regions},
        shade=shade.convertToFormat(QImage.Format.Format_Grayscale8) if shade else None,
        shade_box=QRectF(*shading.rectangle) if shading is not None else QRectF(),
    )
