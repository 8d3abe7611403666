"""The page CT: a study is opened, looked at in three planes, and muscles are marked on it."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from painmap.domain.edits import Page, detach_study
from painmap.domain.injection import CtPlace, Landmark, Outline, PlannedSite
from painmap.domain.needle_plan import Hazard, PlannedPath
from painmap.domain.places import CtAnchor, PatientPoint, StackKey
from painmap.domain.progress import Progress
from painmap.domain.study import AttachedStudy
from painmap.domain.visit import Item
from painmap.imaging.geometry import Floats
from painmap.imaging.muscle_rows import MuscleRow
from painmap.imaging.resampling import resampling
from painmap.imaging.reslice import Plane
from painmap.imaging.sources import Source
from painmap.imaging.stack import Stack
from painmap.imaging.volume import Filled, Volume, loading
from painmap.imaging.window import SOFT_TISSUE, WINDOWS, HuWindow, window_of_values
from painmap.services.muscle_table import measuring_muscles
from painmap.services.pacs_ledger import Held
from painmap.services.studies import StudyOnDisk
from painmap.ui.ct_annotator import Annotator
from painmap.ui.ct_bar import MarkBar
from painmap.ui.ct_body import body_corners
from painmap.ui.ct_filling import Opened, Whole
from painmap.ui.ct_hashing import SetHashing
from painmap.ui.ct_head import StudyHead, WindowChips
from painmap.ui.ct_keys import TITLE, key_lines
from painmap.ui.ct_marks import Shown
from painmap.ui.ct_muscle_table import MuscleTable
from painmap.ui.ct_muscle_work import MuscleWork
from painmap.ui.ct_muscles import content_of
from painmap.ui.ct_opening import CtOpening
from painmap.ui.ct_paint import DrawnMark
from painmap.ui.ct_session import CtSession
from painmap.ui.ct_tool_strip import SPEC, TOOLS, ToolName, ToolStrip
from painmap.ui.ct_viewer import CtViewer
from painmap.ui.desk import Changes, Desk, Tone
from painmap.ui.pacs_fetching import PacsFetching
from painmap.ui.pacs_panel import PacsPanel
from painmap.ui.pages import VisitPage
from painmap.ui.theme import Icons, Palette
from painmap.ui.tools.gesture import PointerEvent, PointerKind
from painmap.ui.widgets import column, row

QUESTION_MARGIN_PX = 16
MARKED_FIELDS = ("planned_sites", "outlines", "landmarks", "paths", "hazards")
PAGE_STEP = 5
"""Slices that Page Up and Page Down leaf over."""

STILL_LOADING = "This slice is still loading: mark and measure on it when it is there."

CHANGED_HINT = (
    "Bring the files back as they were; or detach the study and open the folder again, to work "
    "on the files as they are now."
)

KEYS = {
    Qt.Key.Key_Return: "Return",
    Qt.Key.Key_Enter: "Return",
    Qt.Key.Key_Backspace: "Backspace",
}


class CtPage(VisitPage):
    """Pictures as large as the page allows; what is asked stands in panels."""

    page = Page.CT

    def __init__(self, desk: Desk, icons: Icons, palette: Palette) -> None:
        super().__init__(desk, icons, palette)
        self.session = CtSession(desk.muscles)
        self._wanted: Mapping[str, Any] = {}
        self._before: Opened | None = None
        self._bodies: dict[StackKey, Floats | None] = {}
        self._reading_beside = False
        self._shortcuts: list[QShortcut] = []
        self.opening = CtOpening(desk)
        self.hashing = SetHashing(desk)
        self.pacs = PacsFetching(desk)
        self.viewer = CtViewer(self.session, self._marks)
        self.bar = MarkBar(
            desk.muscles,
            on_note=lambda text: self.annotator.chosen_one.set_note(text),
            on_remove=lambda: self.annotator.chosen_one.remove(),
            on_apply=lambda: self.annotator.chosen_one.apply_bar(),
        )
        self.tools = ToolStrip(icons, palette, self.choose_tool)
        self.windows = WindowChips(self.viewer.set_window)
        self.head = StudyHead(
            self.session,
            icons,
            palette,
            on_stack=self.show_stack,
            on_report=self.show_report,
            on_detach=self.detach,
            on_close=self.close_pictures,
            on_open=self.choose_folder,
        )
        self._question: QWidget | None = None
        self.annotator = Annotator(
            desk, self.session, self.viewer, self.bar, self._put_question, self.choose_tool
        )
        self.work = MuscleWork(
            desk, self.session, self.viewer, self.bar, self.annotator, self.show_measures
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self.opening)
        self._stack.addWidget(self._looking())
        self.measures = MuscleTable(self.session, self._look)
        self._stack.addWidget(self.measures)
        self.setLayout(column(self._stack))
        self._connect()
        self._make_shortcuts()
        self.choose_tool(ToolName.WINDOW)

    def _looking(self) -> QWidget:
        whole = QWidget()
        self._looking_page = whole
        middle = row(self.tools, self.viewer, self.work.list, spacing=0)
        middle.setStretch(1, 1)
        # the line keeps its height while the windows of CT are hidden
        self.bar.hint.setMinimumHeight(30)
        below = row(self.windows, self.bar.hint, self.work.strip, spacing=16)
        below.setStretch(1, 1)
        below.setContentsMargins(16, 8, 16, 0)
        box = column(self.head, spacing=0)
        box.addLayout(middle, 1)
        box.addLayout(below)
        box.addWidget(self.bar)
        box.addWidget(self.annotator.needle.panel)
        box.addWidget(self.annotator.hazards.panel)
        whole.setLayout(box)
        return whole

    def _connect(self) -> None:
        self.opening.opened.connect(self._on_opened_ct)
        self.opening.choose_wanted.connect(self.choose_folder)
        self.opening.choose_file_wanted.connect(self.choose_files)
        self.opening.relocate_wanted.connect(self.choose_new_place)
        self.opening.moved.connect(self._on_moved)
        self.opening.came.connect(self._on_came)
        self.opening.whole.connect(self._on_whole)
        self.opening.taken_away.connect(self._on_taken_away)
        self.opening.asks.connect(lambda: self._stack.setCurrentWidget(self.opening))
        self.opening.settled.connect(self._on_settled)
        self.opening.pacs_wanted.connect(self.show_pacs)
        self.opening.dismissed.connect(self._on_dismissed)
        self.pacs.fetched.connect(self._on_fetched)
        self.viewer.pointer.connect(self._on_pointer)
        self.viewer.resample_wanted.connect(self.resample)
        self.viewer.past_end.connect(self._on_past_end)
        self.viewer.window_changed.connect(self._on_window)
        self.viewer.moved.connect(self._on_moved_view)
        self.desk.opened.connect(self._on_visit_opened)
        self.desk.closing.connect(self.hand_in)
        self.desk.closed.connect(self._on_visit_closed)
        self.desk.changed.connect(self._on_changed)

    def _make_shortcuts(self) -> None:
        for spec in TOOLS:
            self._shortcut(spec.key, partial(self.choose_tool, spec.name))
        for number, preset in enumerate(WINDOWS, 1):
            self._shortcut(f"Ctrl+{number}", partial(self._use_preset, preset))
        self._shortcut("Home", self.viewer.fit)
        self._shortcut("?", self.show_keys)
        self._shortcut("F", self.work.fill)
        self._shortcut("L", self.work.toggle_list)
        self._shortcut("[", lambda: self.work.resize(-1))
        self._shortcut("]", lambda: self.work.resize(1))

    def _shortcut(self, keys: str, run: Callable[[], object]) -> None:
        made = QShortcut(QKeySequence(keys), self)
        made.setContext(Qt.ShortcutContext.WindowShortcut)
        made.activated.connect(lambda: run() if self.is_looking else None)
        made.setEnabled(False)
        self._shortcuts.append(made)

    # --- which part of the page is shown

    @property
    def is_looking(self) -> bool:
        """Whether pictures are on screen."""
        return self._stack.currentWidget() is self._looking_page

    def _look(self) -> None:
        self._stack.setCurrentWidget(self._looking_page)
        self.viewer.views[self.viewer.large].setFocus()

    def _on_dismissed(self) -> None:
        if self.session.is_open:
            self._look()
        else:
            self._wanted = {}
            self._start()

    def _start(self) -> None:
        self._stack.setCurrentWidget(self.opening)
        self.opening.show_start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        for shortcut in self._shortcuts:
            shortcut.setEnabled(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.viewer.set_pan_key(False)
        for shortcut in self._shortcuts:
            shortcut.setEnabled(False)

    def set_colours(self, palette: Palette) -> None:
        super().set_colours(palette)
        self.tools.set_colours(palette)
        self.head.set_colours(palette)

    # --- opening

    def choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Open DICOM folder")
        if folder:
            self.open_folder(Path(folder))

    def choose_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Open zip, DICOMDIR or files")
        if names:
            self.open_source(Source.of(*map(Path, names)))

    def choose_new_place(self, study: AttachedStudy) -> None:
        """Let the doctor say where the files of a study are now."""
        folder = QFileDialog.getExistingDirectory(self, "Where is the study now?")
        if folder:
            self.opening.relocate(study, Source.of(Path(folder)))

    def open_folder(self, path: Path, *, attach_best: bool = False) -> None:
        """Open one folder or file, as `open_source` does."""
        self.open_source(Source.of(path), attach_best=attach_best)

    def open_source(self, source: Source, *, attach_best: bool = False) -> None:
        """Scan a source and offer what is in it; or attach and show the best at once."""
        self._stack.setCurrentWidget(self.opening)
        self.opening.open_source(source, attach_best=attach_best)

    def _on_moved(self, disk: StudyOnDisk) -> None:
        """Read the other stacks of the open study from where they are now."""
        open_disk = self.session.disk
        if open_disk is not None and open_disk.study_uid == disk.study_uid:
            self.session.disk = disk
            self.head.refresh()

    def _on_settled(self, disk: StudyOnDisk, study_id: UUID) -> None:
        """Hash the set of files, now that it is whole and on screen."""
        study = self.session.study
        if study is not None and study.id == study_id and not self.session.stack.resampled:
            self.hashing.begin(disk, study)

    def show_pacs(self) -> None:
        """Show the panel that searches and fetches."""
        panel = PacsPanel(self.desk, self.pacs, self.colours, on_close=self.opening.dismiss)
        panel.open_wanted.connect(self.open_folder)
        self._stack.setCurrentWidget(self.opening)
        self.opening.show_pacs(panel)

    def _on_fetched(self, held: Held, visit_id: UUID) -> None:
        """Open a study that has come, if the doctor is still waiting for it there."""
        waiting = self.isVisible() and isinstance(self.opening.panel, PacsPanel)
        same = self.desk.is_open and self.desk.open_visit.visit.id == visit_id
        if waiting and same and not self.is_looking:
            self.open_folder(held.pictures)
        else:
            self.desk.say(
                f"{held.words} has been fetched, {held.state_words}.",
                hint="Open it on the page CT, From PACS.",
            )

    def _on_moved_view(self) -> None:
        if self.session.is_filling:
            self.opening.look_at_slice(self.viewer.index(self.viewer.native))

    def recent_folders(self) -> tuple[Path, ...]:
        return self.opening.recent_folders()

    def _on_opened_ct(self, result: Opened) -> None:
        """Show what was opened; it may still be filling, what was there before waits then."""
        if result.volume.is_complete:
            self._before = None
        elif self.session.is_open and not self.session.is_filling:
            self._before = self._as_it_is()
        place = result.place or self._wanted_for(result)
        self._wanted = {}
        self._show_ct(result, place)
        self._look()
        self.annotator.refresh()
        self.work.refresh()
        if result.volume.is_complete:
            self._read_annotated()

    def _as_it_is(self) -> Opened | None:
        volume, disk = self.session.volume, self.session.disk
        if volume is None or disk is None:
            return None
        return Opened(volume, disk, self.session.study, self.viewer.place())

    def _show_ct(self, result: Opened, place: Mapping[str, Any]) -> None:
        before = self.session.study
        was_ct = not self.session.is_open or self.session.stack.is_ct
        self.session.open(result.volume, result.disk, result.study)
        self._choose_window(was_ct=was_ct)
        self.annotator.leave_stack()
        if result.study is None or result.study != before:
            self.annotator.forget()
        self.head.refresh()
        self.viewer.open(self.desk.open_visit.visit.started.astimezone().date())
        self.viewer.fit_body(self._body_of(result.volume))
        if place:
            self.viewer.restore(place)
        if result.disk.changed:
            self.desk.say(result.disk.changed, hint=CHANGED_HINT, tone=Tone.WARNING)
        why = self.session.why_not_annotate
        self.tools.allow_annotating(not why, why)
        self.bar.set_read_only(why)
        keep = not why or not SPEC[self.annotator.tool].annotates
        self.choose_tool(self.annotator.tool if keep else ToolName.WINDOW)
        self._on_window()

    def _body_of(self, volume: Volume) -> Floats | None:
        if not volume.is_complete:
            return body_corners(volume)
        key = volume.stack.key
        if key not in self._bodies:
            self._bodies[key] = body_corners(volume)
        return self._bodies[key]

    # --- filling

    def _on_came(self, step: Filled) -> None:
        """Slices have come: draw those that are looked at."""
        if step.volume is not self.session.volume:
            self.session.refill(step.volume)
        self.viewer.came(step.slices)

    def _on_whole(self, whole: Whole) -> None:
        """The last slice is there: what had to wait for it is done now."""
        volume = whole.opened.volume
        self._before = None
        self._bodies[volume.stack.key] = whole.body
        self.session.refill(volume)
        self.viewer.is_whole(whole.body)
        self.annotator.refresh()
        self.work.refresh()
        self._read_annotated()

    def _on_taken_away(self) -> None:
        """It will not be whole: go back to what was open before, or to nothing."""
        before, self._before = self._before, None
        self.session.take_away()
        attached = {study.id for study in self.desk.open_visit.visit.attached_studies}
        if before is None or (before.study is not None and before.study.id not in attached):
            self._clear()
        else:
            self._show_ct(before, before.place)
            self.annotator.refresh()
            self.work.refresh()

    def _say_loading(self, event: PointerEvent) -> bool:
        """Whether a mark was begun where no slice is yet; it is said why it was not."""
        marks = SPEC[self.annotator.tool].annotates or self.annotator.tool is ToolName.MEASURE
        if not marks or event.kind is not PointerKind.PRESS:
            return False
        if not self.viewer.is_loading(Plane(event.view), (event.x, event.y)):
            return False
        self.bar.say(STILL_LOADING, warning=True)
        return True

    def _choose_window(self, *, was_ct: bool) -> None:
        """The windows of CT are for CT; other values get one of their own."""
        volume = self.session.volume
        is_ct = volume is None or volume.stack.is_ct
        self.windows.setVisible(is_ct)
        if volume is not None and not is_ct:
            missing = volume.missing_slices()
            self.session.use_window(
                *window_of_values(volume.hu if missing is None else volume.hu[~missing])
            )
        elif not was_ct:
            self.session.use_window(SOFT_TISSUE.width, SOFT_TISSUE.level)

    def resample(self) -> None:
        """Compute an even grid from uneven slices, to look at the planes across them."""
        volume, disk, study = self.session.volume, self.session.disk, self.session.study
        if volume is None or disk is None:
            return
        place = self.viewer.place()
        self.opening.run_beside(
            resampling(volume),
            lambda made: Opened(made, disk, study, {**place, "zoom": {}}),
            self._on_stack_progress,
            self._on_stack_failed,
        )

    def _read_annotated(self) -> None:
        """Read the other stacks that something was marked on, one by one, for the export."""
        if self._reading_beside or not self.desk.is_open:
            return
        waiting = self.session.annotated_elsewhere(self.desk.open_visit.visit)
        if not waiting:
            return
        disk = self.session.disk

        def done(volume: Volume) -> None:
            self._reading_beside = False
            if self.session.disk is disk:
                self.session.keep(volume)
                self._read_annotated()

        def failed(error: BaseException) -> None:
            self._reading_beside = False
            self.desk.show_error(error)

        self._reading_beside = True
        self.desk.jobs.start(loading(waiting[0]), done=done, failed=failed)

    def _wanted_for(self, result: Opened) -> Mapping[str, Any]:
        same = result.study is not None and self._wanted.get("study") == result.study.study_uid
        return self._wanted if same else {}

    def show_stack(self, stack: Stack, place: Mapping[str, Any] | None = None) -> None:
        """Show another stack of the same study; the pictures stay until it has been read."""
        if self.session.disk is None:
            return
        window = self.session.window
        going_to: dict[str, Any] = {"window": [window.width, window.level], **(place or {})}
        same_frame = stack.frame_of_reference_uid == self.session.stack.frame_of_reference_uid
        if "index" not in going_to and same_frame and self.viewer.cross is not None:
            going_to["cross"] = list(self.viewer.cross)
        disk, study = self.session.disk, self.session.study
        kept = self.session.kept(stack)
        if kept is not None:
            if self.opening.leave_filling():
                self.session.take_away()
            self._on_opened_ct(Opened(kept, disk, study, going_to))
            return
        self.opening.load_beside(
            disk, stack, study, going_to, self._on_stack_progress, self._on_stack_failed
        )

    def _on_stack_progress(self, step: Progress) -> None:
        self.head.show_state(f"{step.label}, {step.done} of {step.total}")

    def _on_stack_failed(self, error: BaseException) -> None:
        if self.session.is_filling:
            # what was on its way when this was begun
            self._on_taken_away()
        self.head.refresh()
        self.desk.show_error(error)

    def _on_past_end(self, direction: int) -> None:
        stack = self.head.neighbour(direction)
        # a wheel that is still turning must not begin the same reading again
        if stack is not None and not self.opening.is_busy:
            self.show_stack(stack, {"index": 0 if direction > 0 else len(stack.slices) - 1})

    def show_report(self) -> None:
        """Show the import report of what is open."""
        disk, study = self.session.disk, self.session.study
        self._stack.setCurrentWidget(self.opening)
        if study is not None:
            self.opening.show_stored_report(study, self._on_dismissed)
        elif disk is not None:
            lines = list(disk.report.sentences)
            self.opening.show_text("Import report", lines, self._on_dismissed)

    def show_keys(self) -> None:
        """Show what each key does here."""
        self._stack.setCurrentWidget(self.opening)
        self.opening.show_text(TITLE, key_lines(), self._on_dismissed)

    def detach(self) -> None:
        """Detach the study that is open; what was marked on it stays as entered in error."""
        study = self.session.study
        if study is None:
            return
        visit = self.desk.open_visit.visit
        self.desk.apply(detach_study(visit, study, reason="attached by mistake"))
        self.desk.say(
            "Detached the study. What was marked on it stays as entered in error.",
            hint="Ctrl+Z attaches it again.",
        )

    def close_pictures(self) -> None:
        """Put the pictures away; the study stays attached."""
        self._forget()
        self._start()

    def _forget(self) -> None:
        self._before = None
        self.opening.leave_filling()
        self._bodies.clear()
        self._clear()

    def _clear(self) -> None:
        self.annotator.forget()
        self.work.forget()
        self.session.close()
        self.viewer.close_pictures()

    # --- the visit

    def _on_visit_opened(self) -> None:
        self._wanted = {}
        self._forget()
        self._start()

    def _on_visit_closed(self) -> None:
        self._wanted = {}
        self._forget()
        self.opening.give_up()

    def _on_changed(self, changes: Changes) -> None:
        if not self.desk.is_open:
            return
        if changes.touches("studies"):
            self._on_studies()
        if self.session.is_open and changes.touches(*MARKED_FIELDS):
            self.annotator.refresh()
        if self.session.is_open and changes.touches("compartments"):
            self.work.refresh()
        if self.session.is_open and self._stack.currentWidget() is self.measures:
            self.show_measures()

    def _on_studies(self) -> None:
        attached = {study.id: study for study in self.desk.open_visit.visit.attached_studies}
        study = self.session.study
        if study is not None and study.id not in attached:
            self.close_pictures()
        elif study is not None:
            self.session.study = attached[study.id]
        elif not self.is_looking and self.opening.shows_start:
            self.opening.show_start()

    # --- what the hand does

    def choose_tool(self, name: ToolName) -> None:
        """Make `name` the active tool; one that records needs a study to record on."""
        if SPEC[name].annotates and self.session.why_not_annotate:
            self.bar.say(self.session.why_not_annotate, warning=True)
            self.tools.show_chosen(self.annotator.tool)
            return
        self.annotator.choose_tool(name)
        self.tools.show_chosen(name)
        self.work.use_tool(name)
        self._show_below(name)

    def show_measures(self) -> None:
        """Show what the muscles on the open CT measure, from the voxels."""
        volume, opened = self.session.volume, self.desk.open_visit
        if volume is None:
            return
        if self.session.is_filling:
            self.bar.say(STILL_LOADING, warning=True)
            return

        def done(rows: tuple[MuscleRow, ...]) -> None:
            if self.session.volume is volume and self.desk.is_open:
                self.measures.show_rows(rows)
                self._stack.setCurrentWidget(self.measures)

        read = partial(content_of, self.desk.clinic, opened)
        landmarks = self.session.landmarks(opened.visit)
        job = measuring_muscles(opened.visit, volume, landmarks, read)
        self.desk.run(job, done=done, failed=self.desk.show_error)

    def _show_below(self, name: ToolName) -> None:
        """Below the pictures stands what the tool needs."""
        planning = name is ToolName.ENTRY
        marking = name is ToolName.HAZARD
        self.annotator.needle.panel.setVisible(planning)
        self.annotator.hazards.panel.setVisible(marking)
        self.bar.setVisible(not planning and not marking and not self.session.why_not_annotate)

    def _on_pointer(self, event: PointerEvent) -> None:
        if self._say_loading(event):
            return
        if self.annotator.tool is ToolName.BRUSH and event.kind is PointerKind.HOVER:
            self.work.brush.hover(event.view, (event.x, event.y))
        taken = self.annotator.feed(event)
        looking = not SPEC[self.annotator.tool].annotates
        if event.kind is PointerKind.DOUBLE_CLICK and not taken and looking:
            self.viewer.toggle_alone(Plane(event.view))

    def _use_preset(self, preset: HuWindow) -> None:
        if self.session.stack.is_ct:
            self.viewer.set_window(preset.width, preset.level)

    def _on_window(self) -> None:
        window = self.session.window
        self.windows.show_window(window.width, window.level)

    def _put_question(self, panel: QWidget | None) -> None:
        """Show a question over the foot of the pictures, so that nothing moves under the hand."""
        if self._question is not None:
            self._question.hide()
            self._question.deleteLater()
        self._question = panel
        if panel is not None:
            panel.setParent(self._looking_page)
            panel.show()
            self._place_question()

    def _place_question(self) -> None:
        panel = self._question
        if panel is None:
            return
        width = self._looking_page.width() - 2 * QUESTION_MARGIN_PX
        layout = panel.layout()
        height = panel.sizeHint().height()
        if layout is not None and layout.hasHeightForWidth():
            height = max(panel.minimumSizeHint().height(), layout.heightForWidth(width))
        foot = self.viewer.geometry().bottom() - QUESTION_MARGIN_PX
        panel.setGeometry(QUESTION_MARGIN_PX, foot - height, width, height)
        panel.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_question()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.is_looking:
            escape = event.key() == Qt.Key.Key_Escape
            if escape and self._stack.currentWidget() is self.measures:
                self._look()
            elif escape and self.opening.is_busy:
                self.opening.dismiss()
            else:
                super().keyPressEvent(event)
            return
        steps = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -PAGE_STEP,
            Qt.Key.Key_PageDown: PAGE_STEP,
        }
        key = Qt.Key(event.key())
        if key in steps:
            self.viewer.leaf(self.viewer.large, steps[key])
        elif key is Qt.Key.Key_Space:
            self.viewer.set_pan_key(True)
        elif key is Qt.Key.Key_Escape:
            self._escape()
        elif key is Qt.Key.Key_Delete:
            if not self.annotator.hazards.remove():
                self.annotator.chosen_one.delete()
        elif key in KEYS:
            self.annotator.feed(PointerEvent(PointerKind.KEY, key=KEYS[key]))
        else:
            super().keyPressEvent(event)

    def _escape(self) -> None:
        """Leave what the hand has begun; else stop what is still being read."""
        if self.opening.is_filling and not self.annotator.is_asked:
            self.opening.cancel_filling()
        else:
            self.annotator.escape()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.viewer.set_pan_key(False)
        super().keyReleaseEvent(event)

    def _marks(self, shown: Shown, small: bool) -> Sequence[DrawnMark]:
        return self.annotator.marks(shown, small=small)

    # --- where

    def show_items(self, ids: tuple[UUID, ...]) -> None:
        """Bring annotations into view; a study that is attached but not open is opened."""
        visit = self.desk.open_visit.visit
        items = [item for item in map(visit.find, ids) if item is not None]
        self.work.show_items(items)
        marked = next((found for item in items if (found := marked_place(item))), None)
        if marked is None:
            self._offer_study(items)
            return
        item_id, anchor, point = marked
        self.annotator.choose(item_id)
        if self.session.standing(anchor).drawn:
            if self.is_looking:
                self.viewer.look_at(point)
            return
        self._open_for(anchor, point)

    def _offer_study(self, items: Sequence[Item]) -> None:
        for item in items:
            if isinstance(item, AttachedStudy) and not item.detached and not self.session.is_open:
                self.reopen(item)
                return

    def _open_for(self, anchor: CtAnchor, point: PatientPoint) -> None:
        attached = self.desk.open_visit.visit.attached_studies
        study = next((each for each in attached if each.study_uid == anchor.study_uid), None)
        if study is None:
            return
        place = {
            "study": anchor.study_uid,
            "series": anchor.series_uid,
            "stack": anchor.stack,
            "key": anchor.stack_key,
            "cross": list(point),
        }
        self.reopen(study, place)

    def reopen(self, study: AttachedStudy, place: Mapping[str, Any] | None = None) -> None:
        """Open an attached study again from its folder."""
        self._wanted = place or {}
        self._stack.setCurrentWidget(self.opening)
        self.opening.reopen(study, place)

    def place(self) -> Mapping[str, Any]:
        if self._wanted:
            return self._wanted
        if not self.session.is_open or self.session.study is None:
            return {}
        stack = self.session.stack
        return {
            "study": self.session.study.study_uid,
            "series": stack.series_uid,
            "stack": stack.index,
            "key": stack.key,
            **self.viewer.place(),
        }

    def restore(self, place: Mapping[str, Any]) -> None:
        if not place or not self.desk.is_open or self.session.is_open:
            return
        attached = self.desk.open_visit.visit.attached_studies
        study = next((each for each in attached if each.study_uid == place.get("study")), None)
        if study is not None:
            self.reopen(study, place)

    def hand_in(self) -> None:
        self.bar.note.hand_in()


def marked_place(item: Item) -> tuple[UUID, CtAnchor, PatientPoint] | None:
    """Where on CT an item was marked, if it was."""
    match item:
        case PlannedSite(place=CtPlace() as place):
            return item.id, place.anchor, place.target
        case Outline():
            return item.id, item.anchor, item.points[0]
        case Landmark():
            return item.id, item.anchor, item.point
        case PlannedPath():
            return item.site_id, item.anchor, item.entry
        case Hazard():
            return item.id, item.anchor, item.points[0]
    return None
