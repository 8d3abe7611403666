"""Threads and the way back: jobs on the work lane, writes in order on the records lane."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from painmap.domain.progress import Job, Progress

T = TypeVar("T")
WORKERS = 2
"""Jobs that read at the same time; more would fight for the same disk."""


class _Stopped(Exception):
    pass


class JobRunner(QObject):
    """One per window; lives on the Qt thread and is the only object that threads talk to.

    Threads hold no QObject of their own: one that is freed on a pool thread crashes the
    program some other day.
    """

    _calls = Signal(object)
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = ThreadPoolExecutor(WORKERS, thread_name_prefix="work")
        self._records = ThreadPoolExecutor(1, thread_name_prefix="records")
        self._stops: set[threading.Event] = set()
        self._open = 0
        self._closed = False
        self._calls.connect(self._run_call, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> int:
        """How many jobs and writes have not come back yet."""
        return self._open

    def start(
        self,
        job: Job[T],
        *,
        done: Callable[[T], None],
        failed: Callable[[BaseException], None],
        progress: Callable[[Progress], None] | None = None,
    ) -> Callable[[], None]:
        """Start `job`; the callbacks run on the Qt thread. Returns the way to cancel it.

        After a cancel none of the callbacks runs any more.
        """
        stop = threading.Event()
        self._stops.add(stop)
        self._open += 1

        def work() -> None:
            try:
                result = self._drive(job, stop, progress)
            except _Stopped:
                self._calls.emit(partial(self._finish, stop, None))
            except BaseException as error:  # noqa: BLE001 - handed on, nothing is swallowed
                self._calls.emit(partial(self._finish, stop, partial(failed, error)))
            else:
                self._calls.emit(partial(self._finish, stop, partial(done, result)))

        self._work.submit(work)
        return stop.set

    def _drive(
        self, job: Job[T], stop: threading.Event, progress: Callable[[Progress], None] | None
    ) -> T:
        try:
            while True:
                if stop.is_set():
                    raise _Stopped
                try:
                    step = next(job)
                except StopIteration as end:
                    result: T = end.value
                    return result
                if progress is not None:
                    self._calls.emit(partial(self._report, stop, progress, step))
        finally:
            job.close()

    def record(
        self,
        write: Callable[[], T],
        *,
        done: Callable[[T], None] | None = None,
        failed: Callable[[BaseException], None],
    ) -> None:
        """Queue `write` on the records lane: in order, never cancelled, finished at close."""
        self._open += 1

        def work() -> None:
            try:
                result = write()
            except BaseException as error:  # noqa: BLE001 - handed on, nothing is swallowed
                self._calls.emit(partial(self._finish, None, partial(failed, error)))
            else:
                then = None if done is None else partial(done, result)
                self._calls.emit(partial(self._finish, None, then))

        self._records.submit(work)

    def record_now(self, write: Callable[[], T]) -> T:
        """Run `write` on the records lane after all that waits there, and wait for it.

        For the few short reads that a click needs at once (a patient list), and at close.
        """
        future: Future[T] = self._records.submit(write)
        return future.result()

    def _report(
        self, stop: threading.Event, progress: Callable[[Progress], None], step: Progress
    ) -> None:
        if not stop.is_set():
            progress(step)

    def _finish(self, stop: threading.Event | None, then: Callable[[], None] | None) -> None:
        self._open -= 1
        if stop is not None:
            self._stops.discard(stop)
        if then is not None and not (stop is not None and stop.is_set()):
            then()
        if self._open == 0:
            self.idle.emit()

    def _run_call(self, call: Callable[[], None]) -> None:
        if not self._closed:  # whom an answer was for may be gone
            call()

    def close(self) -> None:
        """Stop what reads, finish what writes."""
        for stop in self._stops:
            stop.set()
        self._records.shutdown(wait=True)
        self._work.shutdown(wait=True, cancel_futures=True)
        self._closed = True
