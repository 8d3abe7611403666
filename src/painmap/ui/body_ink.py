"""A body view as Qt paths and a shading picture, made once from its template."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

from painmap.bodymap.template import BodyTemplate, BodyView
from painmap.domain.places import FigurePoint, TemplateRef
from painmap.ui.body_paths import ring_path, shape_paths, svg_path
from painmap.ui.theme import Palette

SHADING_STRENGTH = 0.62
CONTOUR_STRENGTH = (0.35, 0.65)
"""Strength of a hairline of weight 0, and what weight 1 adds."""


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
        # within what the picture is already held to, such as one half of a comparison
        painter.setClipPath(self.outline, Qt.ClipOperation.IntersectClip)
        painter.setOpacity(SHADING_STRENGTH)
        painter.drawImage(self.shade_box, self._tint(self.shade, colours.skin_shade))
        painter.restore()

    def warm(self, colours: Palette) -> None:
        """Have the shade ready in the colours of the day."""
        if self.shade is not None:
            self._tint(self.shade, colours.skin_shade)

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
        return _made.setdefault(key, _ink(template.views[view]))  # the work lane makes some too
    return _made[key]


def is_inked(template: BodyTemplate, view: str) -> bool:
    """Whether the paths of a view are made."""
    return (template.ref, view) in _made


def _ink(view: BodyView) -> ViewInk:
    outline = QPainterPath()
    for text in view.outline:
        outline.addPath(svg_path(text))
    paths = shape_paths([region.shape for region in view.regions])
    regions = {region.id: path for region, path in zip(view.regions, paths, strict=True)}
    borders = QPainterPath()
    for area in regions.values():
        borders.addPath(area)
    base, more = CONTOUR_STRENGTH
    shading = view.shading
    shade = QImage.fromData(QByteArray(shading.png)) if shading is not None else None
    return ViewInk(
        outline=outline,
        hairlines=tuple(
            Hairline(ring_path([np.array(line.ink)]), min(1.0, base + more * line.weight))
            for line in view.contours
        ),
        regions=regions,
        borders=borders,
        label_at={region.id: region.label_at for region in view.regions},
        shade=shade.convertToFormat(QImage.Format.Format_Grayscale8) if shade else None,
        shade_box=QRectF(*shading.rectangle) if shading is not None else QRectF(),
    )
