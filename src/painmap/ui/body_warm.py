"""Making ready what the next turn of the figure will show, before the doctor asks for it.

Reading a view and making its paths take some hundredths of a second, and a crowded view as much
again to paint. What needs no window is done on the work lane (`warming`); what is painted for
this window's size is painted in short slices while nothing else happens (`Readiness`).
"""

from collections.abc import Callable, Iterator
from time import perf_counter

from PySide6.QtCore import QObject, QTimer

from painmap.domain.progress import Job, Progress
from painmap.ui.body_figures import FIGURES, figure_of, whole_views
from painmap.ui.body_ink import ink_of
from painmap.ui.theme import Palette

QUIET_MS = 120
"""So long nothing must have changed before anything is made ready."""
BETWEEN_MS = 6
"""Between two slices the window gets its turn."""
SLICE_S = 0.004
"""A slice ends with the first step after this time; a move of the brush may have to wait for it."""


def warming(palette: Palette, figures: tuple[str, ...] = FIGURES) -> Job[int]:
    """Read every view of the figures and make its paths; the whole views before the zooms.

    Returns
    -------
    int
        Views that are ready.
    """
    known = [figure for figure in map(figure_of, figures) if figure is not None]
    whole = [(each, view) for each in known for view in whole_views(each)]
    zooms = [(each, view) for each in known for view in each.views if view not in whole_views(each)]
    for number, (each, view) in enumerate((*whole, *zooms)):
        yield Progress(number, len(whole) + len(zooms), "Reading the figures")
        ink_of(each, view).warm(palette)
    return len(whole) + len(zooms)


class Readiness(QObject):
    """Takes small steps while the window has nothing else to do.

    Parameters
    ----------
    steps : callable
        Gives the steps for what is shown now; each takes some milliseconds.
    busy : callable
        Whether a hand is drawing, so that it must wait.
    """

    def __init__(
        self, parent: QObject, steps: Callable[[], Iterator[None]], busy: Callable[[], bool]
    ) -> None:
        super().__init__(parent)
        self._steps_of_now, self._busy = steps, busy
        self._steps: Iterator[None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._slice)

    @property
    def waits(self) -> bool:
        """Whether there is still something to be made ready."""
        return self._timer.isActive()

    def begin(self) -> None:
        """Something changed: begin anew after a while of quiet."""
        self._steps = None
        self._timer.start(QUIET_MS)

    def hasten(self) -> None:
        """Something is seen that is not ready: do not wait for quiet."""
        if self._steps is None:
            self._timer.start(BETWEEN_MS)

    def stop(self) -> None:
        self._steps = None
        self._timer.stop()

    def finish(self) -> None:
        """Take all steps now."""
        for _ in self._steps_of_now():
            pass
        self.stop()

    def _slice(self) -> None:
        if self._busy():
            self._timer.start(QUIET_MS)
            return
        if self._steps is None:
            self._steps = self._steps_of_now()
        end = perf_counter() + SLICE_S
        for _ in self._steps:
            if perf_counter() >= end:
                self._timer.start(BETWEEN_MS)
                return
        self._steps = None
