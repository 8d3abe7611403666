"""Fetching in the background: it goes on while other pages are shown, one study at a time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from painmap.domain.errors import PainmapError
from painmap.domain.progress import Progress
from painmap.services.pacs import Finding, FoundStudy, Node, StudyQuery
from painmap.services.pacs_access import PacsAccess
from painmap.services.pacs_ledger import Held
from painmap.ui.desk import Desk, Tone

LOOK_MS = 30
"""How often it is looked whether a cancelled fetch has ended; it takes less than 100 ms."""


@dataclass(slots=True)
class Remembered:
    """What the panel showed last for the open visit, so that it is there again."""

    visit: UUID | None = None
    query: StudyQuery | None = field(default=None, repr=False)
    finding: Finding | None = None
    chosen: str = ""
    typed: dict[str, str] = field(default_factory=dict, repr=False)
    """Passwords by profile, where no keyring keeps them; gone with the panel's visit."""


class PacsFetching(QObject):
    """One per window; panels come and go, what is being fetched stays."""

    changed = Signal()
    """A fetch began or ended."""
    moved = Signal()
    """It has come further."""
    fetched = Signal(object, object)
    """Held and the id of the visit for which it was fetched: a study is here, whole."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.access = PacsAccess(Path(desk.clinic.database_place).parent)
        self.remembered = Remembered()
        self.study: FoundStudy | None = None
        """What is being fetched now."""
        self.step: Progress | None = None
        self._stop: Callable[[], None] | None = None
        self._leaving = QTimer(self)
        self._leaving.setInterval(LOOK_MS)
        self._leaving.timeout.connect(self._look_whether_left)
        desk.closed.connect(self._forget)

    @property
    def is_busy(self) -> bool:
        return self.study is not None

    def start(self, node: Node, study: FoundStudy, *, modality: str, typed: str = "") -> None:
        """Fetch what is missing of `study`; the bottom line shows how far it is."""
        if self.is_busy:
            self._desk.say(
                "Another study is being fetched.",
                hint="Wait for it, or cancel it in the bottom line.",
                tone=Tone.WARNING,
            )
            return
        visit = self._desk.open_visit.visit.id if self._desk.is_open else None
        self.study = study
        self._stop = self._desk.jobs.start(
            self.access.retrieving(node, study, modality=modality, typed=typed),
            done=lambda held: self._done(held, visit),
            failed=self._failed,
            progress=self._on_step,
        )
        self.changed.emit()

    def cancel(self) -> None:
        """Stop fetching; what has arrived is kept, and can be gone on with."""
        if self._stop is not None:
            self._stop()
            self._stop = None
            self._desk.task.emit(None, None)
            self._leaving.start()

    def _look_whether_left(self) -> None:
        """Wait until the last picture has been put away, so that what is counted holds."""
        if self.study is None or not self.access.store.is_busy(self.study.study_uid):
            self._leaving.stop()
            self._over()

    def _on_step(self, step: Progress) -> None:
        if step != self.step:
            self.step = step
            self._desk.task.emit(step, self.cancel)
            self.moved.emit()

    def _over(self) -> None:
        self.study = self.step = self._stop = None
        self._desk.task.emit(None, None)
        self.changed.emit()

    def _done(self, held: Held, visit: UUID | None) -> None:
        self._over()
        if held.whole:
            self.fetched.emit(held, visit)
        else:
            self._desk.say(
                f"The study has not arrived whole: {held.state_words}.",
                hint="Resume it when the PACS is ready.",
                tone=Tone.WARNING,
            )

    def _failed(self, error: BaseException) -> None:
        self._over()
        if isinstance(error, PainmapError):
            self._desk.say(error.message, hint=error.hint, tone=Tone.WARNING)
        else:
            self._desk.show_error(error)

    def _forget(self) -> None:
        """Names that were found belong to the visit that was open."""
        self.remembered = Remembered()
