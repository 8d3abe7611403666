"""From a folder to an open CT: scan, whose study, which stack, pixels."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from painmap.domain.errors import PainmapError
from painmap.domain.injection import CtPlace
from painmap.domain.places import StackKey
from painmap.domain.progress import Job, Progress
from painmap.domain.sentences import plural
from painmap.domain.study import AttachedStudy
from painmap.imaging.stack import Stack
from painmap.imaging.volume import Volume, loading
from painmap.services.import_report import from_json
from painmap.services.recent_folders import RecentFolders
from painmap.services.studies import (
    FolderContents,
    Person,
    Reopened,
    StudyOnDisk,
    finding_again,
    scanning_folder,
)
from painmap.ui.ct_attaching import Attaching, Candidate
from painmap.ui.ct_choice import SeriesPanel
from painmap.ui.ct_panels import PanelPlace, ProgressPanel, StartPanel, TextPanel
from painmap.ui.ct_phases import phase_question
from painmap.ui.ct_questions import Answer, QuestionPanel
from painmap.ui.ct_words import modality_words, study_words
from painmap.ui.desk import Desk

MOST_KINDS = 8
"""More kinds of objects on a disc without CT are counted, not named."""

MOST_PERSONS = 6
"""More persons than this on one disc are a backup of a whole house, not a patient's disc."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A CT that is ready to be shown.

    Parameters
    ----------
    study : AttachedStudy or None
        None: it is looked at only.
    place : mapping
        Where to go in it; empty: the middle.
    """

    volume: Volume
    disk: StudyOnDisk
    study: AttachedStudy | None
    place: Mapping[str, Any]


class CtOpening(PanelPlace):
    """What the page shows while no CT is open: what to do, how far it is, what is asked."""

    opened = Signal(object)
    """Opened."""
    choose_wanted = Signal()
    """The doctor wants to choose a folder."""
    dismissed = Signal()
    """A panel was closed without opening anything."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._stop: Callable[[], None] | None = None
        self._attach_best = False
        self._recent = RecentFolders(Path(desk.clinic.database_place).parent)
        self._attaching = Attaching(
            desk,
            self,
            show=self._show,
            dismiss=self.dismiss,
            busy=self._show_progress,
            failed=self._failed,
        )

    def recent_folders(self) -> tuple[Path, ...]:
        """Folders of attached studies that were opened last, the last one first."""
        return self._recent()

    def _show(self, candidate: Candidate, study: AttachedStudy | None) -> None:
        if study is not None:
            # a folder may be named after somebody: it is kept once it is this patient's
            try:
                self._recent.add(candidate.contents.root)
            except PainmapError as error:
                self._desk.show_error(error)
        self.load(candidate.disk, candidate.stack, study, candidate.place)

    # --- panels

    @property
    def shows_start(self) -> bool:
        """Whether it is saying what can be done."""
        return isinstance(self.panel, StartPanel)

    def show_start(self) -> None:
        """Say what can be done: the patient's studies, or a folder to open."""
        self._cancel()
        studies = self._desk.open_visit.visit.attached_studies if self._desk.is_open else ()
        self.show_panel(StartPanel(studies, reopen=self.reopen, choose=self.choose_wanted.emit))

    def _show_progress(self, words: str) -> None:
        self.show_panel(ProgressPanel(words, self.dismiss))

    def _on_progress(self, step: Progress) -> None:
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

    def dismiss(self) -> None:
        """Stop what is under way and go back to where the doctor was."""
        self._cancel()
        self.dismissed.emit()

    def give_up(self) -> None:
        """Stop what is under way and show nothing; the visit is closed."""
        self._cancel()
        self.show_panel(QWidget(), fill=True)

    @property
    def is_busy(self) -> bool:
        """Whether something is being read."""
        return self._stop is not None

    def _cancel(self) -> None:
        self._attaching.leave()
        if self._stop is not None:
            self._stop()
            self._stop = None

    def _failed(self, error: BaseException) -> None:
        self._stop = None
        if isinstance(error, PainmapError):
            self._say_no(error.message, [error.hint] if error.hint else [])
            return
        self.dismissed.emit()
        self._desk.show_error(error)

    def _say_no(self, title: str, lines: list[str], more: Sequence[Answer] = ()) -> None:
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

    # --- folder

    def open_folder(self, path: Path, *, attach_best: bool = False) -> None:
        """Scan a folder and list what is in it; or take the best stack without asking which."""
        self._cancel()
        self._attach_best = attach_best
        self._show_progress("Looking through the folder")
        self._stop = self._desk.jobs.start(
            scanning_folder(path),
            done=self._scanned,
            failed=self._failed,
            progress=self._on_progress,
        )

    def _scanned(self, contents: FolderContents) -> None:
        self._stop = None
        persons = contents.persons
        if not persons:
            self._nothing_found(contents)
            return
        if len(persons) > 1:
            self._ask_who(contents, persons)
        else:
            self._list_studies(contents, persons[0])

    def _nothing_found(self, contents: FolderContents) -> None:
        counts = Counter(each.reason.value for each in contents.skipped)
        lines = [f"{plural(len(contents.skipped), 'file')} looked at, none of them is CT."]
        if contents.beside:
            lines += ["What is there:", *(f"   {words}" for words in contents.beside[:MOST_KINDS])]
            rest = len(contents.beside) - MOST_KINDS
            lines += [f"   and {rest} more" for _ in range(1) if rest > 0]
        else:
            lines += [f"{count} × {reason}" for reason, count in counts.most_common()]
        look = [
            Answer(f"Look at the {modality_words(contents.look_only[0].modality)}", look_at)
            for look_at in [lambda _: self._list_look_only(contents)]
            if contents.look_only
        ]
        self._say_no("No CT was found there.", lines, look)

    def _list_look_only(self, contents: FolderContents) -> None:
        self._show_series(contents, contents.look_only, ())

    def _ask_who(self, contents: FolderContents, persons: tuple[Person, ...]) -> None:
        self.show_panel(
            QuestionPanel(
                "The folder holds studies of several persons. Whose do you want to open?",
                ["Each is compared with the patient before anything is kept."],
                [
                    *(
                        Answer(person.words, self._lister(contents, person))
                        for person in persons[:MOST_PERSONS]
                    ),
                    Answer("Close", lambda _: self.dismiss(), default=True),
                ],
                on_escape=self.dismiss,
                stacked=True,
            ),
            wide=True,
        )

    def _lister(self, contents: FolderContents, person: Person) -> Callable[[str], None]:
        return lambda _: self._list_studies(contents, person)

    def _list_studies(self, contents: FolderContents, person: Person) -> None:
        first = person.studies[0]
        if self._attach_best:
            self._begin(contents, first, first.first_stack)
            return
        self._show_series(contents, person.studies, contents.look_only_of(person))

    def _show_series(
        self,
        contents: FolderContents,
        studies: Sequence[StudyOnDisk],
        look_only: Sequence[StudyOnDisk],
    ) -> None:
        listed = {path for study in (*studies, *look_only) for path in study.files}
        panel = SeriesPanel(
            studies,
            sum(each.path not in listed for each in contents.skipped),
            look_only=look_only,
            beside=contents.beside,
            opened=partial(self._begin, contents),
            report=lambda: self.show_text(
                "Import report",
                [line for study in panel.studies for line in study.report.sentences],
                lambda: self._show_series(contents, panel.studies, look_only),
            ),
            closed=self.dismiss,
        )
        self.show_panel(panel, wide=True)

    def _begin(self, contents: FolderContents, disk: StudyOnDisk, stack: Stack) -> None:
        """Open a stack; where several pictures lie at its places, ask which are wanted."""
        series = disk.readings_of(stack)
        if series is None or not series.question:
            self._attaching.begin(Candidate(contents, disk, stack))
            return

        def go_on(study: StudyOnDisk, chosen: Stack) -> None:
            self._attaching.begin(Candidate(contents, study, chosen))

        panel = phase_question(disk, stack, series, go_on, self.dismiss)
        self.show_panel(panel, wide=True)

    # --- pixels

    def reopen(self, study: AttachedStudy, place: Mapping[str, Any] | None = None) -> None:
        """Open an attached study again, where it was or at its best stack."""
        self._cancel()
        self._show_progress(f"Opening {study_words(study.study_date)}")
        self._stop = self._desk.jobs.start(
            finding_again(study),
            done=lambda found: self._found_again(found, place or {}),
            failed=self._failed,
            progress=self._on_progress,
        )

    def _found_again(self, found: Reopened, place: Mapping[str, Any]) -> None:
        self._stop = None
        disk = found.disk
        # what was marked on, or shown last, says in which way its series is read
        disk = disk.holding(self._annotated_keys())
        disk = disk.holding({StackKey(str(place["key"]))} if "key" in place else ())
        wanted = place.get("series"), place.get("stack")
        stack = next((each for each in disk.stacks if each.key == place.get("key")), None)
        stack = stack or next(
            (each for each in disk.stacks if (each.series_uid, each.index) == wanted), None
        )
        stack = stack or self._annotated(disk) or disk.first_stack
        self._attaching.again(Candidate(found.contents, disk, stack, place))

    def _annotated_keys(self) -> set[StackKey]:
        """The stacks on which something was marked."""
        visit = self._desk.open_visit.visit
        keys = {outline.anchor.stack_key for outline in visit.live_outlines}
        keys |= {mark.anchor.stack_key for mark in visit.live_landmarks}
        keys |= {
            site.place.anchor.stack_key
            for site in visit.live_planned_sites
            if isinstance(site.place, CtPlace)
        }
        return keys

    def _annotated(self, disk: StudyOnDisk) -> Stack | None:
        keys = self._annotated_keys()
        return next((stack for stack in disk.stacks if stack.key in keys), None)

    def load(
        self,
        disk: StudyOnDisk,
        stack: Stack,
        study: AttachedStudy | None,
        place: Mapping[str, Any] | None = None,
    ) -> None:
        """Read the pixels of `stack` and show it; without a study it is looked at only."""
        self._show_progress("Reading the pictures")
        self.load_beside(disk, stack, study, place, self._on_progress, self._failed)

    def load_beside(
        self,
        disk: StudyOnDisk,
        stack: Stack,
        study: AttachedStudy | None,
        place: Mapping[str, Any] | None,
        progress: Callable[[Progress], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Read the pixels of `stack` while what is on screen stays there."""
        self.run_beside(
            loading(stack),
            lambda volume: Opened(volume, disk, study, place or {}),
            progress,
            failed,
        )

    def run_beside(
        self,
        job: Job[Volume],
        opened: Callable[[Volume], Opened],
        progress: Callable[[Progress], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Make a volume while what is on screen stays there, and show it."""
        self._cancel()
        self._stop = self._desk.jobs.start(
            job,
            done=lambda volume: self._loaded(opened(volume)),
            failed=partial(self._not_loaded, failed),
            progress=progress,
        )

    def _not_loaded(self, failed: Callable[[BaseException], None], error: BaseException) -> None:
        self._stop = None
        failed(error)

    def _loaded(self, result: Opened) -> None:
        self._stop = None
        if result.study is not None:
            ids = {study.id for study in self._desk.open_visit.visit.attached_studies}
            if result.study.id not in ids:
                # detached or taken back while its pictures were read
                self.dismissed.emit()
                return
        self.opened.emit(result)
