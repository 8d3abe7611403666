"""Small figures that only show: the switch to the other view, and the one beside the table."""

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from painmap.bodymap.template import BodyTemplate
from painmap.domain.edits import Page
from painmap.domain.injection import FigurePlace
from painmap.ui import theme
from painmap.ui.body_cache import Pictures
from painmap.ui.body_camera import BOTTOM, HALF_WIDTH, TOP, Camera, frame_of
from painmap.ui.body_ink import ink_of, is_inked
from painmap.ui.body_marks import Scene, is_crowd, paint_marks, readying_marks, scene_of
from painmap.ui.body_paint import paint_body, paint_letters
from painmap.ui.desk import Changes, Desk, PlaceWanted
from painmap.ui.theme import Palette

SHAPE = (BOTTOM - TOP) / (2 * HALF_WIDTH)
CAPTION_PX = 22
_glances = Pictures(24)
"""Small figures of all switches: the same view stands in another corner after each turn."""
_bodies = Pictures(24)
"""The same without marks, which change more often."""
NO_MARKS = Scene()


def glance_pixmap(
    template: BodyTemplate, view: str, scene: Scene, size: QSize, colours: Palette, ratio: float
) -> QPixmap:
    """Paint a whole view with its marks, small and without numbers where there is no room."""
    camera = Camera(size.width(), size.height()).framed(frame_of(template.views[view]))
    ink = ink_of(template, view)

    def bare() -> QPixmap:
        pixmap = QPixmap(QSize(round(size.width() * ratio), round(size.height() * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        paint_body(painter, ink, camera, colours, borders=False)
        painter.end()
        return pixmap

    key = (template.ref, view, size.toTuple(), colours, ratio)
    pixmap = QPixmap(_bodies.get(key, NO_MARKS, bare))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_marks(painter, scene, ink, camera, colours, small=True)
    shown = template.views[view]
    paint_letters(
        painter,
        shown.viewers_left,
        camera,
        colours,
        small=True,
        ground=colours.raised,
        viewers_right=shown.viewers_right,
    )
    painter.end()
    return pixmap


class ViewSwitch(QAbstractButton):
    """The other view, small; a click turns the large figure to it."""

    waited = Signal()
    """It is seen and must first be made ready (`arriving`)."""

    def __init__(self, template: BodyTemplate, palette: Palette) -> None:
        super().__init__()
        self._template = template
        self._colours = palette
        self._scene = Scene()
        self._caption = ""
        self.view = next(iter(template.views))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # F2 and F3 are its keys
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_view(
        self, view: str, key: str, scene: Scene, template: BodyTemplate | None = None
    ) -> None:
        if template is not None and template.ref != self._template.ref:
            self._template = template
        self.view, self._scene = view, scene
        self._caption = f"{view.capitalize()}  {key}".strip()
        self.setAccessibleName(f"Show the {view} view")
        self.setToolTip(f"Show the {view} view (key {key})")
        self.update()

    def set_colours(self, palette: Palette) -> None:
        self._colours = palette
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def _glance(self) -> QPixmap | None:
        """The small figure, painted once: it lies over the large one, which often repaints.

        None while it must first be made ready, so that the large one does not wait for it.
        """
        return self.glance_of(self.view, self._scene) if self.is_ready else None

    @property
    def is_ready(self) -> bool:
        """Whether the small figure is painted, or will be within the time of a frame."""
        size, ratio = self._size(), self.devicePixelRatioF()
        key = (self._template.ref, self.view, size.toTuple(), self._colours, ratio)
        if _glances.known(key, self._scene) is not None:
            return True
        if not is_inked(self._template, self.view):
            return False
        camera = self._camera(self.view)
        ink = ink_of(self._template, self.view)
        return not is_crowd(self._scene, ink, camera, self._colours, ratio, small=True)

    def _size(self) -> QSize:
        return QSize(self.width() - 8, self.height() - CAPTION_PX - 6)

    def _camera(self, view: str) -> Camera:
        size = self._size()
        return Camera(size.width(), size.height()).framed(frame_of(self._template.views[view]))

    def glance_of(self, view: str, scene: Scene) -> QPixmap:
        """What this small figure shows, or would show of another view."""
        size = self._size()
        ratio, template, colours = self.devicePixelRatioF(), self._template, self._colours
        key = (template.ref, view, size.toTuple(), colours, ratio)
        return _glances.get(
            key, scene, lambda: glance_pixmap(template, view, scene, size, colours, ratio)
        )

    def readying(self, view: str, scene: Scene) -> Iterator[None]:
        """Have another view ready in small, a few marks with each step."""
        camera = self._camera(view)  # reads the view
        yield
        ink, ratio = ink_of(self._template, view), self.devicePixelRatioF()
        yield
        yield from readying_marks(scene, ink, camera, self._colours, ratio, small=True)
        self.glance_of(view, scene)
        yield

    def arriving(self) -> Iterator[None]:
        """The same for what it shows now, and show it."""
        if not self.is_ready:
            yield from self.readying(self.view, self._scene)
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(self._colours.raised)
        painter.setBrush(ground)
        edge = self._colours.accent if self.underMouse() else self._colours.line
        painter.setPen(QPen(QColor(edge), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        glance = self._glance()
        if glance is not None:
            painter.drawPixmap(4, 5, glance)
        else:
            painter.setPen(QColor(self._colours.muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "…")
            self.waited.emit()
        painter.setPen(QColor(self._colours.muted))
        painter.setFont(theme.font(12, strong=True))
        caption = QRectF(0, self.height() - CAPTION_PX - 1, self.width(), CAPTION_PX)
        painter.drawText(caption, Qt.AlignmentFlag.AlignCenter, self._caption)
        painter.end()


class FigureGlance(QWidget):
    """The visit's pain on small figures, back above front; a click opens the page Map."""

    def __init__(self, desk: Desk, palette: Palette) -> None:
        super().__init__()
        self._desk = desk
        self._colours = palette
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(220)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Where it hurts; opens the page Map")
        desk.changed.connect(self._on_changed)
        desk.selected.connect(lambda _: self.update())
        desk.closed.connect(self.update)

    def set_colours(self, palette: Palette) -> None:
        self._colours = palette
        self.update()

    def _on_changed(self, changes: Changes) -> None:
        if changes.touches("pain_sites", "marks", "planned_sites"):
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._desk.is_open:
            self._desk.place_wanted.emit(PlaceWanted(Page.MAP))

    def views(self) -> tuple[str, ...]:
        """The back always, the front when there is room for both."""
        return ("back", "front") if self.height() > 1.4 * self.width() * SHAPE else ("back",)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        views = self.views()
        height = self.height() / len(views)
        for number, view in enumerate(views):
            painter.save()
            painter.translate(0, number * height)
            self._paint_view(painter, view, height)
            painter.restore()
        painter.end()

    def _paint_view(self, painter: QPainter, view: str, height: float) -> None:
        painter.setPen(QColor(self._colours.muted))
        painter.setFont(theme.font(12, strong=True))
        painter.drawText(QPointF(0, 13), view.upper())
        camera = Camera(self.width(), height - CAPTION_PX)
        template = self._desk.template
        painter.translate(0, CAPTION_PX)
        ink = ink_of(template, view)
        paint_body(painter, ink, camera, self._colours, borders=False)
        if self._desk.is_open:
            visit = self._desk.open_visit.visit
            scene = scene_of(visit, template.ref, view, selected=self._desk.selection)
            paint_marks(painter, scene, ink, camera, self._colours, small=True)
            for site in visit.live_planned_sites:
                place = site.place
                if isinstance(place, FigurePlace) and place.view == view:
                    at = QPointF(*camera.pixel(place.point))
                    _paint_target(painter, at, self._colours)
        left, colours = template.views[view].viewers_left, self._colours
        paint_letters(painter, left, camera, colours, small=True, ground=colours.page)


def _paint_target(painter: QPainter, at: QPointF, colours: Palette) -> None:
    """A site to inject: a small cross in a ring, never like a mark of pain."""
    cross = QPainterPath()
    cross.addEllipse(at, 4, 4)
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        cross.moveTo(at + QPointF(2 * dx, 2 * dy))
        cross.lineTo(at + QPointF(7 * dx, 7 * dy))
    painter.strokePath(cross, QPen(QColor(colours.surface), 3.5))
    painter.strokePath(cross, QPen(QColor(colours.ink), 1.5))
