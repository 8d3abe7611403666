"""When Python looks for objects that nothing holds any more: never under the doctor's hand.

A full look of the garbage collector over this program takes a tenth of a second, and Python
takes it whenever enough has been made, on whichever thread made it. Here full looks are taken
only on the window's thread, only while nothing happens, and what has survived one is set aside
(`gc.freeze`), so that the next look is short.
"""

import gc
from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QCursor, QGuiApplication

LOOK_MS = 5000
DEEP_LOOKS = 24
"""After so many looks with the mouse at rest and no job, all is looked through: two minutes."""
NEVER = 1_000_000
"""Full looks that Python would take by itself: one for so many of the next smaller kind."""


class QuietMemory(QObject):
    """Takes full looks while nothing happens.

    Parameters
    ----------
    parent : QObject
        Lives as long as the window.
    busy : callable
        Whether a job is running.
    """

    def __init__(self, parent: QObject, busy: Callable[[], bool]) -> None:
        super().__init__(parent)
        self._busy = busy
        self._quiet = 0
        self._mouse = QPoint()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    def begin(self) -> None:
        """Set aside what the program is made of, and look by the clock from now on."""
        young, middle, _ = gc.get_threshold()
        gc.set_threshold(young, middle, NEVER)
        gc.collect()
        gc.freeze()
        self._timer.start()

    def look(self) -> None:
        """Look at what was made since the last look, unless something is going on."""
        mouse = QCursor.pos()
        moved, self._mouse = mouse != self._mouse, mouse
        if self._busy() or QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._quiet = 0
            return
        self._quiet = 0 if moved else self._quiet + 1
        if moved:
            return
        if self._quiet == DEEP_LOOKS:
            gc.unfreeze()
        gc.collect()
        gc.freeze()
