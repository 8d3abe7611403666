"""The keyboard on the figure, and what a screen reader is told of it."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QFocusEvent,
    QKeyEvent,
)

from painmap.bodymap.template import BodyTemplate
from painmap.ui import body_access
from painmap.ui.body_canvas import BodyCanvas
from painmap.ui.theme import Palette
from painmap.ui.tools.mark_pain import BRUSH_WIDTHS

ZOOM_STEP = 1.2
"""One notch of the wheel."""
DIRECTIONS = {
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
}


class KeyedCanvas(BodyCanvas):
    """A figure that is one tab stop: arrows move over its regions, Enter uses the tool there."""

    region_tapped = Signal(str, bool)
    """Region id, and whether it is to be added to the selected site; from the keyboard."""
    brush_changed = Signal(float)
    """Width of brush and eraser, figure units."""

    def __init__(self, template: BodyTemplate, palette: Palette, view: str) -> None:
        super().__init__(template, palette, view)
        body_access.enable()
        self._told: str | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_brush_width(self, width: float) -> None:
        """Make brush and eraser wider or narrower."""
        self.brush_width = width
        self.brush_changed.emit(width)
        self.update()

    def step_brush(self, step: int) -> None:
        """Take the next wider brush, or the next narrower one."""
        number = BRUSH_WIDTHS.index(self.brush_width) + step
        self.set_brush_width(BRUSH_WIDTHS[min(max(number, 0), len(BRUSH_WIDTHS) - 1)])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        add = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        acts: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Home: self.fit,
            Qt.Key.Key_Plus: lambda: self._zoom_key(ZOOM_STEP),
            Qt.Key.Key_Equal: lambda: self._zoom_key(ZOOM_STEP),
            Qt.Key.Key_Minus: lambda: self._zoom_key(1 / ZOOM_STEP),
            Qt.Key.Key_BracketLeft: lambda: self.step_brush(-1),
            Qt.Key.Key_BracketRight: lambda: self.step_brush(1),
        }
        if key in DIRECTIONS:
            self._move_focus(DIRECTIONS[Qt.Key(key)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._tap_focus(add)
        elif key in acts:
            acts[key]()
        else:
            super().keyPressEvent(event)

    def _zoom_key(self, factor: float) -> None:
        at = self.camera.pixel(self.focus.middle(self.ink) or self.camera.centre)
        self.set_camera(self.camera.zoomed(factor, at.x, at.y))

    def _move_focus(self, direction: str) -> None:
        self._keyboard = True
        self.focus.move(self.view, direction, self.scene)
        self._show_focus()

    def _show_focus(self) -> None:
        at = self.focus.middle(self.ink)
        if at is not None:
            self.show_point(at)
        self.describe_focus()
        self.update()

    def _tap_focus(self, add: bool) -> None:
        self._keyboard = True
        if self.focus.region is None:
            self.focus.start(self.view, self.scene)
            self._show_focus()
        else:
            self.region_tapped.emit(self.focus.region, add)

    def describe_focus(self) -> None:
        """Tell a screen reader which view is shown, and what the keyboard is on."""
        self.setAccessibleName(
            f"Body figure, {self.figure.name.lower()} view, {self.template.name.lower()}"
        )
        words, region = self.focus.words(self.template, self.scene), self.focus.region
        before, self._told = self._told, region
        if words == self.accessibleDescription():
            return
        self.setAccessibleDescription(words)
        changed = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
        QAccessible.updateAccessibility(changed)
        if region is None or not self._keyboard:
            return
        if region != before:
            body_access.tell_focus(self, region)  # the reader goes there, and reads it
        else:
            body_access.tell_change(self, region)
            self.say(words)

    def say(self, words: str) -> None:
        """Let a screen reader speak, once."""
        if words:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._keyboard = True
            if self.focus.region is None:
                self.focus.start(self.view, self.scene)
                self._show_focus()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
