"""The large figure: it shows marks, says what is under the hand, and tells what was done."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QMouseEvent,
    QTabletEvent,
    QTouchEvent,
    QWheelEvent,
)

from painmap.bodymap.template import BodyTemplate
from painmap.ui.body_camera import frame_of
from painmap.ui.body_canvas import NIB_TOOLS, Hover
from painmap.ui.body_focus import RegionFocus
from painmap.ui.body_glance import FigureGlance
from painmap.ui.body_keys import ZOOM_STEP, KeyedCanvas
from painmap.ui.body_marks import Scene
from painmap.ui.body_overlays import names_at
from painmap.ui.body_pen import PenWatch, is_erasing, tilt_of
from painmap.ui.body_touch import TOUCHES, Pinched, Stroked, TouchWatch
from painmap.ui.theme import Palette
from painmap.ui.tools.gesture import Button, GestureRunner, PointerEvent, PointerKind
from painmap.ui.tools.mark_pain import (
    LinePreview,
    MarkTool,
    Outcome,
    StrokePreview,
    tool_of,
)
from painmap.ui.tools.pen_path import PenHand

__all__ = ["BodyFigure", "FigureGlance", "Hover"]

BUTTONS = {
    Qt.MouseButton.LeftButton: Button.LEFT,
    Qt.MouseButton.MiddleButton: Button.MIDDLE,
    Qt.MouseButton.RightButton: Button.RIGHT,
}


class BodyFigure(KeyedCanvas):
    """The large figure under the doctor's hand: it tells what was done, and changes nothing."""

    done = Signal(object)
    """Outcome of a finished gesture: Tapped, Drawn, Ringed ..."""
    tool_changed = Signal(object)
    """MarkTool."""
    hovered = Signal(object)
    """Hover."""

    def __init__(self, template: BodyTemplate, palette: Palette, view: str = "back") -> None:
        super().__init__(template, palette, view)
        self._pan_from: QPoint | None = None
        self.pen = PenWatch()
        self.touch = TouchWatch()
        self._rubbing = False
        self._before_hold: MarkTool | None = None
        self._let_go = False
        self._gestures: GestureRunner[Outcome] = GestureRunner(None, self._on_outcome, self._ended)
        self.set_tool(MarkTool.REGION)
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.describe_focus()

    # --- what is shown

    def show_view(self, view: str) -> None:
        """Turn the figure; zoom and place stay between whole views."""
        if view != self.view:
            self._show(self.template, view)

    def show_figure(self, template: BodyTemplate, view: str) -> None:
        """Put another figure in its place."""
        if (template.ref, view) != (self.template.ref, self.view):
            self._show(template, view)

    def _show(self, template: BodyTemplate, view: str) -> None:
        self._gestures.cancel()
        if template.ref != self.template.ref:
            self.focus = RegionFocus(template)
        self.template, self.view = template, view
        self.scene = Scene()
        self.focus.region = None
        self._pointer_at = None
        self.set_camera(self.camera.framed(frame_of(self.figure)))
        self._set_hover(Hover())
        self.describe_focus()
        self.update()

    def show_scene(self, scene: Scene) -> None:
        """Show marks."""
        self.scene = scene
        if self._pointer_at is not None:
            self._hover_at(self._pointer_at)
        self.update()
        self.describe_focus()

    def set_tool(self, tool: MarkTool) -> None:
        """Change what the left button does."""
        self._before_hold = None
        self._use(tool)

    def _use(self, tool: MarkTool) -> None:
        self.tool = tool
        self._gestures.choose(tool_of(tool, self))
        arrow = tool in (MarkTool.REGION, MarkTool.PAIN_FREE)
        self.setCursor(Qt.CursorShape.ArrowCursor if arrow else Qt.CursorShape.CrossCursor)
        self.tool_changed.emit(tool)
        self.update()

    def hold_eraser(self) -> None:
        """Erase for as long as a key is held, or the pen is turned round."""
        self._let_go = False
        if self._before_hold is None and self.tool is not MarkTool.ERASER:
            before = self.tool
            self._use(MarkTool.ERASER)
            self._before_hold = before

    def release_eraser(self) -> None:
        """Go back to the tool before; a stroke of the eraser under way is ended first."""
        if self._gestures.active:
            self._let_go = True
            return
        self._let_go = False
        before, self._before_hold = self._before_hold, None
        if before is not None:
            self._use(before)

    def set_pen_hand(self, hand: PenHand) -> None:
        """Let the pen's pressure do something else."""
        self.pen_hand = hand

    # --- the pen

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Draw with the pen: pressure widens, the other end erases."""
        kind = self.pen.hear(event)
        position = event.position()
        if kind is PointerKind.PRESS:
            self._keyboard = False
            self._gestures.cancel()  # what a palm had begun
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._rubbing = is_erasing(event)
            if self._rubbing:
                self.hold_eraser()
        if kind is PointerKind.HOVER:
            self._hover_at(position)
        elif kind is not None:
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._move_nib(position)
            heard = self._pointer(position, kind, Button.LEFT, shift=shift)
            pen = replace(heard, pressure=event.pressure(), tilt=tilt_of(event))
            self._gestures.feed(pen)
            if kind is PointerKind.RELEASE and self._rubbing:
                self.release_eraser()
        event.accept()  # else Qt makes a mouse of it, and draws twice

    # --- the fingers

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QTouchEvent) and event.type() in TOUCHES:
            event.accept()  # else Qt makes a mouse of one finger, and forgets the others
            if not self.pen.hides_palm:
                self._touched(event)
            elif not self.pen.down:
                self._gestures.cancel()  # a palm that lay there before the pen came
            return True
        return super().event(event)

    def _touched(self, event: QTouchEvent) -> None:
        match self.touch.hear(event):
            case Stroked(kind=None):
                self._gestures.cancel()
            case Stroked(kind=PointerKind() as kind, at=at):
                self._keyboard = False
                if kind is PointerKind.PRESS:
                    self.setFocus(Qt.FocusReason.MouseFocusReason)
                    self._hover_at(at)
                self._move_nib(at if kind is not PointerKind.RELEASE else None)
                self._gestures.feed(self._pointer(at, kind, Button.LEFT, shift=False))
            case Pinched(at=at, moved=moved, factor=factor):
                moving = self.camera.panned(moved.x(), moved.y())
                self.set_camera(moving.zoomed(factor, at.x(), at.y()))

    # --- the mouse

    def _pointer(
        self,
        position: QPointF,
        kind: PointerKind,
        button: Button,
        *,
        shift: bool,
    ) -> PointerEvent:
        place = self.camera.figure(position.x(), position.y())
        return PointerEvent(
            kind,
            place.x,
            place.y,
            button,
            shift=shift,
            units_per_pixel=1 / self.camera.scale,
            view=self.view,
        )

    def _mouse(self, event: QMouseEvent, kind: PointerKind) -> PointerEvent:
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        button = BUTTONS.get(event.button(), Button.NONE)
        return self._pointer(event.position(), kind, button, shift=shift)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.pen.hides_palm:
            return
        self._keyboard = False
        if event.button() is Qt.MouseButton.MiddleButton:
            self._pan_from = event.position().toPoint()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() is Qt.MouseButton.LeftButton:
            self._gestures.feed(self._mouse(event, PointerKind.PRESS))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # a double click on a region is one click: nobody means to mark and unmark at once
        if self.tool is not MarkTool.REGION or event.button() is not Qt.MouseButton.LeftButton:
            self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.pen.hides_palm:
            return
        if self._pan_from is not None:
            now = event.position().toPoint()
            moved = now - self._pan_from
            self._pan_from = now
            self.set_camera(self.camera.panned(moved.x(), moved.y()))
            return
        if self._gestures.active:
            self._move_nib(event.position())
            self._gestures.feed(self._mouse(event, PointerKind.MOVE))
        else:
            self._hover_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.pen.hides_palm:
            return
        if event.button() is Qt.MouseButton.MiddleButton:
            self._pan_from = None
            self._use(self.tool)
        elif event.button() is Qt.MouseButton.LeftButton and self._gestures.active:
            self._gestures.feed(self._mouse(event, PointerKind.RELEASE))
            self._hover_at(event.position())

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / 120
        at = event.position()
        self.set_camera(self.camera.zoomed(ZOOM_STEP**notches, at.x(), at.y()))
        event.accept()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._hover_at(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._move_nib(None)
        self._set_hover(Hover())

    def _move_nib(self, position: QPointF | None) -> None:
        before, self._pointer_at = self._pointer_at, position
        if self.tool in NIB_TOOLS:
            self.update(self._nib_box(before))
            self.update(self._nib_box(position))

    def _hover_at(self, position: QPointF) -> None:
        self._move_nib(position)
        at = self.camera.figure(position.x(), position.y())
        names = names_at(self.template.ref, self.figure, self.overlays, at)
        self._set_hover(Hover(self.region_at(at), self.mark_at(at), names))

    def _set_hover(self, hover: Hover) -> None:
        if hover != self.hover:
            self.hover = hover
            self.hovered.emit(hover)
            self.update()

    def _on_outcome(self, outcome: Outcome) -> None:
        if isinstance(outcome, StrokePreview | LinePreview):
            self._show_preview(outcome)
        else:
            self.done.emit(outcome)

    def _ended(self) -> None:
        self._end_preview()
        if self._let_go:
            self.release_eraser()

    @property
    def is_drawing(self) -> bool:
        """Whether a gesture is under way."""
        return self._gestures.active

    def cancel(self) -> bool:
        """Leave the gesture under way without a trace; False when there is none."""
        active = self._gestures.active
        self._gestures.cancel()
        return active
