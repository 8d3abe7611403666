"""One job at a time, with its progress on the bottom line."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from painmap.domain.progress import Job, Progress
from painmap.ui.desk import Desk
from painmap.ui.long_task import LongTask

T = TypeVar("T")


class OneJob:
    """Runs the job that the page waits for.

    Parameters
    ----------
    on_cancel : callable
        Called when the doctor cancels it on the bottom line.
    """

    def __init__(self, desk: Desk, on_cancel: Callable[[], object]) -> None:
        self._desk = desk
        self._stop: Callable[[], None] | None = None
        self._task = LongTask(desk, on_cancel)

    @property
    def is_running(self) -> bool:
        return self._stop is not None

    def run(
        self,
        job: Job[T],
        *,
        done: Callable[[T], object],
        failed: Callable[[BaseException], object],
        progress: Callable[[Progress], object] | None = None,
    ) -> None:
        """Run `job`; the callbacks come when it is no longer running."""

        def over(then: Callable[[Any], object], result: object) -> None:
            self._stop = None
            self._task.over()
            then(result)

        def step(report: Progress) -> None:
            self._task.show(report)
            if progress is not None:
                progress(report)

        self._stop = self._desk.jobs.start(
            job, done=partial(over, done), failed=partial(over, failed), progress=step
        )

    def stop(self) -> None:
        """Stop it, if there is one; none of its callbacks comes any more."""
        if self._stop is not None:
            self._stop()
            self._stop = None
        self._task.over()
