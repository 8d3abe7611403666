"""How overlays look: softly, under the marks, each with its name and its words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import shapely
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from painmap.bodymap.figure import BodyTemplate, BodyView
from painmap.bodymap.overlays import Overlay, OverlayShape, level_places
from painmap.domain.anatomy import Side
from painmap.domain.places import FigurePoint, TemplateRef
from painmap.services.catalogue import muscles, overlay_facts, overlays_of
from painmap.ui import theme
from painmap.ui.body_camera import Camera
from painmap.ui.body_paths import shape_path
from painmap.ui.body_shapes import transform_of
from painmap.ui.theme import Palette

MUSCLE = (14, 120)
"""Hue and saturation of the outlines of muscles."""
ROOT_HUES = {"C": 178, "T": 212, "L": 268, "S": 34}
NERVE_HUES = (190, 28, 256, 120, 330, 62)
BAND, BAND_EDGE, BAND_EDGE_PX = 0.17, 0.09, 5.0
"""Strength of a band's middle, and of the wide stroke that makes its edge soft."""
AREA, OUTLINE = 0.15, 0.75
LABEL_PX, KEY_POINT_PX, TICK_PX = 11, 2.2, 6.0
LABEL_GAP_PX = 3.0
NOTE_PX, NOTE_GAP_PX = 17, 6


@dataclass(frozen=True, slots=True)
class Laid:
    """One outline, ready to be painted."""

    words: str
    path: QPainterPath
    side: Side
    label_at: FigurePoint
    tone: int
    """Hue."""
    deep: bool
    """Every second neighbour is a little deeper, so that two bands are told apart."""


_laid: dict[tuple[TemplateRef, str, Overlay], tuple[Laid, ...]] = {}


def laid(ref: TemplateRef, view: BodyView, kind: Overlay) -> tuple[Laid, ...]:
    """The outlines of a kind on a view, made once: an overlay never changes while we run."""
    key = (ref, view.id, kind)
    if key not in _laid:
        _laid[key] = _lay(ref, view, kind)
    return _laid[key]


def _lay(ref: TemplateRef, view: BodyView, kind: Overlay) -> tuple[Laid, ...]:
    found = []
    order: dict[str, int] = {}
    inside = view.silhouette
    for each in overlays_of(ref).shapes(kind, view):
        shape = each.shape if view.kind == "whole" else shapely.intersection(each.shape, inside)
        shape = shapely.make_valid(shape)
        parts = [part for part in shapely.get_parts(shape) if part.area > 0]
        if not parts:
            continue
        number = order.setdefault(each.id, len(order))
        largest = max(parts, key=lambda part: float(part.area))
        at = shapely.maximum_inscribed_circle(largest, tolerance=1.0).coords[0]
        found.append(
            Laid(
                words=words_of(kind, each.id),
                path=shape_path(shapely.MultiPolygon(parts)),
                side=each.side,
                label_at=FigurePoint(float(at[0]), float(at[1])),
                tone=_tone(kind, each, number),
                deep=number % 2 == 1,
            )
        )
    return tuple(found)


def names_at(
    ref: TemplateRef, view: BodyView, shown: Iterable[Overlay], at: FigurePoint
) -> tuple[str, ...]:
    """What is laid over at a place, once each: names that found no room on the figure as well."""
    wanted = frozenset(shown)
    place = QPointF(*at)
    return tuple(
        dict.fromkeys(
            each.words
            for kind in Overlay
            if kind in wanted
            for each in laid(ref, view, kind)
            if each.path.contains(place)
        )
    )


def words_of(kind: Overlay, name: str) -> str:
    """How an outline is called: the muscle, the root, or the nerve."""
    if kind is Overlay.MUSCLES:
        return muscles()[name].name
    return name if kind is Overlay.DERMATOMES else overlay_facts().facts[kind, name].words


def _tone(kind: Overlay, each: OverlayShape, number: int) -> int:
    if kind is Overlay.DERMATOMES:
        return ROOT_HUES[each.id[0]]
    return NERVE_HUES[number % len(NERVE_HUES)] if kind is Overlay.NERVES else MUSCLE[0]


def paint_overlays(
    painter: QPainter,
    template: BodyTemplate,
    view: BodyView,
    camera: Camera,
    colours: Palette,
    shown: Iterable[Overlay],
) -> None:
    """Lay what is switched on over the skin; names stand on one side, where there is room."""
    wanted = frozenset(shown)
    if not wanted:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    taken: list[QRectF] = []
    kinds = [kind for kind in Overlay if kind in wanted]
    for kind in kinds:
        _paint_kind(painter, kind, laid(template.ref, view, kind), camera)
    if Overlay.LEVELS in wanted:
        _paint_levels(painter, template, view, camera, colours, taken)
    if Overlay.DERMATOMES in wanted:
        for point in overlays_of(template.ref).key_points(view):
            _paint_point(painter, QPointF(*camera.pixel(point.at)), colours)
    for kind in kinds:
        _paint_names(painter, laid(template.ref, view, kind), view, camera, colours, taken)
    painter.restore()


def _paint_kind(painter: QPainter, kind: Overlay, outlines: Sequence[Laid], camera: Camera) -> None:
    transform = transform_of(camera)
    for each in outlines:
        area = transform.map(each.path)
        ink = _ink(each, kind)
        if kind is Overlay.DERMATOMES:
            painter.fillPath(area, _faint(ink, BAND))
            painter.strokePath(area, QPen(_faint(ink, BAND_EDGE), BAND_EDGE_PX))
            continue
        painter.fillPath(area, _faint(ink, AREA))
        pen = QPen(_faint(ink, OUTLINE), 1.2)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if kind is Overlay.NERVES:
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setDashPattern([0.6, 2.6])
        painter.strokePath(area, pen)


def _ink(each: Laid, kind: Overlay) -> QColor:
    """The same in both themes: the skin is pale in both."""
    rich = MUSCLE[1] if kind is Overlay.MUSCLES else 130
    return QColor.fromHsl(each.tone, rich, 70 if each.deep else 96)


def _faint(colour: QColor, strength: float) -> QColor:
    faint = QColor(colour)
    faint.setAlphaF(strength)
    return faint


def _paint_point(painter: QPainter, at: QPointF, colours: Palette) -> None:
    painter.setPen(QPen(QColor(colours.skin), 1.0))
    painter.setBrush(QColor(colours.skin_ink))
    painter.drawEllipse(at, KEY_POINT_PX, KEY_POINT_PX)


def _paint_names(
    painter: QPainter,
    outlines: Sequence[Laid],
    view: BodyView,
    camera: Camera,
    colours: Palette,
    taken: list[QRectF],
) -> None:
    """Name the outlines at the viewer's right; a name that would lie on another is left out."""
    painter.setFont(theme.font(LABEL_PX, strong=True))
    metrics = painter.fontMetrics()
    for each in outlines:
        if each.side is not view.viewers_right or not camera.shows(each.label_at):
            continue
        at = QPointF(*camera.pixel(each.label_at))
        wide, high = metrics.horizontalAdvance(each.words), metrics.height()
        box = QRectF(at.x() - wide / 2, at.y() - high / 2, wide, high)
        gap = box.adjusted(-LABEL_GAP_PX, 0, LABEL_GAP_PX, 0)
        outline = transform_of(camera).map(each.path).boundingRect()
        if wide > 1.5 * outline.width() + 12 or any(gap.intersects(other) for other in taken):
            continue
        taken.append(gap)
        _write(painter, box, each.words, colours)


def _write(painter: QPainter, box: QRectF, words: str, colours: Palette) -> None:
    path = QPainterPath()
    base = box.bottom() - painter.fontMetrics().descent()
    path.addText(QPointF(box.left(), base), painter.font(), words)
    halo = QPen(_faint(QColor(colours.skin), 0.9), 3.0)
    halo.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, halo)
    painter.fillPath(path, QColor(colours.skin_ink))


# --- levels


def _paint_levels(
    painter: QPainter,
    template: BodyTemplate,
    view: BodyView,
    camera: Camera,
    colours: Palette,
    taken: list[QRectF],
) -> None:
    outwards = -1.0 if view.only_side is Side.RIGHT else 1.0
    painter.setFont(theme.font(LABEL_PX, strong=True))
    metrics = painter.fontMetrics()
    for tick, place in level_places(template, view):
        if not camera.shows(place):
            continue
        at = QPointF(*camera.pixel(place))
        words = tick.level.value
        painter.setPen(QPen(QColor(colours.skin_ink), 1.4))
        painter.drawLine(at - QPointF(TICK_PX, 0), at + QPointF(TICK_PX, 0))
        wide, high = metrics.horizontalAdvance(words), metrics.height()
        left = at.x() + outwards * (TICK_PX + 4) - (wide if outwards < 0 else 0)
        box = QRectF(left, at.y() - high / 2, wide, high)
        taken.append(box)
        _write(painter, box, words, colours)


# --- what it is


def paint_note(painter: QPainter, at: QPointF, colours: Palette, shown: Iterable[Overlay]) -> None:
    """Say what is laid over, line by line downwards from `at`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for words in overlay_facts().said(shown):
        name, _, rest = words.partition(": ")
        for text, strong in ((name, True), (rest, False)):
            path = QPainterPath()
            path.addText(at, theme.font(LABEL_PX + 1, strong=strong), text)
            painter.strokePath(path, QPen(_faint(QColor(colours.surface), 0.9), 3.0))
            painter.fillPath(path, QColor(colours.muted))
            at = at + QPointF(0, NOTE_PX)
        at = at + QPointF(0, NOTE_GAP_PX)
    painter.restore()
