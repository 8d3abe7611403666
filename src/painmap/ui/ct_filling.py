"""A CT that can be looked at while its slices come in: shown at the first, whole at the last."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

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
    """

    volume: Volume
    disk: StudyOnDisk
    study: AttachedStudy | None
    place: Mapping[str, Any]


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
    """The slice that was last looked at, as a plain number that any thread may ask for."""

    __slots__ = ("k",)

    def __init__(self) -> None:
        self.k = 0

    def __call__(self) -> int:
        return self.k


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


def filling(stack: Stack, looked: Callable[[], int]) -> Job[tuple[Volume, Floats | None]]:
    """Read a stack from the slice that is looked at; then find the body, off the Qt thread."""
    _ = stack.key  # reckoned here, so that the Qt thread finds it
    volume = yield from opening_volume(stack, wanted=looked)
    yield Progress(len(stack.slices), len(stack.slices), "Finding the body")
    return volume, body_corners(volume)


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
        if isinstance(step, Filled) and self._shown is None:
            self._shown = Opened(step.volume, disk, study, place)
            self.began.emit(self._shown)
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
