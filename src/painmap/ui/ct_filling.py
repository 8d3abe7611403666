"""A CT that can be looked at while its slices come in: shown at the first, whole at the last."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Event
from time import monotonic
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from painmap.domain.places import PatientPoint
from painmap.domain.progress import Job, Progress
from painmap.domain.study import AttachedStudy
from painmap.imaging.geometry import Floats
from painmap.imaging.reslice import index_at, native_plane
from painmap.imaging.stack import Stack
from painmap.imaging.volume import Filled, Volume, opening_volume
from painmap.services.studies import StudyOnDisk
from painmap.ui.ct_body import body_corners
from painmap.ui.desk import Desk
from painmap.ui.long_task import LongTask

HOLD_S = 0.25
"""No longer do the threads that read keep back, whatever the window does."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A CT that is ready to be shown.

    Parameters
    ----------
    volume : Volume
        It may still be filling.
    study : AttachedStudy or None
        None: it is looked at only.
    place : mapping
        Where to go in it; empty: the middle.
    body : ndarray or None
        The corners of the patient's body (`body_corners`) in the slices that are there.
    """

    volume: Volume
    disk: StudyOnDisk
    study: AttachedStudy | None
    place: Mapping[str, Any]
    body: Floats | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """All slices of what was opened are there.

    Parameters
    ----------
    body : ndarray or None
        The corners of the patient's body (`body_corners`).
    """

    opened: Opened
    body: Floats | None


class Looked:
    """The slice that was last looked at, for the threads that read; they also wait here.

    Reading holds Python's lock for most of the time, and the window needs it a thousand times
    to show a CT: while it does so for the first time, the threads that read keep back.
    """

    __slots__ = ("_go", "_until", "k")

    def __init__(self) -> None:
        self.k = 0
        self._go = Event()
        self._go.set()
        self._until = 0.0

    def __call__(self) -> int:
        if not self._go.is_set():
            self._go.wait(max(0.0, self._until - monotonic()))
        return self.k

    def hold(self) -> None:
        """Have no other slice begun until `go`, or until the window has had its time."""
        self._until = monotonic() + HOLD_S
        self._go.clear()

    def go(self) -> None:
        self._go.set()


def first_slice(stack: Stack, place: Mapping[str, Any]) -> int:
    """The slice that is shown first: where the doctor was, else the middle."""
    if "index" in place and not place.get("cross"):
        return min(max(int(place["index"]), 0), len(stack.slices) - 1)
    if place.get("cross"):
        point = PatientPoint(*(float(part) for part in place["cross"]))
        found = index_at(stack, native_plane(stack), point)
        if found is not None:
            return found
    return len(stack.slices) // 2


@dataclass(frozen=True, slots=True)
class FirstFilled(Filled):
    """The first slice is there; `body` is that of it (`body_corners`)."""

    body: Floats | None


def filling(stack: Stack, looked: Looked) -> Job[tuple[Volume, Floats | None]]:
    """Read a stack from the slice that is looked at; find the body, off the Qt thread."""
    _ = stack.key  # reckoned here, so that the Qt thread finds it
    reading = opening_volume(stack, wanted=looked)
    try:
        volume = yield from _first_marked(reading, looked)
    finally:
        looked.go()
        reading.close()
    yield Progress(len(stack.slices), len(stack.slices), "Finding the body")
    return volume, body_corners(volume)


def _first_marked(reading: Job[Volume], looked: Looked) -> Job[Volume]:
    """Give what `reading` gives, the first slice with its body; keep the others back then."""
    is_first = True
    while True:
        try:
            step = next(reading)
        except StopIteration as end:
            volume: Volume = end.value
            return volume
        if is_first and isinstance(step, Filled):
            is_first = False
            looked.hold()
            body = body_corners(step.volume)
            step = FirstFilled(step.done, step.total, step.label, step.volume, step.slices, body)
        yield step


class LiveOpening(QObject):
    """Reads one stack at a time; what is on screen stays until the first slice is there."""

    began = Signal(object)
    """Opened; its volume is still filling."""
    came = Signal(object)
    """Filled: slices have come into the volume that is shown."""
    finished = Signal(object)
    """Whole."""
    taken_away = Signal()
    """What was shown is not read any more."""
    cancelled = Signal()
    """The doctor stopped it from the bottom line."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._stop: Callable[[], None] | None = None
        self._shown: Opened | None = None
        self._task = LongTask(desk, self.cancelled.emit)
        self.looked = Looked()

    @property
    def is_reading(self) -> bool:
        return self._stop is not None

    @property
    def is_filling(self) -> bool:
        """Whether pictures are on screen while others are still on their way."""
        return self._shown is not None

    def start(
        self,
        disk: StudyOnDisk,
        stack: Stack,
        study: AttachedStudy | None,
        place: Mapping[str, Any],
        *,
        progress: Callable[[Progress], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Read `stack`.

        Parameters
        ----------
        progress : callable
            Told how far it is until there is a picture; the bottom line says it from then on.
        failed : callable
            Called when a slice cannot be read; what was shown is to be taken away.
        """
        self.stop()
        self.looked.k = first_slice(stack, place)

        def step(report: Progress) -> None:
            self._on_step(report, disk, study, place, progress)

        def broken(error: BaseException) -> None:
            self.cancel()
            failed(error)

        self._stop = self._desk.jobs.start(
            filling(stack, self.looked),
            done=lambda found: self._done(Opened(found[0], disk, study, place), found[1]),
            failed=broken,
            progress=step,
        )

    def _on_step(
        self,
        step: Progress,
        disk: StudyOnDisk,
        study: AttachedStudy | None,
        place: Mapping[str, Any],
        progress: Callable[[Progress], None],
    ) -> None:
        if isinstance(step, FirstFilled) and self._shown is None:
            self._shown = Opened(step.volume, disk, study, place, step.body)
            self.began.emit(self._shown)
            # once what was drawn has been painted, too
            QTimer.singleShot(0, self, lambda: QTimer.singleShot(0, self, self.looked.go))
        elif isinstance(step, Filled) and self._shown is not None and step.slices:
            self._shown = replace(self._shown, volume=step.volume)
            self.came.emit(step)
        if self._shown is None:
            progress(step)
        elif self._stop is not None:
            self._task.show(step)

    def _done(self, opened: Opened, body: Floats | None) -> None:
        self._over()
        self._shown = None
        self.finished.emit(Whole(opened, body))

    def _over(self) -> None:
        self._stop = None
        self._task.over()

    def stop(self) -> bool:
        """Stop reading; True when something that is not whole is still on screen."""
        if self._stop is not None:
            self._stop()
            self._over()
        was, self._shown = self._shown is not None, None
        return was

    def cancel(self) -> None:
        """Stop reading, and have what is not whole taken away."""
        if self.stop():
            self.taken_away.emit()
