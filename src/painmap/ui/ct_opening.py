"""From a folder to an open CT: scan, whose study, which stack, identity, pixels.

Nothing is kept of a study before its identity was compared and, where it differs, answered.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from painmap.domain.edits import attach_study, refuse_study
from painmap.domain.errors import PainmapError
from painmap.domain.injection import CtPlace
from painmap.domain.places import Sha256
from painmap.domain.progress import Progress
from painmap.domain.sentences import plural, study_sentence
from painmap.domain.study import AttachedStudy, IdentityAnswer, IdentityCheck, RefusalOutcome
from painmap.imaging.stack import Stack
from painmap.imaging.volume import Volume, loading
from painmap.services.attaching import Consideration, answered, consider, refused
from painmap.services.data_folder import identity_key
from painmap.services.import_report import from_json
from painmap.services.recent_folders import RecentFolders
from painmap.services.studies import (
    FolderContents,
    Person,
    StudyOnDisk,
    attached,
    reopening,
    scanning_folder,
)
from painmap.ui.ct_choice import SeriesPanel
from painmap.ui.ct_questions import Answer, QuestionPanel
from painmap.ui.ct_words import study_words
from painmap.ui.desk import Desk
from painmap.ui.widgets import button, card, column, label, row

CLOSE = "Not this patient: close"
SAME_PERSON = "Same person"
LOOK_ONLY = "Look only"

PANEL_WIDTH = 860
NARROW_WIDTH = 580


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


class CtOpening(QWidget):
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
        self._contents: FolderContents | None = None
        self._attach_best = False
        self._recent = RecentFolders(self.data_folder)
        self._column = QVBoxLayout()
        self._column.setContentsMargins(24, 20, 24, 20)
        self.setLayout(self._column)
        self.panel: QWidget | None = None
        self._start_panel: QWidget | None = None

    @property
    def data_folder(self) -> Path:
        return Path(self._desk.clinic.database_place).parent

    def recent_folders(self) -> tuple[Path, ...]:
        """Folders that were opened last, the last one first."""
        return self._recent()

    # --- panels

    def _show(self, panel: QWidget, *, wide: bool = True, fill: bool = False) -> None:
        while self._column.count():
            entry = self._column.takeAt(0)
            if entry is not None and (old := entry.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.panel = panel
        panel.setMaximumWidth(PANEL_WIDTH if wide else NARROW_WIDTH)
        middle = QWidget()
        box = row(spacing=0)
        box.addStretch(1)
        box.addWidget(panel, 100)
        box.addStretch(1)
        middle.setLayout(box)
        if not fill:
            self._column.addStretch(2)
        self._column.addWidget(middle, 1 if fill else 0)
        if not fill:
            self._column.addStretch(3)
        if isinstance(panel, QuestionPanel):
            panel.take_focus()
        else:
            panel.setFocus()

    @property
    def shows_start(self) -> bool:
        """Whether it is saying what can be done."""
        return self.panel is not None and self.panel is self._start_panel

    def show_start(self) -> None:
        """Say what can be done: the patient's studies, or a folder to open."""
        self._cancel()
        studies = self._desk.open_visit.visit.attached_studies if self._desk.is_open else ()
        panel = card()
        box = column(margins=28, spacing=12)
        box.addWidget(label("CT", "title"))
        if studies:
            box.addWidget(label("Attached to this patient:", "muted"))
        for index, study in enumerate(studies):
            words = f"Open {study_words(study.study_date)}"
            opener = button(words, partial(self.reopen, study), primary=index == 0)
            opener.setAccessibleName(f"Open {study_sentence(study)}")
            about = label(study.description or "no description", "muted", wrap=True)
            box.addLayout(row(opener, about, spacing=12))
            box.setStretch(box.count() - 1, 0)
        if studies:
            box.addSpacing(8)
            box.addWidget(label("Or another study, from a folder or disc:", "muted"))
        else:
            box.addWidget(
                label(
                    "Open the folder or disc that holds the patient's CT. Its series are listed, "
                    "and it is compared with the patient before anything is kept.",
                    wrap=True,
                )
            )
        self.open_button = button(
            "Open DICOM folder ...", self.choose_wanted.emit, primary=not studies
        )
        box.addLayout(row(self.open_button, label("or drop a folder here", "muted"), -1))
        recent = self.recent_folders()[:4]
        if recent:
            box.addSpacing(8)
            box.addWidget(label("OPENED LAST", "caption"))
        for folder in recent:
            again = button(shortened(str(folder)), partial(self.open_folder, folder), flat=True)
            again.setToolTip(str(folder))
            box.addLayout(row(again, -1))
        panel.setLayout(box)
        self._start_panel = panel
        self._show(panel, wide=False)

    def _show_progress(self, words: str) -> None:
        panel = card()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)
        self._step = label("", "muted")
        cancel = button("Cancel", self.dismiss)
        box = column(label(words, "heading"), self._bar, self._step, margins=24, spacing=12)
        box.addLayout(row(cancel, -1))
        panel.setLayout(box)
        self._show(panel, wide=False)

    def _on_progress(self, step: Progress) -> None:
        self._bar.setRange(0, step.total or 0)
        self._bar.setValue(step.done)
        count = f", {step.done} of {step.total}" if step.total else f", {step.done}"
        self._step.setText(f"{step.label}{count}")

    def dismiss(self) -> None:
        """Stop what is under way and go back to where the doctor was."""
        self._cancel()
        self.dismissed.emit()

    def _cancel(self) -> None:
        if self._stop is not None:
            self._stop()
            self._stop = None

    def _failed(self, error: BaseException) -> None:
        self._stop = None
        if not isinstance(error, PainmapError):
            self.dismissed.emit()
            self._desk.show_error(error)
            return
        self._show(
            QuestionPanel(
                error.message,
                [error.hint] if error.hint else [],
                [
                    Answer("Open another folder ...", lambda _: self.choose_wanted.emit()),
                    Answer("Close", lambda _: self.dismiss(), default=True),
                ],
                on_escape=self.dismiss,
            ),
            wide=False,
        )

    # --- folder

    def open_folder(self, path: Path, *, attach_best: bool = False) -> None:
        """Scan a folder and list what is in it; or take the best stack without asking which."""
        self._cancel()
        self._attach_best = attach_best
        self._show_progress("Looking through the folder")
        self._stop = self._desk.jobs.start(
            scanning_folder(path),
            done=partial(self._scanned, path),
            failed=self._failed,
            progress=self._on_progress,
        )

    def _scanned(self, path: Path, contents: FolderContents) -> None:
        self._stop = None
        self._contents = contents
        persons = contents.persons
        if not persons:
            self._nothing_found(contents)
            return
        try:
            self._recent.add(path)
        except PainmapError as error:
            self._desk.show_error(error)
        if len(persons) > 1:
            self._ask_who(persons)
        else:
            self._list_studies(persons[0])

    def _nothing_found(self, contents: FolderContents) -> None:
        lines = [f"{plural(len(contents.skipped), 'file')} looked at, none of them is CT."]
        reasons: dict[str, int] = {}
        for each in contents.skipped:
            reasons[each.reason.value] = reasons.get(each.reason.value, 0) + 1
        lines += [f"{count} × {reason}" for reason, count in reasons.items()]
        self._show(
            QuestionPanel(
                "No CT was found there.",
                lines,
                [
                    Answer("Open another folder ...", lambda _: self.choose_wanted.emit()),
                    Answer("Close", lambda _: self.dismiss(), default=True),
                ],
                on_escape=self.dismiss,
            )
        )

    def _ask_who(self, persons: tuple[Person, ...]) -> None:
        self._show(
            QuestionPanel(
                "The folder holds studies of several persons. Whose do you want to open?",
                ["Each is compared with the patient before anything is kept."],
                [
                    *(Answer(person.words, self._lister(person)) for person in persons[:6]),
                    Answer("Close", lambda _: self.dismiss(), default=True),
                ],
                on_escape=self.dismiss,
                stacked=True,
            )
        )

    def _lister(self, person: Person) -> Callable[[str], None]:
        return lambda _: self._list_studies(person)

    def _list_studies(self, person: Person) -> None:
        first = person.studies[0]
        if self._attach_best:
            self._chosen(first, first.first_stack)
            return
        contents = self._contents
        again = partial(self._list_studies, person)
        panel = SeriesPanel(
            person.studies,
            len(contents.skipped) if contents else 0,
            opened=self._chosen,
            report=partial(self._show_report, person, again),
            closed=self.dismiss,
        )
        self._show(panel)

    def _show_report(self, person: Person, back: Callable[[], None]) -> None:
        lines = [line for study in person.studies for line in study.report.sentences]
        self.show_text("Import report", lines, back)

    def show_text(self, title: str, lines: list[str], back: Callable[[], object]) -> None:
        """Show a text that can be read and copied."""
        panel = card()
        text = QPlainTextEdit("\n".join(lines))
        text.setReadOnly(True)
        text.setAccessibleName(title)
        self.report_text = text
        box = column(label(title, "heading"), text, margins=20, spacing=12)
        box.addLayout(row(button("Back", back, primary=True), -1))
        panel.setLayout(box)
        self._show(panel, fill=True)

    def show_stored_report(self, study: AttachedStudy, back: Callable[[], object]) -> None:
        """Show the import report that is kept with an attached study."""
        self._desk.ask_records(
            partial(self._desk.clinic.blob, study.import_report),
            lambda content: self.show_text(
                f"Import report, {study_words(study.study_date)}",
                list(from_json(content).sentences),
                back,
            ),
        )

    # --- identity

    def _chosen(self, disk: StudyOnDisk, stack: Stack) -> None:
        known = self._attached_already(disk.study_uid)
        if known is not None:
            self.load(disk, stack, known)
            return
        self._consider(disk, stack, None)

    def _attached_already(self, study_uid: str) -> AttachedStudy | None:
        studies = self._desk.open_visit.visit.attached_studies
        return next((study for study in studies if study.study_uid == study_uid), None)

    def _consider(self, disk: StudyOnDisk, stack: Stack, sample: bool | None) -> None:
        found = consider(disk, self._desk.open_visit.patient, public_sample=sample)
        if found.question:
            self._ask_sample(disk, stack, found)
        elif found.rule is not None:
            self._say_rule(disk, stack, found)
        elif found.comparison.check.differs:
            self._ask_identity(disk, stack, found)
        else:
            self._attach(disk, stack, found, found.comparison.check)

    def _ask_sample(self, disk: StudyOnDisk, stack: Stack, found: Consideration) -> None:
        self._show(
            QuestionPanel(
                found.question,
                ["A public sample can be attached to a demonstration patient only."],
                [
                    Answer("Public sample", lambda _: self._consider(disk, stack, True)),
                    Answer("It shows a patient", lambda _: self._consider(disk, stack, False)),
                    Answer("Close", lambda _: self.dismiss(), default=True),
                ],
                on_escape=self.dismiss,
            ),
            wide=False,
        )

    def _say_rule(self, disk: StudyOnDisk, stack: Stack, found: Consideration) -> None:
        if found.rule is None:
            raise ValueError("there is no rule to say")
        self._show(
            QuestionPanel(
                "This study cannot be attached here.",
                [found.rule.value],
                [
                    Answer("Close", lambda _: self.dismiss(), default=True),
                    Answer(LOOK_ONLY, lambda _: self.load(disk, stack, None)),
                ],
                on_escape=self.dismiss,
            ),
            wide=False,
        )

    def _ask_identity(self, disk: StudyOnDisk, stack: Stack, found: Consideration) -> None:
        comparison = found.comparison
        lines = [difference.words for difference in comparison.differences]
        if comparison.shown_number:
            lines.append(f"ID on the study: {comparison.shown_number} (not compared)")

        def close(_: str) -> None:
            self._refuse(found, RefusalOutcome.CLOSED)
            self.dismiss()

        def look(_: str) -> None:
            self._refuse(found, RefusalOutcome.LOOKED_ONLY)
            self.load(disk, stack, None)

        def same(remark: str) -> None:
            reasons = panel.reasons
            answer = reasons.chosen[0] if reasons is not None else IdentityAnswer.OTHER_REASON
            check = answered(comparison.check, IdentityAnswer(str(answer)), remark)
            self._attach(disk, stack, found, check)

        panel = QuestionPanel(
            "The study and the patient differ. Is it the same person?",
            lines,
            [
                Answer(CLOSE, close, default=True),
                Answer(SAME_PERSON, same, typed="In your words, if anything is to be added"),
                Answer(LOOK_ONLY, look),
            ],
            reasons=[
                (IdentityAnswer.NAME_CHANGED, "name changed"),
                (IdentityAnswer.MISSPELT, "misspelt"),
                (IdentityAnswer.MERGED, "records merged"),
                (IdentityAnswer.OTHER_REASON, "other reason"),
            ],
            reasons_for="If it is the same person, why do they differ?",
            on_escape=lambda: close(""),
        )
        self._show(panel, wide=False)

    def _refuse(self, found: Consideration, outcome: RefusalOutcome) -> None:
        self._desk.apply(refuse_study(refused(found.comparison, outcome)))

    def _attach(
        self, disk: StudyOnDisk, stack: Stack, found: Consideration, check: IdentityCheck
    ) -> None:
        contents = self._contents
        if contents is None:
            raise RuntimeError("a study is attached from a scanned folder")
        self._show_progress("Attaching the study")
        folder, clinic = self.data_folder, self._desk.clinic
        visit_id = self._desk.open_visit.visit.id

        def store() -> Sha256:
            return clinic.put_blob(contents.stored_report(disk, identity_key(folder)))

        def stored(report: Sha256) -> None:
            if not self._desk.is_open or self._desk.open_visit.visit.id != visit_id:
                return
            study = attached(disk, origin=found.origin, identity=check, import_report=report)
            self._desk.apply(attach_study(study))
            self._desk.say(f"Study attached. {sentence_case(found.quiet_line)}.")
            self.load(disk, stack, study)

        self._desk.jobs.record(store, done=stored, failed=self._failed)

    # --- pixels

    def reopen(self, study: AttachedStudy, place: Mapping[str, Any] | None = None) -> None:
        """Open an attached study again, where it was or at its best stack."""
        self._cancel()
        self._show_progress(f"Opening {study_words(study.study_date)}")
        self._stop = self._desk.jobs.start(
            reopening(study),
            done=lambda disk: self._found_again(disk, study, place or {}),
            failed=self._failed,
            progress=self._on_progress,
        )

    def _found_again(
        self, disk: StudyOnDisk, study: AttachedStudy, place: Mapping[str, Any]
    ) -> None:
        wanted = place.get("series"), place.get("stack")
        stack = next(
            (each for each in disk.stacks if (each.series_uid, each.index) == wanted), None
        )
        self.load(disk, stack or self._annotated(disk) or disk.first_stack, study, place)

    def _annotated(self, disk: StudyOnDisk) -> Stack | None:
        """A stack on which something was marked."""
        visit = self._desk.open_visit.visit
        keys = {outline.anchor.stack_key for outline in visit.live_outlines}
        keys |= {mark.anchor.stack_key for mark in visit.live_landmarks}
        keys |= {
            site.place.anchor.stack_key
            for site in visit.live_planned_sites
            if isinstance(site.place, CtPlace)
        }
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
        self._cancel()
        self._stop = self._desk.jobs.start(
            loading(stack),
            done=lambda volume: self._loaded(Opened(volume, disk, study, place or {})),
            failed=failed,
            progress=progress,
        )

    def _loaded(self, result: Opened) -> None:
        self._stop = None
        if result.study is not None:
            ids = {study.id for study in self._desk.open_visit.visit.attached_studies}
            if result.study.id not in ids:
                # detached or taken back while its pictures were read
                self.dismissed.emit()
                return
        self.opened.emit(result)

    def give_up(self) -> None:
        """Stop what is under way and show nothing; the visit is closed."""
        self._cancel()
        self._contents = None
        self._show(QScrollArea(), fill=True)


def sentence_case(text: str) -> str:
    """The same with a capital at its beginning; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def shortened(text: str, most: int = 56) -> str:
    """Leave out the middle of a long path."""
    if len(text) <= most:
        return text
    return f"{text[: most // 2 - 1]} … {text[-(most // 2 - 2) :]}"
