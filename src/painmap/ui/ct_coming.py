"""Slices that come while a CT is on screen: what is drawn of them, and how often."""

from collections.abc import Callable, Collection, Sequence

from PySide6.QtCore import QObject, QTimer

from painmap.ui.ct_pane import Pane

ACROSS_MS = 150
"""Planes across the slices change with every slice that comes: they are drawn this often."""


class ComingSlices:
    """Draws the slice itself at once, the planes across now and then, one at a time.

    Parameters
    ----------
    panes : callable
        Gives the panes with a picture, the large one first.
    draw : callable
        Draws one pane.
    later : callable
        Has all panes drawn once the events that wait have been taken.
    parent : QObject
        Goes with the panes.
    """

    def __init__(
        self,
        panes: Callable[[], Sequence[Pane]],
        draw: Callable[[Pane], object],
        later: Callable[[], object],
        parent: QObject,
    ) -> None:
        self._panes = panes
        self._draw = draw
        self._later = later
        self._last: Pane | None = None
        self._patience = QTimer(parent)
        self._patience.setSingleShot(True)
        self._patience.setInterval(ACROSS_MS)
        self._patience.timeout.connect(self._draw_across)

    def came(self, slices: Collection[int]) -> None:
        """Slices have come."""
        for pane in self._panes():
            if not pane.has_gaps:
                continue
            if pane.plane is not pane.session.native:
                if not self._patience.isActive():
                    self._patience.start()
            elif pane.spoil_if_among(slices):
                self._later()

    def _draw_across(self) -> None:
        waiting = [
            pane
            for pane in self._panes()
            if pane.plane is not pane.session.native and pane.has_gaps and pane.is_visible
        ]
        if not waiting:
            return
        # one at a time, in turn: two pictures across 400 slices are a long time for one event
        pane = waiting[0] if waiting[0] is not self._last else waiting[-1]
        self._last = pane
        pane.spoil()
        self._draw(pane)
        self._patience.start()

    def whole(self) -> None:
        """Every slice is there: what had gaps is drawn when all is drawn next."""
        self._patience.stop()
        for pane in self._panes():
            if pane.has_gaps:
                pane.spoil()

    def stop(self) -> None:
        self._patience.stop()
