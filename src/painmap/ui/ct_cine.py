"""Slices one after the other, as a film."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer

from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_viewer import CtViewer

PER_SECOND = 12
"""Slow enough to follow a muscle, quick enough to see it as a body."""

STOPS = (QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.KeyPress)


class Cine(QObject):
    """Plays the slices of the large picture round and round, until the hand does anything.

    Parameters
    ----------
    changed : callable
        Called with whether it plays.
    """

    def __init__(
        self, session: OpenCt, viewer: CtViewer, changed: Callable[[bool], object]
    ) -> None:
        super().__init__(viewer)
        self._session = session
        self._viewer = viewer
        self._changed = changed
        self._timer = QTimer(self)
        self._timer.setInterval(round(1000 / PER_SECOND))
        self._timer.timeout.connect(self._next)
        for view in viewer.views.values():
            view.viewport().installEventFilter(self)
        viewer.installEventFilter(self)

    @property
    def plays(self) -> bool:
        return self._timer.isActive()

    def toggle(self) -> None:
        """Play, or stop."""
        if self.plays:
            self.stop()
        elif self._session.is_open:
            self._timer.start()
            self._changed(True)

    def stop(self) -> None:
        """Stay at the slice that is shown."""
        if self.plays:
            self._timer.stop()
            self._changed(False)

    def _next(self) -> None:
        if not self._session.is_open or not self._viewer.isVisible():
            self.stop()
            return
        plane = self._viewer.large
        count = self._session.views[plane].count
        self._viewer.go_to(plane, (self._viewer.index(plane) + 1) % count)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        del watched
        if event.type() in STOPS:
            self.stop()
        return False
