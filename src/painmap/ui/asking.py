"""Jobs of one panel, which end with it: an answer never comes to a widget that is gone."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QWidget

from painmap.domain.progress import Job
from painmap.ui.desk import Desk

T = TypeVar("T")


class Asking:
    """Starts jobs for `panel`, and stops what still runs when the panel is destroyed."""

    def __init__(self, desk: Desk, panel: QWidget) -> None:
        self._desk = desk
        self._stops: list[Callable[[], None]] = []
        panel.destroyed.connect(self._stop_all)

    def start(
        self,
        job: Job[T],
        *,
        done: Callable[[T], None],
        failed: Callable[[BaseException], None] | None = None,
    ) -> Callable[[], None]:
        """Start `job`; gives the way to stop it."""
        stop = self._desk.jobs.start(job, done=done, failed=failed or self._desk.show_error)
        self._stops.append(stop)
        return stop

    def _stop_all(self) -> None:
        for stop in self._stops:
            stop()
