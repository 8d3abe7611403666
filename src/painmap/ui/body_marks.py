"""How marks of pain look: colour by intensity, number, outline by author, pill when selected."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from itertools import islice
from uuid import UUID

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from painmap.domain.pain import ArrowShape, AuthorLayer, Mark, PainFree, PainSite, PointShape
from painmap.domain.places import FigurePoint, TemplateRef
from painmap.domain.visit import Visit
from painmap.ui.body_camera import Camera
from painmap.ui.body_ink import ViewInk
from painmap.ui.body_look import (
    Look,
    ink_on,
    paint_ghost,
    paint_pill,
    paint_tick,
)
from painmap.ui.body_shapes import is_at, label_point, pixel_path
from painmap.ui.body_stamps import Stamper
from painmap.ui.theme import Palette

OTHER_LAYER = 0.42
"""How strongly marks of the author's layer show that is not worked on."""
LABELS_APART_PX = 44.0
"""Marks of one site share a number when they lie nearer than this."""
MARKS_A_STEP = 8
"""Marks that are made ready at once: some milliseconds."""
FEW_MARKS = 2
"""Marks of one step of painting; one that was never painted may take a millisecond."""
MARKS_AT_ONCE = 32
"""So many marks without a stamp are painted in one go, within the time of a frame; of more, a
slice at a time."""
PaintStep = Callable[[QPainter], None]
POINT_TEXT_PX = 18.0
"""The number of a point stands so far beside it."""


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
    ticks : tuple of PainFree
        Regions of this view that were asked about and have no pain.
    ghosts : tuple of Mark
        Of an earlier visit, waiting to be confirmed.
    """

    marks: tuple[Mark, ...] = ()
    sites: Mapping[UUID, PainSite] = field(default_factory=dict)
    selected: UUID | None = None
    layer: AuthorLayer | None = None
    ticks: tuple[PainFree, ...] = ()
    ghosts: tuple[Mark, ...] = ()

    def look(self, mark: Mark) -> Look:
        site = self.sites.get(mark.site_id)
        qualities = site.qualities if site is not None else ()
        selected = mark.site_id == self.selected
        plain = isinstance(mark.shape, ArrowShape)
        return Look(self.intensity(mark), mark.layer, selected, qualities, plain)

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
    ghosts: tuple[Mark, ...] = (),
) -> Scene:
    """Collect what is drawn on `view`; marks of another figure are never drawn on this one."""
    if visit is None:
        return Scene()
    return Scene(
        marks=tuple(m for m in visit.marks if m.view == view and m.template == template),
        sites={site.id: site for site in visit.pain_sites},
        selected=selected,
        layer=layer,
        ticks=tuple(t for t in visit.pain_free if t.view == view and t.template == template),
        ghosts=tuple(g for g in ghosts if g.view == view and g.template == template),
    )


def marks_of_other_figures(visit: Visit, template: TemplateRef) -> tuple[Mark, ...]:
    """Marks that were drawn on another figure, or another version of it."""
    return tuple(mark for mark in visit.marks if mark.template != template)


def mark_under(scene: Scene, ink: ViewInk, at: FigurePoint, *, slack: float = 0.0) -> Mark | None:
    """The uppermost mark of the layer worked on at a place; thin ones within `slack` units."""
    for mark in reversed(scene.marks):
        if scene.layer in (None, mark.layer) and is_at(mark, ink, at, slack):
            return mark
    return None


def ghost_under(scene: Scene, ink: ViewInk, at: FigurePoint, *, slack: float = 0.0) -> Mark | None:
    """The mark of an earlier visit that waits at a place."""
    return next((mark for mark in reversed(scene.ghosts) if is_at(mark, ink, at, slack)), None)


# --- painting


def paint_marks(
    painter: QPainter,
    scene: Scene,
    ink: ViewInk,
    camera: Camera,
    colours: Palette,
    *,
    small: bool = False,
) -> None:
    """Draw ghosts, all marks, ticks; the selected site's marks last, then numbers.

    Small figures have neither numbers nor patterns: there is no room for them.
    """
    for step in mark_steps(scene, ink, camera, colours, small=small):
        step(painter)


def mark_steps(
    scene: Scene, ink: ViewInk, camera: Camera, colours: Palette, *, small: bool = False
) -> Iterator[PaintStep]:
    """The same in steps of some milliseconds, each to be painted over the one before."""

    def below(painter: QPainter) -> None:
        for ghost in scene.ghosts:
            paint_ghost(painter, pixel_path(ghost, ink, camera), colours)

    @lru_cache(maxsize=1)
    def stamper_of(painter: QPainter) -> Stamper:
        # many steps are painted by one painter
        return Stamper(painter, ink, camera, colours)

    def areas(painter: QPainter, some: Sequence[Mark]) -> None:
        stamper = stamper_of(painter)
        for mark in some:
            painter.setOpacity(_opacity(mark, scene))
            stamper.area(mark, _look(scene, mark, small=small))
        painter.setOpacity(1.0)

    def ticks(painter: QPainter) -> None:
        for tick in scene.ticks:
            paint_tick(painter, QPointF(*camera.pixel(tick_point(tick, ink))), colours)

    placed: dict[UUID, list[QPointF]] = {}

    def numbers(painter: QPainter, some: Sequence[Mark]) -> None:
        stamper = stamper_of(painter)
        _paint_numbers(painter, stamper, some, scene, ink, camera, colours, placed)

    ordered = sorted(scene.marks, key=lambda mark: mark.site_id == scene.selected)
    pieces = [ordered[i : i + FEW_MARKS] for i in range(0, len(ordered), FEW_MARKS)]
    yield below
    for some in pieces:
        yield partial(areas, some=some)
    yield ticks
    for some in pieces if not small else ():
        yield partial(numbers, some=some)


def _look(scene: Scene, mark: Mark, *, small: bool) -> Look:
    look = scene.look(mark)
    return replace(look, plain=True) if small and not look.plain else look


def is_crowd(
    scene: Scene,
    ink: ViewInk,
    camera: Camera,
    colours: Palette,
    ratio: float,
    *,
    small: bool = False,
) -> bool:
    """Whether so many marks have no stamp yet that painting them at once would be felt."""
    if len(scene.marks) <= MARKS_AT_ONCE:
        return False
    nowhere = _nowhere(ratio)
    painter = QPainter(nowhere)
    stamper = Stamper(painter, ink, camera, colours)
    missing = (m for m in scene.marks if not stamper.has(m, _look(scene, m, small=small)))
    crowd = next(islice(missing, MARKS_AT_ONCE, None), None) is not None
    painter.end()
    return crowd


def _nowhere(ratio: float) -> QImage:
    nowhere = QImage(1, 1, QImage.Format.Format_ARGB32_Premultiplied)
    nowhere.setDevicePixelRatio(ratio)
    return nowhere


def readying_marks(
    scene: Scene,
    ink: ViewInk,
    camera: Camera,
    colours: Palette,
    ratio: float,
    *,
    small: bool = False,
) -> Iterator[None]:
    """Have the stamps of marks ready, a few with each step."""
    nowhere = _nowhere(ratio)
    for first in range(0, len(scene.marks), MARKS_A_STEP):
        some = replace(scene, marks=scene.marks[first : first + MARKS_A_STEP], ticks=(), ghosts=())
        painter = QPainter(nowhere)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        paint_marks(painter, some, ink, camera, colours, small=small)
        painter.end()
        yield


def _paint_numbers(
    painter: QPainter,
    stamper: Stamper,
    ordered: Sequence[Mark],
    scene: Scene,
    ink: ViewInk,
    camera: Camera,
    colours: Palette,
    placed: dict[UUID, list[QPointF]],
) -> None:
    for mark in ordered:
        if isinstance(mark.shape, ArrowShape):
            continue
        at = QPointF(*camera.pixel(label_point(mark, ink)))
        near = placed.setdefault(mark.site_id, [])
        if any((at - other).manhattanLength() < LABELS_APART_PX for other in near):
            continue
        near.append(at)
        look = scene.look(mark)
        if look.selected:
            area = pixel_path(mark, ink, camera).boundingRect()
            text = look.text if look.intensity is not None else f"? {look.text}".strip()
            paint_pill(painter, at, area, text, colours)
        elif look.text:
            fill = colours.paper if look.intensity is None else colours.pain[look.intensity]
            if isinstance(mark.shape, PointShape):
                at += QPointF(POINT_TEXT_PX, 0)
                fill = colours.paper
            stamper.text(at, look.text, ink_on(fill), QColor(fill))


def tick_point(tick: PainFree, ink: ViewInk) -> FigurePoint:
    """Where the tick of a pain-free region stands."""
    return ink.label_at.get(tick.region.id, FigurePoint(0.0, 0.0))


def _opacity(mark: Mark, scene: Scene) -> float:
    other = scene.layer is not None and mark.layer is not scene.layer
    return OTHER_LAYER if other and mark.site_id != scene.selected else 1.0
