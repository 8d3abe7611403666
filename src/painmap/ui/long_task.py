"""What takes longer than a moment, on the bottom line: how far, how fast, how long yet."""

from collections.abc import Callable
from time import monotonic

from painmap.domain.progress import Progress
from painmap.ui.desk import Desk

AFTER_S = 0.5
"""What is over sooner is not announced: the line would only flicker."""

BETWEEN_S = 0.1
"""The line is written anew this often."""


class LongTask:
    """One task at a time; says on the bottom line how far it is.

    Parameters
    ----------
    stop : callable
        Called when the doctor cancels it there.
    """

    def __init__(
        self, desk: Desk, stop: Callable[[], object], clock: Callable[[], float] = monotonic
    ) -> None:
        self._desk = desk
        self._stop = stop
        self._clock = clock
        self._began: float | None = None
        self._told: float | None = None

    def show(self, step: Progress) -> None:
        """Take a report; it is shown once the task has lasted a moment."""
        now = self._clock()
        if self._began is None:
            self._began = now
        last = self._told
        if now - self._began < AFTER_S or (last is not None and now - last < BETWEEN_S):
            return
        self._told = now
        self._desk.task.emit(step, self._stop)

    def over(self) -> None:
        """It is over, in whatever way."""
        told, self._began, self._told = self._told, None, None
        if told is not None:
            self._desk.task.emit(None, None)
