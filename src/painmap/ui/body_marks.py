"""How marks of pain look: colour by intensity, number, outline by author, pill when selected."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QTransform,
)

from painmap.domain.pain import AuthorLayer, Mark, PainSite, RegionShape, StrokeShape
from painmap.domain.places import FigurePoint, TemplateRef
from painmap.domain.visit import Visit
from painmap.ui.body_camera import Camera
from painmap.ui.body_ink import ViewInk
from painmap.ui.body_look import Look, ink_on, paint_area, paint_pill, paint_text
from painmap.ui.theme import Palette

OTHER_LAYER = 0.42
"""How strongly marks of the author's layer show that is not worked on."""
ERASING = 0.25
LABELS_APART_PX = 44.0
"""Marks of one site share a number when they lie nearer than this."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is drawn on one view of the current figure.

    Parameters
    ----------
    marks : tuple of Mark
        Of this view and this very figure, the oldest first.
    sites : mapping
        Pain sites by id.
    selected : UUID or None
    layer : AuthorLayer or None
        The layer worked on; None: both alike.
    """

    marks: tuple[Mark, ...] = ()
    sites: Mapping[UUID, PainSite] = field(default_factory=dict)
    selected: UUID | None = None
    layer: AuthorLayer | None = None

    def look(self, mark: Mark) -> Look:
        return Look(self.intensity(mark), mark.layer, mark.site_id == self.selected)

    def intensity(self, mark: Mark) -> int | None:
        site = self.sites.get(mark.site_id)
        return site.intensity if site is not None else None


def scene_of(
    visit: Visit | None,
    template: TemplateRef,
    view: str,
    *,
    selected: UUID | None = None,
    layer: AuthorLayer | None = None,
) -> Scene:
    """Collect what is drawn on `view`; marks of another figure are never drawn on this one."""
    if visit is None:
        return Scene()
    return Scene(
        marks=tuple(m for m in visit.marks if m.view == view and m.template == template),
        sites={site.id: site for site in visit.pain_sites},
        selected=selected,
        layer=layer,
    )


def marks_of_other_figures(visit: Visit, template: TemplateRef) -> tuple[Mark, ...]:
    """Marks that were drawn on another figure, or another version of it."""
    return tuple(mark for mark in visit.marks if mark.template != template)


def mark_path(mark: Mark, ink: ViewInk) -> QPainterPath:
    """The area of a mark in figure units."""
    match mark.shape:
        case RegionShape(region_id=region_id):
            return ink.regions.get(region_id, QPainterPath())
        case StrokeShape() as stroke:
            return stroke_path(stroke)


@lru_cache(maxsize=256)
def stroke_path(stroke: StrokeShape) -> QPainterPath:
    """The area that the brush went over."""
    path = brush_path(stroke.points, stroke.width)
    return path.simplified()


def brush_path(points: tuple[FigurePoint, ...], width: float) -> QPainterPath:
    """The same while it is being drawn, quickly and with inner lines."""
    first, *rest = points
    if not rest:
        dot = QPainterPath()
        dot.addEllipse(QPointF(*first), width / 2, width / 2)
        return dot
    line = QPainterPath(QPointF(*first))
    for point in rest:
        line.lineTo(QPointF(*point))
    stroker = QPainterPathStroker()
    stroker.setWidth(width)
    stroker.setCapStyle(Qt.PenCapStyle.RoundCap)
    stroker.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    stroker.setCurveThreshold(0.05)
    area = stroker.createStroke(line)
    area.setFillRule(Qt.FillRule.WindingFill)
    return area


def mark_under(scene: Scene, ink: ViewInk, at: FigurePoint) -> Mark | None:
    """The uppermost mark of the layer worked on at a place."""
    point = QPointF(*at)
    for mark in reversed(scene.marks):
        if scene.layer in (None, mark.layer) and mark_path(mark, ink).contains(point):
            return mark
    return None


def label_point(mark: Mark, ink: ViewInk) -> FigurePoint:
    """Where the number of a mark stands: inside it."""
    match mark.shape:
        case StrokeShape(points=points):
            return points[len(points) // 2]
        case RegionShape(region_id=region_id):
            return ink.label_at.get(region_id, FigurePoint(0.0, 0.0))


# --- painting


def paint_marks(
    painter: QPainter,
    scene: Scene,
    ink: ViewInk,
    camera: Camera,
    colours: Palette,
    *,
    erasing: Collection[UUID] = (),
    numbers: bool = True,
) -> None:
    """Draw all marks, the selected site's last, then the numbers."""
    to_pixels = transform_of(camera)
    ordered = sorted(scene.marks, key=lambda mark: mark.site_id == scene.selected)
    for mark in ordered:
        painter.save()
        painter.setOpacity(_opacity(mark, scene, erasing))
        paint_area(painter, to_pixels.map(mark_path(mark, ink)), scene.look(mark), colours)
        painter.restore()
    if numbers:
        _paint_numbers(painter, ordered, scene, ink, camera, colours)


def _paint_numbers(
    painter: QPainter,
    ordered: Sequence[Mark],
    scene: Scene,
    ink: ViewInk,
    camera: Camera,
    colours: Palette,
) -> None:
    placed: dict[UUID, list[QPointF]] = {}
    for mark in ordered:
        at = QPointF(*camera.pixel(label_point(mark, ink)))
        near = placed.setdefault(mark.site_id, [])
        if any((at - other).manhattanLength() < LABELS_APART_PX for other in near):
            continue
        near.append(at)
        intensity = scene.intensity(mark)
        if mark.site_id == scene.selected:
            area = transform_of(camera).map(mark_path(mark, ink)).boundingRect()
            paint_pill(painter, at, area, "?" if intensity is None else str(intensity), colours)
        elif intensity is not None:
            fill = colours.pain[intensity]
            paint_text(painter, at, str(intensity), ink_on(fill), QColor(fill))


def transform_of(camera: Camera) -> QTransform:
    """Figure units to pixels."""
    origin = camera.pixel(FigurePoint(0.0, 0.0))
    return QTransform(camera.scale, 0, 0, camera.scale, origin.x, origin.y)


def _opacity(mark: Mark, scene: Scene, erasing: Collection[UUID]) -> float:
    if mark.id in erasing:
        return ERASING
    other = scene.layer is not None and mark.layer is not scene.layer
    return OTHER_LAYER if other and mark.site_id != scene.selected else 1.0
