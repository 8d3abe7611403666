"""From what was offered to an open CT: scan, whose study, which stack, pixels."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from painmap.domain.edits import Edit, Page
from painmap.domain.errors import PainmapError
from painmap.domain.injection import CtPlace
from painmap.domain.places import StackKey
from painmap.domain.progress import Job, Progress
from painmap.domain.sentences import plural
from painmap.domain.study import AttachedStudy
from painmap.imaging.sources import Source
from painmap.imaging.stack import Stack
from painmap.imaging.thumbnail import Thumbnail, thumbnailing
from painmap.imaging.volume import Volume
from painmap.services.clinic import Clinic
from painmap.services.import_report import from_json
from painmap.services.keeping import KeptCopy
from painmap.services.media import DetectMedium, medium_of
from painmap.services.recent_folders import RecentFolders
from painmap.services.settings import Settings
from painmap.services.studies import (
    FolderContents,
    Person,
    Reopened,
    StudyError,
    StudyOnDisk,
    StudyProblem,
    finding_again,
    relocating,
    scanning_folder,
)
from painmap.services.workspaces import Workspaces
from painmap.ui.ct_attaching import Attaching, Candidate
from painmap.ui.ct_choice import KeepingChoice, SeriesPanel
from painmap.ui.ct_filling import LiveOpening, Opened, Whole
from painmap.ui.ct_keeping import Keeping
from painmap.ui.ct_panels import PanelPlace, ProgressPanel, StartPanel, TextPanel
from painmap.ui.ct_phases import phase_question
from painmap.ui.ct_questions import Answer, QuestionPanel
from painmap.ui.ct_words import modality_words, study_words
from painmap.ui.desk import Desk
from painmap.ui.long_task import LongTask
from painmap.ui.series_pictures import SeriesPictures

T = TypeVar("T")

PICTURE_PX = 320
"""Longest side of the picture that is shown while a disc is copied."""

WHERE_NOW = "Choose where it is now ..."

ELSEWHERE = (StudyProblem.FOLDER_GONE, StudyProblem.STUDY_GONE, StudyProblem.NOT_THERE)
"""The study may be at another place."""
MOST_KINDS = 8
"""More kinds of objects on a disc without CT are counted, not named."""

PACS_PX = 1080
"""A list of seven columns is given more room than other panels."""

MOST_PERSONS = 6
"""More persons than this on one disc are a backup of a whole house, not a patient's disc."""


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
        self._stop: Callable[[], None] | None = None
        self._task = LongTask(desk, self.dismiss)
        self._live = LiveOpening(desk, self)
        self._live.began.connect(self._on_began)
        self._live.came.connect(self.came)
        self._live.finished.connect(self._on_whole)
        self._live.taken_away.connect(self.taken_away)
        self._live.cancelled.connect(self.cancel_filling)
        self._back: Callable[[], None] | None = None
        self._pictures: tuple[FolderContents, SeriesPictures] | None = None
        self._attach_best = False
        self._folder = Path(desk.clinic.database_place).parent
        self._recent = RecentFolders(self._folder)
        self._workspaces = Workspaces(self._folder)
        self._keeping = Keeping(desk, self)
        self._keeping.moved.connect(self.moved)
        self._keeping.settled.connect(self.settled)
        self.detect: DetectMedium = medium_of
        """Says what a place lies on."""
        self._attaching = Attaching(
            desk,
            self,
            show=self._show,
            dismiss=self.dismiss,
            prepare=self._copy,
            refused=self._forget,
            busy=self._show_progress,
            failed=self._failed,
        )

    def recent_folders(self) -> tuple[Path, ...]:
        """Folders of attached studies that were opened last, the last one first."""
        return self._recent()

    def _show(self, candidate: Candidate, study: AttachedStudy | None) -> None:
        if study is not None and not candidate.checked:
            self._check(candidate, study)
            return
        if study is not None and candidate.copy:
            self._copy(candidate, lambda ready: self._show(ready, study))
            return
        if study is not None:
            study = self._where_it_is(candidate, study)
            index, contents = self._desk.clinic.index, candidate.contents
            if contents.medium.may_be_indexed and not contents.unpacked:
                self._desk.jobs.record(
                    partial(index.keep, contents.root, (study.study_uid,)),
                    failed=self._desk.show_error,
                )
            # a folder may be named after somebody: it is kept once it is this patient's
            try:
                self._recent.add(candidate.contents.offered)
            except PainmapError as error:
                self._desk.show_error(error)
        self.load(candidate.disk, candidate.stack, study, candidate.place)

    def _where_it_is(self, candidate: Candidate, study: AttachedStudy) -> AttachedStudy:
        """Note where the files of a known study are, if they are no longer where they were."""
        folder = str(candidate.disk.folder.absolute())
        in_store = self._desk.clinic.store.holds(Path(folder))
        stays = not in_store and (candidate.contents.unpacked or Path(study.folder).exists())
        if folder == study.folder or stays:
            return study
        moved = replace(study, folder=folder)
        self._desk.apply(Edit("the study's files are elsewhere", Page.CT, put=(moved,)))
        self._keeping.moved_to(study.id, candidate)
        return moved

    def _check(self, candidate: Candidate, study: AttachedStudy) -> None:
        """Hold the files of a known study against what they were; use a whole copy instead."""

        def checked(found: Candidate | None) -> None:
            self._stop = None
            if found is None:
                self._desk.say("The study is in painmap's store already: opened from there.")
                self.reopen(study, candidate.place)
            else:
                self._show(found, study)

        self._run(
            self._keeping.checking(candidate, study),
            done=checked,
            failed=self._failed,
            progress=self._on_progress,
        )

    def _copy(self, candidate: Candidate, ready: Callable[[Candidate], object]) -> None:
        """Copy what is to be shown into the store; its middle slice is shown meanwhile."""
        contents = candidate.contents
        word = "archive" if contents.unpacked else contents.medium.word
        panel = ProgressPanel(f"Copying from the {word}", self.dismiss)
        self.show_panel(panel)

        def begin(picture: Thumbnail | None) -> None:
            if picture is not None:
                panel.show_picture(picture.pixels)
            self._run(
                self._keeping.begin(candidate),
                done=copied,
                failed=self._failed,
                progress=self._on_progress,
            )

        def copied(kept: KeptCopy) -> None:
            self._stop = None
            ready(self._keeping.begun(candidate, kept))

        self._run(
            thumbnailing(candidate.stack, side=PICTURE_PX, opener=contents.medium.opener),
            done=begin,
            # the slice in the middle may be the one that cannot be read
            failed=lambda _: begin(None),
        )

    def _forget(self, candidate: Candidate) -> None:
        """Keep nothing of a study that is not this patient's."""
        index, root = self._desk.clinic.index, candidate.contents.root
        uids = tuple(study.study_uid for study in candidate.contents.studies)
        self._desk.jobs.record(partial(index.forget, root, uids), failed=self._desk.show_error)

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
        self._leave_workspace()
        self.show_panel(QWidget(), fill=True)

    def _leave_workspace(self) -> None:
        self._desk.jobs.record(self._workspaces.clear, failed=self._desk.show_error)

    def show_pacs(self, panel: QWidget) -> None:
        """Show the panel of the PACS, which closes by `dismiss`."""
        self._cancel()
        self.show_panel(panel, fill=True)
        panel.setMaximumWidth(PACS_PX)

    @property
    def is_busy(self) -> bool:
        """Whether something is being read."""
        return self._stop is not None or self._live.is_reading

    @property
    def is_filling(self) -> bool:
        """Whether pictures are on screen while others are still on their way."""
        return self._live.is_filling

    def look_at_slice(self, k: int) -> None:
        """Have slice `k` and its neighbours read first."""
        self._live.looked.k = k

    def _run(
        self,
        job: Job[T],
        *,
        done: Callable[[T], None],
        failed: Callable[[BaseException], None],
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        """Run one job at a time, with its progress on the bottom line."""

        def over(then: Callable[[Any], None], result: object) -> None:
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

    def _cancel(self) -> None:
        self._attaching.leave()
        if self._stop is not None:
            self._stop()
            self._stop = None
        self._task.over()
        self._live.cancel()

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

    def open_source(self, source: Source, *, attach_best: bool = False) -> None:
        """Scan a source and list what is in it; or take the best stack without asking which."""
        self._cancel()
        self._back = None
        self._attach_best = attach_best
        self._show_progress("Looking through the folder")
        self._run(
            scanning_folder(
                source,
                memory=self._desk.clinic.index,
                detect=self.detect,
                workspace=self._workspaces.new(),
            ),
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
        lines = [
            *contents.notes,
            f"{plural(len(contents.skipped), 'file')} looked at, none of them is CT.",
        ]
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
            copy = bool(contents.must_copy) or self._copies_by_default
            self._begin(contents, first, first.first_stack, copy)
            return
        if is_one_series(contents):
            self._begin(contents, first, first.first_stack, self._copies_by_default)
            return
        self._show_series(contents, person.studies, contents.look_only_of(person))

    def _show_series(
        self,
        contents: FolderContents,
        studies: Sequence[StudyOnDisk],
        look_only: Sequence[StudyOnDisk],
        chosen: Stack | None = None,
    ) -> None:
        listed = {path for study in (*studies, *look_only) for path in study.files}
        panel = SeriesPanel(
            studies,
            sum(each.path not in listed for each in contents.skipped),
            look_only=look_only,
            beside=contents.beside,
            pictures=self._pictures_of(contents),
            opened=lambda disk, stack, copy: opened(disk, stack, copy),
            keeping=KeepingChoice(contents.must_copy, self._copies_by_default),
            notes=contents.notes,
            report=lambda: self.show_text(
                "Import report",
                [
                    *contents.notes,
                    *(line for study in panel.studies for line in study.report.sentences),
                ],
                lambda: again(None),
            ),
            closed=self.dismiss,
        )

        def again(stack: Stack | None) -> None:
            self._show_series(contents, panel.studies, look_only, stack)

        def opened(disk: StudyOnDisk, stack: Stack, copy: bool) -> None:
            self._back = partial(again, stack)
            self._chosen(contents, disk, stack, copy)

        if chosen is not None:
            panel.choose(chosen)
        self.show_panel(panel, wide=True)

    def _pictures_of(self, contents: FolderContents) -> SeriesPictures:
        """The small pictures of what was opened, for every time that it is listed."""
        known = self._pictures
        if known is None or known[0] is not contents:
            make = partial(self._desk.clinic.index.thumbnailing, opener=contents.medium.opener)
            if known is not None:
                known[1].deleteLater()
            known = self._pictures = contents, SeriesPictures(self._desk, make, self)
        return known[1]

    def _begin(self, contents: FolderContents, disk: StudyOnDisk, stack: Stack, copy: bool) -> None:
        """Open a stack; where several pictures lie at its places, ask which are wanted."""
        series = disk.readings_of(stack)
        if series is None or not series.question:
            self._attaching.begin(Candidate(contents, disk, stack, copy=copy))
            return

        def go_on(study: StudyOnDisk, chosen: Stack) -> None:
            self._attaching.begin(Candidate(contents, study, chosen, copy=copy))

        panel = phase_question(disk, stack, series, go_on, self.dismiss)
        self.show_panel(panel, wide=True)

    @property
    def _copies_by_default(self) -> bool:
        return Settings(self._folder)["keep_studies"] == "copy"

    def _chosen(
        self, contents: FolderContents, disk: StudyOnDisk, stack: Stack, copy: bool
    ) -> None:
        if not contents.must_copy and copy is not self._copies_by_default:
            # what was chosen last is offered the next time
            try:
                Settings(self._folder)["keep_studies"] = "copy" if copy else "reference"
            except OSError as error:
                self._desk.say("The choice could not be kept.", hint=error.strerror or "")
        self._begin(contents, disk, stack, copy)

    # --- pixels

    def reopen(self, study: AttachedStudy, place: Mapping[str, Any] | None = None) -> None:
        """Open an attached study again, where it was or at its best stack."""

        def finding(clinic: Clinic) -> Job[Reopened]:
            known = clinic.files_of(study.id)
            return (
                yield from finding_again(
                    study, known=known, memory=clinic.index, detect=self.detect
                )
            )

        self._find(study, finding, place or {})

    def relocate(self, study: AttachedStudy, source: Source) -> None:
        """Open an attached study from where the doctor says that it is now."""

        def finding(clinic: Clinic) -> Job[Reopened]:
            known, space = clinic.files_of(study.id), self._workspaces.new()
            return (
                yield from relocating(
                    study,
                    source,
                    known=known,
                    memory=clinic.index,
                    detect=self.detect,
                    workspace=space,
                )
            )

        self._find(study, finding, {})

    def _find(
        self,
        study: AttachedStudy,
        finding: Callable[[Clinic], Job[Reopened]],
        place: Mapping[str, Any],
    ) -> None:
        self._cancel()
        self._back = None
        self._show_progress(f"Opening {study_words(study.study_date)}")
        self._run(
            finding(self._desk.clinic),
            done=lambda found: self._found_again(found, place),
            failed=partial(self._not_found, study),
            progress=self._on_progress,
        )

    def _not_found(self, study: AttachedStudy, error: BaseException) -> None:
        if not isinstance(error, StudyError) or error.problem not in ELSEWHERE:
            self._failed(error)
            return
        self._stop = None
        self.show_panel(
            QuestionPanel(
                error.message,
                [error.hint, "What was marked on it stays in the record."],
                [
                    Answer(WHERE_NOW, lambda _: self.relocate_wanted.emit(study)),
                    Answer("Close", lambda _: self.dismiss(), default=True),
                ],
                on_escape=self.dismiss,
            )
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
        copy = bool(found.contents.must_copy)
        self._attaching.again(
            Candidate(found.contents, disk, stack, place, copy=copy, checked=True)
        )

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
        """Show `stack` from its first slice on; without a study it is looked at only."""
        self._cancel()
        self._show_progress("Reading the pictures")
        self._live.start(
            disk, stack, study, place or {}, progress=self._on_progress, failed=self._not_filled
        )

    def _not_filled(self, error: BaseException) -> None:
        """A slice cannot be read: say which one, in place of the pictures."""
        self.asks.emit()
        self._failed(error)

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
        self._back = None
        self._live.start(disk, stack, study, place or {}, progress=progress, failed=failed)

    def leave_filling(self) -> bool:
        """Stop what is filling but leave it on screen, for something else to take its place."""
        return self._live.stop()

    def cancel_filling(self) -> None:
        """Take away what has been read so far, and go back to where it was chosen."""
        back = self._back
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

    def run_beside(
        self,
        job: Job[Volume],
        opened: Callable[[Volume], Opened],
        progress: Callable[[Progress], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Make a volume while what is on screen stays there, and show it."""
        self._cancel()
        self._run(
            job,
            done=lambda volume: self._loaded(opened(volume)),
            failed=partial(self._not_loaded, failed),
            progress=progress,
        )

    def _not_loaded(self, failed: Callable[[BaseException], None], error: BaseException) -> None:
        self._stop = None
        failed(error)

    def _loaded(self, result: Opened) -> None:
        if self._is_gone(result):
            self.dismissed.emit()
        else:
            self.opened.emit(result)


def is_one_series(contents: FolderContents) -> bool:
    """Whether a source holds one stack and nothing else: there is nothing to choose or to say."""
    if contents.skipped or contents.notes or contents.must_copy or contents.look_only:
        return False
    stacks = [(study, stack) for study in contents.studies for stack in study.stacks]
    return len(stacks) == 1 and stacks[0][0].readings_of(stacks[0][1]) is None
