"""Work on the network as a job that can be stopped at any moment, even while it waits.

A socket that waits for a server cannot look whether it should stop. So the work runs on a
thread of its own; the job only looks in on it, twenty-five times a second, and when it is
stopped it cuts the sockets, which wakes the thread.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

from painmap.domain.progress import Job, Progress

T = TypeVar("T")

LOOK_S = 0.04
"""How often the job looks in; well below the 100 ms in which a cancel must be over."""

LEAVE_S = 0.05
"""How long a stopped job waits for its thread, which ends by itself if it takes longer."""


class Stopped(Exception):
    """The job was stopped; nobody waits for a result any more."""


class Errand:
    """What the thread of a job and the job itself say to each other."""

    def __init__(self, first: Progress) -> None:
        self.progress = first
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._cuts: list[Callable[[], object]] = []

    @property
    def is_stopped(self) -> bool:
        return self._stop.is_set()

    def report(self, done: int, total: int | None, label: str) -> None:
        """Say how far the work is.

        Raises
        ------
        Stopped
            It is to end here.
        """
        self.check()
        self.progress = Progress(done, total, label)

    def check(self) -> None:
        if self._stop.is_set():
            raise Stopped

    def hold(self, opened: socket.socket) -> None:
        """Have `opened` cut when the job is stopped."""
        with self._lock:
            self._sockets.append(opened)
            late = self._stop.is_set()
        if late:
            cut(opened)

    def on_stop(self, act: Callable[[], object]) -> None:
        """Have `act` called when the job is stopped; it must not wait."""
        with self._lock:
            self._cuts.append(act)
            late = self._stop.is_set()
        if late:
            act()

    def stop(self) -> None:
        self._stop.set()
        with self._lock:
            sockets, cuts = tuple(self._sockets), tuple(self._cuts)
        for act in cuts:
            act()
        for opened in sockets:
            cut(opened)


def cut(opened: socket.socket) -> None:
    """End both directions of a socket that another thread may be waiting on."""
    with suppress(OSError):
        # the plain method: an encrypted socket's own would touch what its reader is using
        socket.socket.shutdown(opened, socket.SHUT_RDWR)


class _Outcome(Generic[T]):
    def __init__(self) -> None:
        self.results: list[T] = []
        self.error: BaseException | None = None
        self.done = threading.Event()


def running(work: Callable[[Errand], T], label: str) -> Job[T]:
    """Run `work` on a thread of its own as a job.

    Parameters
    ----------
    work : callable
        Takes the `Errand`, by which it reports and learns that it should stop.
    label : str
        What is going on, until `work` reports.
    """
    errand, outcome = Errand(Progress(0, None, label)), _Outcome[T]()

    def run() -> None:
        try:
            outcome.results.append(work(errand))
        except BaseException as error:  # noqa: BLE001 - handed on to the job, nothing is swallowed
            outcome.error = error
        finally:
            outcome.done.set()

    thread = threading.Thread(target=run, name="pacs", daemon=True)
    thread.start()
    try:
        while not outcome.done.wait(LOOK_S):
            yield errand.progress
    finally:
        errand.stop()
        thread.join(LEAVE_S)
    if outcome.error is not None:
        raise outcome.error
    return outcome.results[0]
