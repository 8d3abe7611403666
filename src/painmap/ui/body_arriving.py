"""A crowded picture that is painted a slice at a time, and shown as it comes."""

from collections.abc import Callable, Hashable, Iterator
from time import perf_counter

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from painmap.ui.body_marks import PaintStep, Scene

BETWEEN_MS = 3
"""Between two slices the window gets its turn."""
SLICE_S = 0.006
"""A slice ends with the first step after this time; a move of the brush may have to wait for it."""


class Arriving(QObject):
    """Paints one picture at a time; what was begun for another scene or place is dropped.

    Parameters
    ----------
    widget : QWidget
        Painted anew after each slice.
    on_done : callable
        Called with key, scene and picture when everything is on it.
    """

    def __init__(
        self, widget: QWidget, on_done: Callable[[Hashable, Scene, QPixmap], None]
    ) -> None:
        super().__init__(widget)
        self._widget, self._on_done = widget, on_done
        self._of: tuple[Hashable, Scene] | None = None
        self._picture = QPixmap()
        self._steps: Iterator[PaintStep] = iter(())
        self._timer = QTimer(self)
        self._timer.setInterval(BETWEEN_MS)
        self._timer.timeout.connect(self._slice)

    @property
    def waits(self) -> bool:
        """Whether there is still something to be painted."""
        return self._of is not None

    def picture(
        self, key: Hashable, scene: Scene, begin: Callable[[], tuple[QPixmap, Iterator[PaintStep]]]
    ) -> QPixmap:
        """What is there so far of `scene` under `key`; the first slice is painted now."""
        if self._of != (key, scene):
            self._of = (key, scene)
            bare, self._steps = begin()
            self._picture = QPixmap(bare)
            if not self._paint(perf_counter() + SLICE_S):
                self._timer.start()
        return self._picture

    def finish(self) -> None:
        """Paint all that is left now."""
        if self.waits:
            self._paint(float("inf"))
            self._widget.update()

    def stop(self) -> None:
        """Drop what was begun."""
        self._timer.stop()
        self._of, self._picture, self._steps = None, QPixmap(), iter(())

    def _slice(self) -> None:
        if self.waits:
            self._paint(perf_counter() + SLICE_S)
            self._widget.update()

    def _paint(self, end: float) -> bool:
        """Paint until a time; True when nothing is left."""
        painter = QPainter(self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for step in self._steps:
            step(painter)
            if perf_counter() >= end:
                painter.end()
                return False
        painter.end()
        if self._of is not None:
            key, scene = self._of
            self._on_done(key, scene, self._picture)
        self._timer.stop()
        self._of, self._steps = None, iter(())
        return True
