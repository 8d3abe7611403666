"""The page CT: a study is opened, looked at in three planes, and muscles are marked on it."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from painmap.domain.edits import Page, detach_study
from painmap.domain.study import AttachedStudy
from painmap.domain.visit import Item
from painmap.imaging.sources import Source
from painmap.imaging.window import WINDOWS
from painmap.services.studies import StudyOnDisk
from painmap.ui.ct_annotator import Annotator
from painmap.ui.ct_bar import MarkBar
from painmap.ui.ct_beside import BesideMenu
from painmap.ui.ct_doors import CtDoors
from painmap.ui.ct_hand import CtHand
from painmap.ui.ct_hashing import SetHashing
from painmap.ui.ct_head import StudyHead, WindowChips
from painmap.ui.ct_in_place import InPlace
from painmap.ui.ct_keys import TITLE, key_lines
from painmap.ui.ct_label_import import LabelImport
from painmap.ui.ct_look_menu import LookMenu
from painmap.ui.ct_marks import Shown
from painmap.ui.ct_measures import Measures
from painmap.ui.ct_muscle_work import MuscleWork
from painmap.ui.ct_opening import CtOpening
from painmap.ui.ct_page_keys import LookingKeys, PageShortcuts
from painmap.ui.ct_paint import DrawnMark
from painmap.ui.ct_question_place import QuestionPlace
from painmap.ui.ct_session import CtSession
from painmap.ui.ct_showing import Showing, ShowingParts
from painmap.ui.ct_solids import SolidPreview
from painmap.ui.ct_tool_strip import TOOLS, ToolName, ToolStrip
from painmap.ui.ct_view_picture import ViewPictures
from painmap.ui.ct_viewer import CtViewer
from painmap.ui.ct_whereabouts import marked_place, place_at, place_of, study_at
from painmap.ui.desk import Changes, Desk
from painmap.ui.pages import VisitPage
from painmap.ui.theme import Icons, Palette
from painmap.ui.widgets import column, row

MARKED_FIELDS = ["planned_sites", "outlines", "landmarks", "level_counts", "paths", "hazards"]


class CtPage(VisitPage):
    """Pictures as large as the page allows; what is asked stands in panels."""

    page = Page.CT

    def __init__(self, desk: Desk, icons: Icons, palette: Palette) -> None:
        super().__init__(desk, icons, palette)
        self._icons = icons
        self.session = CtSession(desk.muscles)
        self.opening = CtOpening(desk)
        self.hashing = SetHashing(desk)
        self.doors = CtDoors(desk, self.opening, self, self)
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
            on_stack=lambda stack: self.showing.show_stack(stack),
            on_report=self.show_report,
            on_detach=self.detach,
            on_close=self.close_pictures,
            on_open=self.doors.choose_folder,
        )
        self._looking_page = QWidget()
        self._question = QuestionPlace(
            self._looking_page, self.viewer, self._large_view, self._to_pictures
        )
        self.annotator = Annotator(
            desk, self.session, self.viewer, self.bar, self._question.put, self.choose_tool
        )
        needle = self.annotator.needle
        needle.tell_prone = self.viewer.turning.plan_prone
        needle.tell_path = self.viewer.show_needle
        self.viewer.needle.marks = partial(needle.marks, moving=None, hazard=None, small=True)
        self.work = MuscleWork(
            desk, self.session, self.viewer, self.bar, self.annotator, self.show_measures
        )
        self.work.strip.set_colours(icons, palette)
        self._stack = QStackedWidget()
        self.in_place = InPlace(self._stack, self._on_dismissed)
        self.labels = LabelImport(desk, self.session, self.work.muscles, self.in_place, self)
        self.doors.take_labels = self.labels.takes
        self._hand = CtHand(
            self.session, self.viewer, self.tools, self.bar, self.annotator, self.work
        )
        self.measures = Measures(
            desk, self.session, self.in_place, self._hand.say_loading, lambda: self.colours
        )
        self.showing = Showing(
            desk,
            self.session,
            self.opening,
            ShowingParts(self.viewer, self.head, self.windows, self.annotator, self.work),
            self,
        )
        self._pictures = ViewPictures(desk, self.session, self.viewer, self)
        self._pictures.offer_in(self.head.menu_)
        self.looks = LookMenu(self.session, self.viewer, self.head.menu_)
        self.beside = BesideMenu(desk, self.session, self.viewer, self.head.menu_)
        self.solids = SolidPreview(
            desk,
            self.session,
            self.work.muscles,
            self.annotator.needle.skin,
            self.in_place,
            self.head.menu_,
            self._hand.say_loading,
        )
        self._arrange()
        self._connect()
        self._keys = LookingKeys(self.viewer, self.annotator, self.opening)
        self._shortcuts = self._make_shortcuts()
        self.choose_tool(ToolName.WINDOW)

    # --- arrangement

    def _arrange(self) -> None:
        self._arrange_looking()
        for page in (self.opening, self._looking_page):
            self._stack.addWidget(page)
        self.setLayout(column(self._stack))

    def _arrange_looking(self) -> None:
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
        box.addWidget(self.annotator.spine.panel_as_high_as(self.bar))
        self._looking_page.setLayout(box)

    def _connect(self) -> None:
        self.opening.moved.connect(self._on_moved)
        self.opening.asks.connect(self.show_opening)
        self.opening.settled.connect(self._on_settled)
        self.opening.dismissed.connect(self._on_dismissed)
        self.desk.opened.connect(self._on_visit_opened)
        self.desk.closing.connect(self.hand_in)
        self.desk.closed.connect(self._on_visit_closed)
        self.desk.changed.connect(self._on_changed)
        self.viewer.arranged.connect(self._question.arrange)

    def _make_shortcuts(self) -> PageShortcuts:
        return PageShortcuts(
            self,
            lambda: self.is_looking,
            [
                *((spec.key, partial(self.choose_tool, spec.name)) for spec in TOOLS),
                *(
                    (f"Ctrl+{number}", partial(self._hand.use_preset, preset))
                    for number, preset in enumerate(WINDOWS, 1)
                ),
                ("Home", self.viewer.fit),
                ("Ctrl+0", self.viewer.one_to_one),
                ("G", self.looks.toggle_grid),
                ("Z", self.looks.toggle_lens),
                ("K", self.looks.play),
                ("U", self.viewer.turning.toggle),
                ("?", self.show_keys),
                ("F", self.work.fill),
                ("L", self.work.toggle_list),
                ("[", lambda: self.work.resize(-1)),
                ("]", lambda: self.work.resize(1)),
            ],
        )

    def set_colours(self, palette: Palette) -> None:
        super().set_colours(palette)
        self.in_place.set_colours(palette)
        self.tools.set_colours(palette)
        self.head.set_colours(palette)
        self.work.strip.set_colours(self._icons, palette)

    # --- which part of the page is shown

    @property
    def is_looking(self) -> bool:
        """Whether pictures are on screen."""
        return self._stack.currentWidget() is self._looking_page

    def look(self) -> None:
        """Bring the pictures to the front."""
        self._stack.setCurrentWidget(self._looking_page)
        self.viewer.views[self.viewer.large].setFocus()

    def _large_view(self) -> QWidget:
        return self.viewer.views[self.viewer.large]

    def _to_pictures(self) -> None:
        """Give the keys back to the pictures."""
        if self.session.is_open:
            self.viewer.view_at_hand.setFocus()

    def _on_dismissed(self) -> None:
        if self.session.is_open:
            self.look()
        else:
            self.showing.wanted = {}
            self._start()

    def show_opening(self) -> None:
        """Bring what is asked and offered to the front."""
        self._stack.setCurrentWidget(self.opening)

    def _start(self) -> None:
        self.show_opening()
        self.opening.show_start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._shortcuts.set_enabled(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.viewer.set_pan_key(False)
        self._shortcuts.set_enabled(False)

    # --- opening

    def open_folder(self, path: Path, *, attach_best: bool = False) -> None:
        """Open one folder or file, as `open_source` does."""
        self.open_source(Source.of(path), attach_best=attach_best)

    def open_source(self, source: Source, *, attach_best: bool = False) -> None:
        """Scan a source and offer what is in it; or attach and show the best at once."""
        self.doors.open_source(source, attach_best=attach_best)

    def recent_folders(self) -> tuple[Path, ...]:
        return self.opening.recent_folders()

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

    def reopen(self, study: AttachedStudy, place: Mapping[str, Any] | None = None) -> None:
        """Open an attached study again from its folder."""
        self.showing.wanted = place or {}
        self.show_opening()
        self.opening.reopen(study, place)

    # --- in place of the pictures

    def show_report(self) -> None:
        """Show the import report of what is open."""
        disk, study = self.session.disk, self.session.study
        self.show_opening()
        if study is not None:
            self.opening.show_stored_report(study, self._on_dismissed)
        elif disk is not None:
            lines = list(disk.report.sentences)
            self.opening.show_text("Import report", lines, self._on_dismissed)

    def show_keys(self) -> None:
        """Show what each key does here."""
        self.show_opening()
        self.opening.show_text(TITLE, key_lines(), self._on_dismissed)

    def show_measures(self) -> None:
        """Show what the muscles on the open CT measure, from the voxels."""
        self.measures.show()

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
        self.in_place.leave()
        self.showing.forget()
        self._start()

    # --- the visit

    def _on_visit_opened(self) -> None:
        self.showing.wanted = {}
        self.close_pictures()

    def _on_visit_closed(self) -> None:
        self.showing.wanted = {}
        self.in_place.leave()
        self.showing.forget()
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
        if self.session.is_open:
            self.measures.refresh()
            self.solids.refresh()

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
        self._hand.choose_tool(name)

    def allow_tools(self) -> None:
        """Offer the tools that the CT that is open permits."""
        self._hand.allow_tools()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.is_looking:
            taken = self._keys.press(event)
        else:
            taken = event.key() == Qt.Key.Key_Escape and self._leave_panel()
        if not taken:
            super().keyPressEvent(event)

    def _leave_panel(self) -> bool:
        """Go back from what stands in place of the pictures; False when it stays."""
        if self.in_place.is_shown:
            self.in_place.leave()
        elif self.opening.is_busy:
            self.opening.dismiss()
        else:
            return False
        return True

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._keys.release(event)
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
        if not self.session.standing(anchor).drawn:
            self._go_to(place_at(anchor, point))
        elif self.is_looking:
            self.viewer.look_at(point)

    def _offer_study(self, items: Sequence[Item]) -> None:
        for item in items:
            if isinstance(item, AttachedStudy) and not item.detached and not self.session.is_open:
                self.reopen(item)
                return

    def _go_to(self, place: Mapping[str, Any]) -> None:
        """Open the attached study that a place lies in, there."""
        study = study_at(place, self.desk.open_visit.visit.attached_studies)
        if study is not None:
            self.reopen(study, place)

    def place(self) -> Mapping[str, Any]:
        return self.showing.wanted or place_of(self.session, self.viewer)

    def restore(self, place: Mapping[str, Any]) -> None:
        if place and self.desk.is_open and not self.session.is_open:
            self._go_to(place)

    def hand_in(self) -> None:
        self.bar.note.hand_in()
