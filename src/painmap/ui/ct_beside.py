"""Which study stands beside the open CT: chosen in a menu, found again, read, shown."""

from collections.abc import Generator
from typing import TypeAlias

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from painmap.domain.progress import Progress
from painmap.domain.sentences import study_sentence
from painmap.domain.study import AttachedStudy
from painmap.imaging.stack import Stack
from painmap.imaging.volume import Volume, loading
from painmap.services.attached_studies import StudyError, StudyProblem, reopening
from painmap.services.studies import StudyOnDisk
from painmap.ui.ct_choice import blocks_of, short_words
from painmap.ui.ct_export import shows_the_patient
from painmap.ui.ct_marks import Shown, outline_marks, target_marks
from painmap.ui.ct_paint import DrawnMark
from painmap.ui.ct_session import CtSession
from painmap.ui.ct_viewer import CtViewer
from painmap.ui.desk import Desk

Read: TypeAlias = tuple[Volume, StudyOnDisk]

NOTHING = "Nothing: the planes of this study"


class BesideMenu(QObject):
    """Offers the other series of the study and the patient's other studies.

    Parameters
    ----------
    menu : QMenu
    """

    def __init__(self, desk: Desk, session: CtSession, viewer: CtViewer, menu: QMenu) -> None:
        super().__init__(viewer)
        self._desk, self._session, self._viewer = desk, session, viewer
        self.menu = menu.addMenu("Beside it")
        self.menu.aboutToShow.connect(self.offer)
        viewer.beside.marks = self._marks

    def offer(self) -> None:
        """List what can stand beside the open CT."""
        self.menu.clear()
        if not self._session.is_open or self._session.disk is None:
            return
        self._add(NOTHING, self._viewer.beside.close_pictures)
        disk = self._session.disk
        counts = blocks_of(disk.stacks)
        self.menu.addSection("This study")
        for stack in disk.stacks:
            if stack is not self._session.stack and not stack.is_localizer:
                words = short_words(stack, of=counts.get(stack.series_uid, 1))
                self._add(words, lambda stack=stack: self.show_stack(stack))
        others = [each for each in self._others() if each.study_uid != disk.study_uid]
        if others:
            self.menu.addSection("Other studies")
        for study in others:
            self._add(study_sentence(study), lambda study=study: self.show_study(study))

    def _others(self) -> tuple[AttachedStudy, ...]:
        return self._desk.open_visit.visit.attached_studies if self._desk.is_open else ()

    def _add(self, words: str, run: object) -> None:
        action = QAction(words, self.menu)
        action.triggered.connect(lambda _=False: run())  # type: ignore[operator]  # called as it is
        self.menu.addAction(action)

    # --- what stands there

    def show_stack(self, stack: Stack) -> None:
        """Show another series of the same study beside it."""
        disk, study = self._session.disk, self._session.study
        if disk is None:
            return
        kept = self._session.kept(stack)
        if kept is not None and kept.is_complete:
            self._show((kept, disk), study)
            return
        self._run(_loaded(stack, disk), study)

    def show_study(self, study: AttachedStudy) -> None:
        """Show another study of the patient beside it: its best stack, found again first."""
        opened = self._desk.open_visit
        may_show = shows_the_patient(self._desk.clinic, opened.patient)

        def job() -> Generator[Progress, None, Read]:
            disk = yield from reopening(study)
            if not may_show(disk, study):
                raise StudyError(StudyProblem.OTHER_PERSON)
            return (yield from _loaded(disk.first_stack, disk))

        self._run(job(), study)

    def _run(self, job: Generator[Progress, None, Read], study: AttachedStudy | None) -> None:
        before = self._session.disk

        def done(found: Read) -> None:
            if self._session.disk is before and self._desk.is_open:
                self._show(found, study)

        self._desk.run(job, done=done, failed=self._desk.show_error)

    def _show(self, found: Read, study: AttachedStudy | None) -> None:
        self._viewer.beside.open(*found, study, self._viewer.cross)

    def _marks(self, shown: Shown) -> tuple[DrawnMark, ...]:
        """What the visit holds of the other study: looked at there, changed where it is open."""
        if not self._desk.is_open:
            return ()
        visit = self._desk.open_visit.visit
        return (
            *outline_marks(shown, visit, chosen=None, vertex=None, hidden=(), labels=True),
            *target_marks(shown, visit, chosen=None, hidden=(), labels=True),
        )


def _loaded(stack: Stack, disk: StudyOnDisk) -> Generator[Progress, None, Read]:
    volume = yield from loading(stack)
    return volume, disk
