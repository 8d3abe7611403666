"""What single keys do while pictures are on screen."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from painmap.ui.ct_annotator import Annotator
from painmap.ui.ct_opening import CtOpening
from painmap.ui.ct_viewer import CtViewer
from painmap.ui.tools.gesture import PointerEvent, PointerKind

PAGE_STEP = 5
"""Slices that Page Up and Page Down leaf over."""

STEPS = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -PAGE_STEP,
    Qt.Key.Key_PageDown: PAGE_STEP,
}
TOOL_KEYS = {
    Qt.Key.Key_Return: "Return",
    Qt.Key.Key_Enter: "Return",
    Qt.Key.Key_Backspace: "Backspace",
}
"""Keys that the active tool takes, by the names that tools know."""


class PageShortcuts:
    """Keys that work wherever the focus is on the page, while pictures are on screen."""

    def __init__(
        self,
        page: QWidget,
        is_looking: Callable[[], bool],
        keys: Sequence[tuple[str, Callable[[], object]]],
    ) -> None:
        self._is_looking = is_looking
        self._made = [self._shortcut(page, key, run) for key, run in keys]

    def _shortcut(self, page: QWidget, keys: str, run: Callable[[], object]) -> QShortcut:
        made = QShortcut(QKeySequence(keys), page)
        made.setContext(Qt.ShortcutContext.WindowShortcut)
        made.activated.connect(lambda: run() if self._is_looking() else None)
        made.setEnabled(False)
        return made

    def set_enabled(self, enabled: bool) -> None:
        """Only the page that is shown takes keys from the window."""
        for shortcut in self._made:
            shortcut.setEnabled(enabled)


class LookingKeys:
    """Keys that go to the pictures or to the active tool."""

    def __init__(self, viewer: CtViewer, annotator: Annotator, opening: CtOpening) -> None:
        self._viewer = viewer
        self._annotator = annotator
        self._opening = opening

    def press(self, event: QKeyEvent) -> bool:
        """Take a key; False when there is no use for it."""
        key = Qt.Key(event.key())
        if key in STEPS:
            self._viewer.leaf(self._viewer.large, STEPS[key])
        elif key is Qt.Key.Key_Space:
            self._viewer.set_pan_key(True)
        elif key is Qt.Key.Key_Escape:
            self._escape()
        elif key is Qt.Key.Key_Delete:
            self._annotator.delete()
        elif key in TOOL_KEYS:
            self._annotator.feed(PointerEvent(PointerKind.KEY, key=TOOL_KEYS[key]))
        else:
            return False
        return True

    def release(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._viewer.set_pan_key(False)

    def _escape(self) -> None:
        """Leave what the hand has begun; else stop what is still being read."""
        if self._opening.is_filling and not self._annotator.is_asked:
            self._opening.cancel_filling()
        else:
            self._annotator.escape()
