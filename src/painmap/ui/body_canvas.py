"""One view of the figure with its marks on screen: what is seen, and from where."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from uuid import UUID

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from painmap.bodymap.overlays import Overlay
from painmap.bodymap.template import BodyTemplate, BodyView, Region
from painmap.domain.places import FigurePoint
from painmap.domain.sentences import plural
from painmap.ui.body_arriving import Arriving
from painmap.ui.body_cache import Pictures
from painmap.ui.body_camera import Camera, frame_of
from painmap.ui.body_focus import RegionFocus
from painmap.ui.body_ink import ViewInk, ink_of
from painmap.ui.body_look import paint_text
from painmap.ui.body_marks import (
    PaintStep,
    Scene,
    ghost_under,
    is_crowd,
    mark_steps,
    mark_under,
    paint_marks,
    readying_marks,
)
from painmap.ui.body_overlays import paint_note, paint_overlays
from painmap.ui.body_paint import paint_body, paint_letters
from painmap.ui.body_shapes import transform_of
from painmap.ui.body_wet import WetStroke, paint_line, paint_nib
from painmap.ui.theme import Palette
from painmap.ui.tools.mark_pain import (
    BRUSH_WIDTH,
    LinePreview,
    MarkTool,
    Preview,
    StrokePreview,
)
from painmap.ui.tools.pen_path import PenHand

HOVER_STRENGTH = 0.16
NO_MARKS = Scene()
NOTE_AT = QPointF(16, 24)
"""Where the words of what is laid over begin."""
ARRIVING_ABOVE_PX = 20
KEPT_PICTURES = 4
"""A whole figure's views; one picture has some megabytes."""
SLACK_PX = 7.0
"""A hand is on a point or an arrow when it is so near."""
NIB_TOOLS = (MarkTool.BRUSH, MarkTool.ERASER)
AREA_TOOLS = (MarkTool.REGION, MarkTool.PAIN_FREE)
"""Tools that take the whole region under the pointer, which is shown before the click."""


@dataclass(frozen=True, slots=True)
class Hover:
    """What is under the pointer."""

    region: Region | None = None
    mark_id: UUID | None = None
    laid_over: tuple[str, ...] = ()
    """What the overlays that are switched on show there."""


class BodyCanvas(QWidget):
    """Paints a view, its marks, and what the hand is about to do; it takes no input.

    The figure and its marks are kept as pictures, so that following the mouse costs one copy.

    Parameters
    ----------
    template : BodyTemplate
    palette : Palette
    view : str
        "back" or "front".
    """

    def __init__(self, template: BodyTemplate, palette: Palette, view: str) -> None:
        super().__init__()
        self.template = template
        self.colours = palette
        self.view = view
        self.scene = Scene()
        self.overlays: frozenset[Overlay] = frozenset()
        self.camera = Camera(100, 100).framed(frame_of(self.figure))
        self.hover = Hover()
        self.focus = RegionFocus(template)
        self.tool = MarkTool.REGION
        self._keyboard = False
        self.brush_width = BRUSH_WIDTH
        self.pen_hand = PenHand()
        self._pointer_at: QPointF | None = None
        self._preview: Preview | None = None
        self._wet = WetStroke()
        self._bodies = Pictures(KEPT_PICTURES)
        self._inked = Pictures(KEPT_PICTURES)
        self._arriving = Arriving(self, self._keep)
        self._before: tuple[object, Camera, QPixmap] | None = None
        self._begun: tuple[object, Camera] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 240)

    @property
    def ink(self) -> ViewInk:
        return ink_of(self.template, self.view)

    @property
    def figure(self) -> BodyView:
        """The view of the template that is shown."""
        return self.template.views[self.view]

    def set_colours(self, palette: Palette) -> None:
        self.colours = palette
        self.update()

    def show_overlays(self, shown: frozenset[Overlay]) -> None:
        """Lay muscles, dermatomes ... over the figure, under the marks."""
        if shown != self.overlays:
            self.overlays = shown
            self.update()

    def mark_at(self, at: FigurePoint) -> UUID | None:
        """The uppermost mark of the layer worked on at a place."""
        mark = mark_under(self.scene, self.ink, at, slack=SLACK_PX / self.camera.scale)
        return mark.id if mark is not None else None

    def ghost_at(self, at: FigurePoint) -> UUID | None:
        """The mark of an earlier visit that waits at a place."""
        mark = ghost_under(self.scene, self.ink, at, slack=SLACK_PX / self.camera.scale)
        return mark.id if mark is not None else None

    def region_at(self, at: FigurePoint) -> Region | None:
        return self.figure.region_at(at)

    def set_camera(self, camera: Camera) -> None:
        """Look elsewhere, or nearer."""
        if camera != self.camera:
            self.camera = camera
            self.update()

    def fit(self) -> None:
        """Show the whole figure."""
        self.set_camera(self.camera.fitted())

    def look_at(self, zoom: float, centre: FigurePoint) -> None:
        """Go to a remembered place."""
        frame = frame_of(self.figure)
        camera = Camera(self.width(), self.height(), max(zoom, 1.0), centre, frame)
        self.set_camera(camera.panned(0, 0) if zoom > 1 else camera.fitted())

    def show_point(self, at: FigurePoint) -> None:
        """Make sure that `at` is in the picture."""
        if not self.camera.shows(at):
            self.fit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._marked())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_before(painter)
        self._paint_hover(painter)
        self._paint_preview(painter)
        self._paint_focus(painter)
        left, right = self.figure.viewers_left, self.figure.viewers_right
        paint_letters(painter, left, self.camera, self.colours, viewers_right=right)
        self._paint_arriving(painter)
        painter.end()

    def _paint_arriving(self, painter: QPainter) -> None:
        """Say that marks are missing yet: part of a record must not pass for the whole."""
        if self.is_whole:
            return
        at = QPointF(self.width() / 2, self.height() - ARRIVING_ABOVE_PX)
        words = f"{plural(len(self.scene.marks), 'mark')}, still being drawn"
        paint_text(painter, at, words, QColor(self.colours.ink), QColor(self.colours.surface))

    def _body(self) -> QPixmap:
        """The figure without marks, painted once for each view, place and theme."""
        return self._body_of(self.view, self.camera)

    def _marked(self) -> QPixmap:
        """The figure with its marks, so that moving the mouse paints next to nothing."""
        key = self._place_key(self.view, self.camera)
        known = self._inked.known(key, self.scene)
        if known is None and self.scene.marks and self._is_crowd():
            return self._arriving.picture(key, self.scene, self._beginning)
        self._arriving.stop()
        picture = self._inked.get(key, self.scene, self._painted_marks)
        self._before = self._seen(), self.camera, picture
        return picture

    def _paint_before(self, painter: QPainter) -> None:
        """While marks of a new zoom arrive: the view as it was, larger or smaller."""
        if self._before is None or not self._arriving.waits:
            return
        shown, camera, picture = self._before
        if shown != self._seen():
            return
        scale = self.camera.scale / camera.scale
        at = QPointF(*self.camera.pixel(camera.centre))
        was = QPointF(*camera.pixel(camera.centre)) * scale
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.translate(at - was)
        painter.scale(scale, scale)
        painter.drawPixmap(0, 0, picture)
        painter.restore()

    def _is_crowd(self) -> bool:
        # what was begun in slices is ended in slices, though its stamps are made meanwhile
        place = (self.scene, self.ink, self.camera, self.colours, self.devicePixelRatioF())
        return self._arriving.waits or is_crowd(*place)

    def _beginning(self) -> tuple[QPixmap, Iterator[PaintStep]]:
        self._begun = self._seen(), self.camera
        return self._body(), mark_steps(self.scene, self.ink, self.camera, self.colours)

    def finish_painting(self) -> None:
        """Have every mark on screen now; for pictures of the window."""
        self._marked()
        self._arriving.finish()

    @property
    def is_whole(self) -> bool:
        """Whether every mark of the view is on screen."""
        return not self._arriving.waits

    def _keep(self, key: Hashable, scene: Scene, picture: QPixmap) -> None:
        self._inked.get(key, scene, lambda: picture)
        if self._begun is not None:
            self._before = (*self._begun, picture)

    def _seen(self) -> tuple[object, ...]:
        """What is seen, from wherever; a picture of other marks never stands in for it."""
        return (self.template.ref, self.view, self.colours, self.overlays, self.scene)

    def _body_of(self, view: str, camera: Camera) -> QPixmap:
        key = self._place_key(view, camera)
        return self._bodies.get(key, NO_MARKS, lambda: self._painted_body(view, camera))

    def _place_key(self, view: str, camera: Camera) -> tuple[object, ...]:
        ratio = self.devicePixelRatioF()
        return (self.template.ref, view, camera, self.colours, ratio, self.overlays)

    def readying(self, view: str, scene: Scene) -> Iterator[None]:
        """Make ready, in small steps, what a turn to `view` will show."""
        figure = self.template.views[view]
        yield
        ink = ink_of(self.template, view)
        yield
        camera = self.camera.framed(frame_of(figure))
        self._body_of(view, camera)
        yield
        yield from readying_marks(scene, ink, camera, self.colours, self.devicePixelRatioF())

    def _painted_body(self, view: str, camera: Camera) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(QSize(round(self.width() * ratio), round(self.height() * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        figure = self.template.views[view]
        paint_body(painter, ink_of(self.template, view), camera, self.colours)
        paint_overlays(painter, self.template, figure, camera, self.colours, self.overlays)
        paint_note(painter, NOTE_AT, self.colours, self.overlays)
        painter.end()
        return pixmap

    def _painted_marks(self) -> QPixmap:
        pixmap = QPixmap(self._body())
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        paint_marks(painter, self.scene, self.ink, self.camera, self.colours)
        painter.end()
        return pixmap

    def _paint_hover(self, painter: QPainter) -> None:
        if self.hover.region is None or self.tool not in AREA_TOOLS:
            return
        area = transform_of(self.camera).map(self.ink.regions[self.hover.region.id])
        soft = QColor(self.colours.accent)
        soft.setAlphaF(HOVER_STRENGTH)
        painter.fillPath(area, soft)
        painter.strokePath(area, QPen(QColor(self.colours.skin_ink), 1.2))

    def _show_preview(self, preview: Preview) -> None:
        """Show what the hand has drawn so far; only the pixels that it changed are painted."""
        self._preview = preview
        if isinstance(preview, StrokePreview):
            ratio = self.devicePixelRatioF()
            self.update(self._wet.draw(preview, self.camera, ratio, self.colours))
        else:
            self.update()

    def _end_preview(self) -> None:
        self._preview = None
        self._wet.clear()
        self.update()

    def _paint_preview(self, painter: QPainter) -> None:
        if isinstance(self._preview, StrokePreview):
            self._wet.paint(painter, self._preview)
        elif isinstance(self._preview, LinePreview):
            paint_line(painter, self._preview, self.camera, self.colours)
        if self._pointer_at is not None and self.tool in NIB_TOOLS:
            radius = self.brush_width * self.camera.scale / 2
            rubber = self.tool is MarkTool.ERASER
            paint_nib(painter, self._pointer_at, radius, self.colours, rubber=rubber)

    def _nib_box(self, at: QPointF | None) -> QRect:
        """The pixels of the brush's outline."""
        if at is None:
            return QRect()
        radius = round(self.brush_width * self.camera.scale / 2) + 4
        middle = at.toPoint()
        return QRect(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius)

    def _paint_focus(self, painter: QPainter) -> None:
        if not (self._keyboard and self.hasFocus() and self.focus.region):
            return
        area = transform_of(self.camera).map(self.ink.regions[self.focus.region])
        painter.strokePath(area, QPen(QColor(self.colours.surface), 4.5))
        pen = QPen(QColor(self.colours.ink), 2.0)
        pen.setDashPattern([2.5, 2.0])
        painter.strokePath(area, pen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.set_camera(self.camera.resized(self.width(), self.height()).panned(0, 0))
