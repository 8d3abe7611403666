"""From what was offered to an open CT: scan, whose study, which stack, pixels."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from painmap.domain.errors import PainmapError
from painmap.domain.progress import Job, Progress
from painmap.domain.study import AttachedStudy
from painmap.imaging.sources import Source
from painmap.imaging.stack import Stack
from painmap.imaging.volume import Volume
from painmap.services.import_report import from_json
from painmap.services.media import DetectMedium, medium_of
from painmap.services.recent_folders import RecentFolders
from painmap.services.studies import StudyOnDisk, scanning_folder
from painmap.services.workspaces import Workspaces
from painmap.ui.ct_attaching import Attaching
from painmap.ui.ct_filling import LiveOpening, Opened, Whole
from painmap.ui.ct_finding import FindingAgain, Where
from painmap.ui.ct_keeping import Keeping
from painmap.ui.ct_listing import SeriesListing
from painmap.ui.ct_one_job import OneJob
from painmap.ui.ct_panels import PanelPlace, ProgressPanel, StartPanel, TextPanel
from painmap.ui.ct_questions import Answer, QuestionPanel
from painmap.ui.ct_taking import Taking
from painmap.ui.ct_words import study_words
from painmap.ui.desk import Desk

T = TypeVar("T")

PACS_PX = 1080
"""A list of seven columns is given more room than other panels."""


class CtOpening(PanelPlace):
    """What the page shows while no CT is open: what to do, how far it is, what is asked."""

    opened = Signal(object)
    """Opened; its volume may still be filling."""
    came = Signal(object)
    """Filled: slices have come into the volume that is shown."""
    whole = Signal(object)
    """Whole: the last slice of what was opened is there."""
    taken_away = Signal()
    """What was filling is not read any more; it must not stay on screen."""
    asks = Signal()
    """Something is asked or offered in place of the pictures."""
    choose_wanted = Signal()
    """The doctor wants to choose a folder."""
    choose_file_wanted = Signal()
    """The doctor wants to choose a zip archive, a DICOMDIR or single files."""
    relocate_wanted = Signal(object)
    """AttachedStudy; the doctor wants to say where its files are now."""
    moved = Signal(object)
    """StudyOnDisk whose files are read from the program's store from now on."""
    settled = Signal(object, object)
    """StudyOnDisk and the UUID of its row: its files are where they stay, none is missing."""
    pacs_wanted = Signal()
    """The doctor wants to fetch a study from the PACS."""
    dismissed = Signal()
    """A panel was closed without opening anything."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        folder = Path(desk.clinic.database_place).parent
        self.detect: DetectMedium = medium_of
        """Says what a place lies on."""
        self._job = OneJob(desk, self.dismiss)
        self._live = self._live_opening()
        self._recent = RecentFolders(folder)
        self._workspaces = Workspaces(folder)
        self._keeping = Keeping(desk, self)
        self._keeping.moved.connect(self.moved)
        self._keeping.settled.connect(self.settled)
        self._taking = Taking(desk, self, self._job, self._keeping, self._recent)
        self._attaching = Attaching(
            desk,
            self,
            show=self._taking.show,
            dismiss=self.dismiss,
            prepare=self._taking.copy,
            refused=self._taking.forget,
            busy=self._show_progress,
            failed=self.failed,
        )
        self._listing = SeriesListing(desk, self, self._attaching.begin, folder, self)
        self._finding = FindingAgain(
            desk,
            self,
            Where(lambda: self.detect, self._workspaces.new),
            found=self._attaching.again,
            elsewhere=self.relocate_wanted.emit,
        )

    def _live_opening(self) -> LiveOpening:
        live = LiveOpening(self._desk, self)
        live.began.connect(self._on_began)
        live.came.connect(self.came)
        live.finished.connect(self._on_whole)
        live.taken_away.connect(self.taken_away)
        live.cancelled.connect(self.cancel_filling)
        return live

    def recent_folders(self) -> tuple[Path, ...]:
        """Folders of attached studies that were opened last, the last one first."""
        return self._recent()

    # --- panels

    @property
    def shows_start(self) -> bool:
        """Whether it is saying what can be done."""
        return isinstance(self.panel, StartPanel)

    @property
    def shows_picture(self) -> bool:
        """Whether a slice is shown while the others are being copied."""
        return isinstance(self.panel, ProgressPanel) and not self.panel.picture.isHidden()

    def show_start(self) -> None:
        """Say what can be done: the patient's studies, or a folder to open."""
        self._cancel()
        studies = self._desk.open_visit.visit.attached_studies if self._desk.is_open else ()
        self.show_panel(
            StartPanel(
                studies,
                reopen=self.reopen,
                choose=self.choose_wanted.emit,
                choose_file=self.choose_file_wanted.emit,
                pacs=self.pacs_wanted.emit,
            )
        )

    def _show_progress(self, words: str) -> None:
        self.show_panel(ProgressPanel(words, self.dismiss))

    def on_progress(self, step: Progress) -> None:
        """Show how far a job is, if that is what is shown."""
        if isinstance(self.panel, ProgressPanel):
            self.panel.show_step(step)

    def show_text(self, title: str, lines: list[str], back: Callable[[], object]) -> None:
        """Show a text that can be read and copied."""
        self.show_panel(TextPanel(title, lines, back), fill=True)

    def show_stored_report(self, study: AttachedStudy, back: Callable[[], object]) -> None:
        """Show the import report that is kept with an attached study."""
        title = f"Import report, {study_words(study.study_date)}"
        self._desk.ask_records(
            partial(self._desk.clinic.blob, study.import_report),
            lambda content: self.show_text(title, list(from_json(content).sentences), back),
        )

    def show_pacs(self, panel: QWidget) -> None:
        """Show the panel of the PACS, which closes by `dismiss`."""
        self._cancel()
        self.show_panel(panel, fill=True)
        panel.setMaximumWidth(PACS_PX)

    def say_no(self, title: str, lines: list[str], more: Sequence[Answer] = ()) -> None:
        """Say why nothing was opened, and what may be done instead."""
        self.show_panel(
            QuestionPanel(
                title,
                lines,
                [
                    *more,
                    Answer("Open another folder ...", lambda _: self.choose_wanted.emit()),
                    Answer("Close", lambda _: self.dismiss(), default=True),
                ],
                on_escape=self.dismiss,
            )
        )

    # --- stopping

    def dismiss(self) -> None:
        """Stop what is under way and go back to where the doctor was."""
        self._cancel()
        self.dismissed.emit()

    def give_up(self) -> None:
        """Stop what is under way and show nothing; the visit is closed."""
        self._cancel()
        self._leave_workspace()
        self.show_panel(QWidget(), fill=True)

    def _leave_workspace(self) -> None:
        self._desk.jobs.record(self._workspaces.clear, failed=self._desk.show_error)

    @property
    def is_busy(self) -> bool:
        """Whether something is being read."""
        return self._job.is_running or self._live.is_reading

    @property
    def is_filling(self) -> bool:
        """Whether pictures are on screen while others are still on their way."""
        return self._live.is_filling

    def _cancel(self) -> None:
        self._attaching.leave()
        self._job.stop()
        self._live.cancel()

    def failed(self, error: BaseException) -> None:
        """Say what went wrong, in place of the pictures."""
        if isinstance(error, PainmapError):
            self.say_no(error.message, [error.hint] if error.hint else [])
            return
        self.dismissed.emit()
        self._desk.show_error(error)

    # --- finding

    def run_shown(
        self,
        words: str,
        job: Job[T],
        *,
        done: Callable[[T], object],
        failed: Callable[[BaseException], object] | None = None,
    ) -> None:
        """Run a job in place of the pictures, with its progress."""
        self._cancel()
        self._listing.back = None
        self._show_progress(words)
        self._job.run(job, done=done, failed=failed or self.failed, progress=self.on_progress)

    def open_source(self, source: Source, *, attach_best: bool = False) -> None:
        """Scan a source and list what is in it; or take the best stack without asking which."""
        self._listing.attach_best = attach_best
        self.run_shown(
            "Looking through the folder",
            scanning_folder(
                source,
                memory=self._desk.clinic.index,
                detect=self.detect,
                workspace=self._workspaces.new(),
            ),
            done=self._listing.scanned,
        )

    def reopen(self, study: AttachedStudy, place: Mapping[str, Any] | None = None) -> None:
        """Open an attached study again, where it was or at its best stack."""
        self._finding.reopen(study, place or {})

    def relocate(self, study: AttachedStudy, source: Source) -> None:
        """Open an attached study from where the doctor says that it is now."""
        self._finding.relocate(study, source)

    # --- pixels

    def look_at_slice(self, k: int) -> None:
        """Have slice `k` and its neighbours read first."""
        self._live.looked.k = k

    def load(
        self,
        disk: StudyOnDisk,
        stack: Stack,
        study: AttachedStudy | None,
        place: Mapping[str, Any] | None = None,
    ) -> None:
        """Show `stack` from its first slice on; without a study it is looked at only."""
        self._cancel()
        self._show_progress("Reading the pictures")
        self._live.start(
            disk, stack, study, place or {}, progress=self.on_progress, failed=self._not_filled
        )

    def _not_filled(self, error: BaseException) -> None:
        """A slice cannot be read: say which one, in place of the pictures."""
        self.asks.emit()
        self.failed(error)

    def load_beside(
        self,
        disk: StudyOnDisk,
        stack: Stack,
        study: AttachedStudy | None,
        place: Mapping[str, Any] | None,
        progress: Callable[[Progress], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Show another stack; what is on screen stays there until its first slice has come."""
        self.leave_filling()
        self._cancel()
        self._listing.back = None
        self._live.start(disk, stack, study, place or {}, progress=progress, failed=failed)

    def run_beside(
        self,
        job: Job[Volume],
        opened: Callable[[Volume], Opened],
        progress: Callable[[Progress], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Make a volume while what is on screen stays there, and show it."""
        self._cancel()
        self._job.run(
            job,
            done=lambda volume: self._loaded(opened(volume)),
            failed=failed,
            progress=progress,
        )

    def _loaded(self, result: Opened) -> None:
        if self._is_gone(result):
            self.dismissed.emit()
        else:
            self.opened.emit(result)

    def leave_filling(self) -> bool:
        """Stop what is filling but leave it on screen, for something else to take its place."""
        return self._live.stop()

    def cancel_filling(self) -> None:
        """Take away what has been read so far, and go back to where it was chosen."""
        back = self._listing.back
        self._cancel()
        if back is None:
            self.dismissed.emit()
        else:
            self.asks.emit()
            back()

    def _on_began(self, opened: Opened) -> None:
        if self._is_gone(opened):
            self._live.stop()
            self.dismissed.emit()
        else:
            self.opened.emit(opened)

    def _on_whole(self, whole: Whole) -> None:
        study = whole.opened.study
        if not self._is_gone(whole.opened):
            self.whole.emit(whole)
            if study is not None:
                self._keeping.opened(study, whole.opened.disk)

    def _is_gone(self, opened: Opened) -> bool:
        """Whether its study was detached or taken back while its pictures were read."""
        ids = {study.id for study in self._desk.open_visit.visit.attached_studies}
        return opened.study is not None and opened.study.id not in ids
