"""One plane of a CT on screen: picture, marks over it, and what the hand does on it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPixmap,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsItem, QGraphicsView, QWidget

from painmap.ui.ct_magnifier import paint_lens
from painmap.ui.ct_paint import Scene, paint_cross, paint_scene
from painmap.ui.ct_placement import Placement
from painmap.ui.slice_camera import SliceCamera
from painmap.ui.theme import CT
from painmap.ui.tools.gesture import Button, PointerEvent, PointerKind
from painmap.ui.tools.slice_outcomes import XY

NOTCH = 120
"""What one step of a mouse wheel reports; touch pads report fractions that add up."""

ZOOM_STEP = 1.15

_BUTTONS = {
    Qt.MouseButton.LeftButton: Button.LEFT,
    Qt.MouseButton.MiddleButton: Button.MIDDLE,
    Qt.MouseButton.RightButton: Button.RIGHT,
}


_Key: TypeAlias = tuple[Scene, QTransform, QSize]
"""What a picture of marks and letters depends on."""


@dataclass(frozen=True, slots=True, eq=False)
class GreyPicture:
    """A picture ready to be shown.

    Parameters
    ----------
    grey : ndarray
        (rows, columns) uint8.
    placement : Placement
    """

    grey: npt.NDArray[np.uint8]
    placement: Placement


class SliceView(pg.GraphicsView):
    """Shows one picture with true proportions; hands what the mouse does to its page.

    Zoom 1 fits the picture; `centre` is in the view's units. Rows grow downwards.
    """

    pointer = Signal(object)
    """PointerEvent for the active tool."""
    scrolled = Signal(int)
    """Slices to go, + towards higher numbers."""
    window_dragged = Signal(float, float)
    """Pixels to the right and down, with the right button."""
    hovered = Signal(object)
    """XY under the pointer, or None when it has left."""
    moved = Signal()
    """Zoom or centre has changed."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=CT.ground, useOpenGL=False)
        self.name = name
        self.setAccessibleName(f"{name} view")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMinimumSize(120, 100)
        # a folder that is dropped belongs to the window
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
        self.box = pg.ViewBox(enableMouse=False, enableMenu=False, border=None)
        self.box.setAspectLocked(True)
        self.box.invertY(True)
        self.box.setDefaultPadding(0)
        self.setCentralItem(self.box)
        self.image = pg.ImageItem(axisOrder="row-major")
        self.box.addItem(self.image, ignoreBounds=True)
        self.image.hide()
        # a crosshair that moves over a picture must not have it scaled anew
        self.image.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self._placement: Placement | None = None
        self._scene = Scene()
        self._last_key: _Key | None = None
        self._still_key: _Key | None = None
        self._still_picture = QPixmap()
        self._camera = SliceCamera(self._room)
        self._wheel = 0
        self._last: QPointF | None = None
        self._panning = False
        self.pan_key = False
        self.right_paints = False
        """The right button belongs to the tool, not to the window."""
        self.overlay: Callable[[QPainter, QTransform], None] | None = None
        """Paints what changes with every move of the hand, below marks and letters."""
        self.magnifies = False
        """Whether a lens follows the pointer."""
        self._hand: QPointF | None = None
        self._grey: npt.NDArray[np.uint8] | None = None

    # --- what is shown

    @property
    def placement(self) -> Placement | None:
        return self._placement

    @property
    def scene_shown(self) -> Scene:
        return self._scene

    def show_picture(self, picture: GreyPicture | None) -> None:
        """Show another picture; where its extent is as before, zoom and centre stay."""
        self._camera.look_at(None if picture is None else picture.placement.extent)
        if picture is None:
            self._placement = None
            self.image.hide()
            self.viewport().update()
            return
        self._placement = picture.placement
        self._grey = picture.grey
        self.image.setImage(picture.grey, autoLevels=False)
        self.image.setTransform(picture.placement.transform)
        self.image.show()
        self._arrange()

    def show_scene(self, scene: Scene) -> None:
        if scene != self._scene:
            self._scene = scene
            self.viewport().update()

    # --- zoom and centre

    @property
    def zoom(self) -> float:
        return self._camera.zoom

    @property
    def centre(self) -> XY:
        return self._camera.centre

    @property
    def part(self) -> QRectF | None:
        """What is shown as large as it goes; None where the hand has chosen another view."""
        return self._camera.part

    @property
    def px_per_unit(self) -> float:
        """Pixels of the screen per unit of the view."""
        return self._camera.px_per_unit

    @property
    def to_device(self) -> QTransform:
        """From the view's units to pixels of the viewport."""
        return self._camera.to_device

    def fit(self) -> None:
        """Show the whole picture."""
        self.set_view(1.0, None)

    def one_to_one(self) -> None:
        """Show one column of the picture on one column of the screen: nothing is drawn between."""
        if self._placement is not None:
            ratio = self.devicePixelRatioF()
            zoom = self._camera.one_to_one(self._placement.transform, ratio)
            self.set_view(zoom, self.centre)

    def show_part(self, left: float, top: float, right: float, bottom: float) -> None:
        """Show a part of the picture as large as it goes, also when the view is resized."""
        self._camera.show_part(QRectF(left, top, right - left, bottom - top))
        self._arrange()
        self.moved.emit()

    def set_view(self, zoom: float, centre: XY | None) -> None:
        """Show the picture `zoom` times as large as it fits, around `centre`."""
        self._camera.use(zoom, centre)
        self._arrange()
        self.moved.emit()

    def zoom_at(self, factor: float, at: XY) -> None:
        """Zoom so that `at` stays under the pointer."""
        self.set_view(*self._camera.zoomed_at(factor, at))

    def pan_by(self, right_px: float, down_px: float) -> None:
        """Move the picture with the hand."""
        self.set_view(self.zoom, self._camera.moved_by(right_px, down_px))

    def _room(self) -> tuple[int, int]:
        return max(1, self.viewport().width()), max(1, self.viewport().height())

    def _arrange(self) -> None:
        if self._placement is None:
            return
        inverse, _ = self.to_device.inverted()
        shown = inverse.mapRect(QRectF(self.viewport().rect()))
        self.box.setRange(shown, padding=0, update=True, disableAutoRange=True)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        # the base class is resized before anything of our own exists
        if hasattr(self, "_camera"):
            if self._camera.part is not None:
                self._camera.show_part(self._camera.part)
            self._arrange()

    # --- painting

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        del rect
        painter.save()
        painter.resetTransform()
        frame = QRectF(self.viewport().rect())
        if self._placement is not None:
            still = replace(self._scene, cross=None)
            key = (still, self.to_device, self.viewport().size())
            # while only the crosshair or the stroke of a brush moves, the rest is one picture
            is_still, self._last_key = key == self._last_key, key
            if self._scene.cross is not None:
                at = self.to_device.map(QPointF(*self._scene.cross))
                paint_cross(painter, frame, at, self._scene.handles)
            if self.overlay is not None:
                self.overlay(painter, self.to_device)
            if self.overlay is not None or is_still:
                painter.drawPixmap(0, 0, self._still(key))
            else:
                paint_scene(painter, frame, self.to_device, still)
            self._paint_lens(painter)
        painter.restore()

    def _paint_lens(self, painter: QPainter) -> None:
        grey, placement = self._grey, self._placement
        if not self.magnifies or self._hand is None or grey is None or placement is None:
            return
        rows, columns = grey.shape
        grey = np.ascontiguousarray(grey)
        image = QImage(grey.data, columns, rows, columns, QImage.Format.Format_Grayscale8)
        paint_lens(painter, self._hand, self.to_device, (image, placement.transform), self._scene)

    def _still(self, key: _Key) -> QPixmap:
        """All that lies over the picture, as one picture."""
        if self._still_key != key:
            ratio = self.devicePixelRatioF()
            self._still_picture = QPixmap(self.viewport().size() * ratio)
            self._still_picture.setDevicePixelRatio(ratio)
            self._still_picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._still_picture)
            frame = QRectF(self.viewport().rect())
            paint_scene(painter, frame, self.to_device, key[0])
            painter.end()
            self._still_key = key
        return self._still_picture

    # --- the hand

    def place_at(self, position: QPointF | QPoint) -> XY:
        """The place of the view under a pixel of the viewport."""
        inverse, _ = self.to_device.inverted()
        at = inverse.map(QPointF(position))
        return at.x(), at.y()

    def pixel_at(self, at: XY) -> QPoint:
        """The pixel of the viewport where a place of the view is drawn."""
        return self.to_device.map(QPointF(*at)).toPoint()

    def _event(self, kind: PointerKind, event: QMouseEvent, button: Button) -> PointerEvent:
        x, y = self.place_at(event.position())
        held = event.modifiers()
        return PointerEvent(
            kind,
            x,
            y,
            button,
            shift=bool(held & Qt.KeyboardModifier.ShiftModifier),
            ctrl=bool(held & Qt.KeyboardModifier.ControlModifier),
            alt=bool(held & Qt.KeyboardModifier.AltModifier),
            units_per_pixel=1.0 / self.px_per_unit,
            view=self.name,
        )

    def _draws(self, button: Button) -> bool:
        """Whether a button is the tool's."""
        if self._panning:
            return False
        return button is Button.LEFT or (button is Button.RIGHT and self.right_paints)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._placement is None:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        button = _BUTTONS.get(event.button(), Button.NONE)
        self._last = event.position()
        self._panning = button is Button.MIDDLE or (button is Button.LEFT and self.pan_key)
        if self._draws(button):
            self.pointer.emit(self._event(PointerKind.PRESS, event, button))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._placement is None:
            return
        at = event.position()
        step = at - self._last if self._last is not None else QPointF()
        held = event.buttons()
        if held == Qt.MouseButton.NoButton:
            self.pointer.emit(self._event(PointerKind.HOVER, event, Button.NONE))
        elif self._panning:
            self.pan_by(step.x(), step.y())
        elif held & Qt.MouseButton.RightButton and self.right_paints:
            self.pointer.emit(self._event(PointerKind.MOVE, event, Button.RIGHT))
        elif held & Qt.MouseButton.RightButton:
            self.window_dragged.emit(step.x(), step.y())
        elif held & Qt.MouseButton.LeftButton:
            self.pointer.emit(self._event(PointerKind.MOVE, event, Button.LEFT))
        self._last = at
        self._move_lens(at)
        if not (self.right_paints and held != Qt.MouseButton.NoButton):
            # while it paints, the hand looks at the stroke and not at the value under it
            self.hovered.emit(self.place_at(at))
        event.accept()

    def _move_lens(self, at: QPointF | None) -> None:
        self._hand = at
        if self.magnifies:
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._placement is None:
            return
        button = _BUTTONS.get(event.button(), Button.NONE)
        if self._draws(button):
            self.pointer.emit(self._event(PointerKind.RELEASE, event, button))
        if event.buttons() == Qt.MouseButton.NoButton:
            self._panning = False
            self._last = None
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._placement is None:
            return
        if event.button() is Qt.MouseButton.LeftButton and not self.pan_key:
            self.pointer.emit(self._event(PointerKind.DOUBLE_CLICK, event, Button.LEFT))
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._placement is None:
            return
        turn = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_at(ZOOM_STEP ** (turn / NOTCH), self.place_at(event.position()))
        else:
            self._wheel += turn
            steps = int(self._wheel / NOTCH)
            if steps:
                self._wheel -= steps * NOTCH
                self.scrolled.emit(steps)
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._move_lens(None)
        self.hovered.emit(None)

    def enterEvent(self, event: QEnterEvent) -> None:
        del event

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def close(self) -> bool:
        # pyqtgraph's own takes the view apart, and Qt crashes on what is left of it
        return QGraphicsView.close(self)
