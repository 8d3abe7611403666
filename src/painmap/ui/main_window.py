"""The window: it arranges patient line, steps, page, sentences and status line; no state."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QButtonGroup,
    QFileDialog,
    QFrame,
    QLineEdit,
    QMainWindow,
    QMenu,
    QPlainTextEdit,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from painmap.domain.edits import Page
from painmap.domain.errors import PainmapError
from painmap.domain.visit import VisitKind
from painmap.imaging.sources import Source
from painmap.services.demo import demo_visit
from painmap.services.open_visit import OpenVisit
from painmap.services.rebase import EditedElsewhere
from painmap.ui.actions import Action, Actions
from painmap.ui.ct_page import CtPage
from painmap.ui.ct_questions import Answer, QuestionPanel
from painmap.ui.desk import Desk, Message, PlaceWanted
from painmap.ui.finish_page import FinishPage
from painmap.ui.intensity_keys import IntensityKeys
from painmap.ui.map_page import MapPage
from painmap.ui.pages import VisitPage
from painmap.ui.patient_bar import PatientBar
from painmap.ui.plan_sheet import Paper
from painmap.ui.plan_sheet_panel import PlanSheetPanel
from painmap.ui.plan_sheet_picture import site_picture
from painmap.ui.sentence_list import SentenceList
from painmap.ui.sites_page import SitesPage
from painmap.ui.status_line import MessageStrip, StatusLine
from painmap.ui.theme import Icons, Mode, Palette
from painmap.ui.today_page import TodayPage
from painmap.ui.widgets import column, row

STEP_ICONS = {
    Page.TODAY: "today",
    Page.MAP: "map",
    Page.CT: "ct",
    Page.SITES: "sites",
    Page.FINISH: "finish",
}
LANDS_ON = {
    VisitKind.FIRST: Page.MAP,
    VisitKind.FOLLOW_UP: Page.SITES,
    VisitKind.DYSTONIA: Page.SITES,
    VisitKind.MIGRAINE: Page.SITES,
}
"""Where a visit opens that was never opened before (interface.md, Today)."""

QUESTION_WIDTH_PX = 560
PLACE_PAUSE_MS = 1500
"""The place is remembered when nothing has moved for so long."""


@dataclass(frozen=True, slots=True)
class Pages:
    """The five pages of the window."""

    today: TodayPage
    map: MapPage
    ct: CtPage
    sites: SitesPage
    finish: FinishPage

    @property
    def by_step(self) -> Mapping[Page, VisitPage]:
        """The pages in the order of the steps."""
        every: tuple[VisitPage, ...] = (self.today, self.map, self.ct, self.sites, self.finish)
        return {each.page: each for each in every}


class MainWindow(QMainWindow):
    """The frame around the pages of a visit."""

    mode_wanted = Signal(object)
    """Mode: light or dark."""

    def __init__(
        self,
        desk: Desk,
        pages: Pages,
        icons: Icons,
        palette: Palette,
        *,
        user: str,
    ) -> None:
        super().__init__()
        self.desk = desk
        self.pages = pages
        self._by_step = pages.by_step
        self._icons = icons
        self._palette = palette
        self.setWindowTitle("painmap")
        self.resize(1440, 900)
        self.setMinimumSize(1180, 700)
        self.setAcceptDrops(True)
        self.patient_bar = PatientBar(desk)
        self.sentences = SentenceList(desk)
        self.sentences.path_words = pages.ct.annotator.needle.reader.words_of
        pages.ct.session.on_change(self.sentences.refresh)
        self.status = StatusLine(user, desk.clinic.database_place)
        self._stack = QStackedWidget()
        self._steps: dict[Page, QToolButton] = {}
        self.setCentralWidget(self._arranged())
        self.messages = MessageStrip(self._stack)
        self.actions_ = Actions(self._action_list(), self.menuBar(), self)
        self.digits = IntensityKeys(desk)
        self._place_timer = QTimer(self)
        self._place_timer.setInterval(PLACE_PAUSE_MS)
        self._place_timer.timeout.connect(self._remember_place)
        self._known_place: Mapping[str, Any] = {}
        self._give_up = False
        self.question: QuestionPanel | None = None
        self.sheet: PlanSheetPanel | None = None
        self._paper = Paper.A4
        self._connect()
        self.show_page(Page.TODAY)
        self._on_visit_state()

    # --- arrangement

    def _arranged(self) -> QWidget:
        for page in Page:
            self._stack.addWidget(self._by_step[page])
        middle = QWidget()
        middle.setLayout(row(self._step_rail(), self._stack, self.sentences, spacing=0))
        self._stack.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        whole = QWidget()
        whole.setObjectName("page")
        whole.setLayout(column(self.patient_bar, middle, self.status, spacing=0))
        return whole

    def _step_rail(self) -> QFrame:
        rail = QFrame()
        rail.setObjectName("steps")
        rail.setFixedWidth(88)
        group = QButtonGroup(self)
        group.setExclusive(True)
        box = column(spacing=4)
        box.setContentsMargins(8, 12, 8, 12)
        for page in Page:
            step = QToolButton()
            step.setText(page.value)
            step.setCheckable(True)
            step.setProperty("step", True)
            step.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            step.setIconSize(step.iconSize().expandedTo(step.iconSize() * 1.4))
            step.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            step.setAccessibleName(f"Step {page.value}")
            step.clicked.connect(lambda _=False, page=page: self.show_page(page))
            group.addButton(step)
            box.addWidget(step)
            self._steps[page] = step
        box.addStretch(1)
        rail.setLayout(box)
        self._draw_icons()
        return rail

    def _draw_icons(self) -> None:
        for page, step in self._steps.items():
            step.setIcon(self._icons.icon(STEP_ICONS[page], self._palette, 24))

    @property
    def colours(self) -> Palette:
        """The colours of the day."""
        return self._palette

    def set_colours(self, palette: Palette) -> None:
        self._palette = palette
        self._draw_icons()
        for page in self._by_step.values():
            page.set_colours(palette)

    def _action_list(self) -> list[Action]:
        file, edit, view, info = "File", "Edit", "View", "Help"
        finish = self.pages.finish
        return [
            Action("patients", file, "Patients", lambda: self.show_page(Page.TODAY), "Ctrl+L"),
            Action("open", file, "Open DICOM folder ...", self.choose_folder, "Ctrl+O", True, True),
            Action("pacs", file, "From PACS ...", self.show_pacs, "Ctrl+Shift+O", True),
            Action("samples", file, "Sample studies", self.show_samples),
            Action(
                "open-file", file, "Open zip or DICOMDIR ...", self.choose_files, needs_visit=True
            ),
            Action(
                "export",
                file,
                "Export visit ...",
                finish.choose_export,
                "Ctrl+E",
                True,
                True,
            ),
            Action("import", file, "Import visit ...", self.choose_import, "Ctrl+I"),
            Action(
                "copy",
                file,
                "Copy visit as text",
                finish.copy_text,
                "Ctrl+Shift+C",
                True,
            ),
            Action("sheet", file, "Plan sheet ...", self.show_sheet, "Ctrl+P", True),
            Action("quit", file, "Quit", self.close, "Ctrl+Q", separated=True),
            Action("undo", edit, "Undo", self._undo, "Ctrl+Z", True),
            Action("redo", edit, "Redo", self._redo, "Ctrl+Shift+Z", True),
            *(
                Action(f"page-{page.value}", view, page.value, self._page_opener(page), f"Alt+{n}")
                for n, page in enumerate(Page, 1)
            ),
            Action("group-map", view, "Group map ...", self.show_group, separated=True),
            Action(
                "light", view, "Light", lambda: self.mode_wanted.emit(Mode.LIGHT), "", False, True
            ),
            Action("dark", view, "Dark", lambda: self.mode_wanted.emit(Mode.DARK)),
            Action("about", info, "What painmap is for", self.show_purpose, "F1"),
        ]

    def _undo(self) -> None:
        """Take back the last step, which is what is being typed when something is."""
        self._by_step[self.current_page].hand_in()
        self.desk.undo()

    def _redo(self) -> None:
        self._by_step[self.current_page].hand_in()
        self.desk.redo()

    def _page_opener(self, page: Page) -> Callable[[], None]:
        return lambda: self.show_page(page)

    def _connect(self) -> None:
        self.desk.opened.connect(self._on_opened)
        self.desk.closing.connect(self._on_closing)
        self.desk.closed.connect(self._on_visit_state)
        self.desk.changed.connect(lambda _: self._on_visit_state())
        self.desk.changed.connect(lambda _: self.messages.outlive())
        self.desk.said.connect(self._on_said)
        self.desk.task.connect(self.status.show_task)
        self.desk.save_failed.connect(self._on_save_failed)
        self.desk.place_wanted.connect(self._on_place_wanted)
        self.pages.today.samples.open_wanted.connect(self.open_sample)
        self.actions_.menus["File"].aboutToShow.connect(self._list_recent)
        self._recent = QMenu("Recent folders", self)
        self.actions_.menus["File"].insertMenu(self.actions_["export"], self._recent)
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    # --- pages

    @property
    def current_page(self) -> Page:
        return next(
            page for page, widget in self._by_step.items() if widget is self._stack.currentWidget()
        )

    def show_page(self, page: Page) -> None:
        """Show `page`; the pages of a visit need an open one."""
        if page is not Page.TODAY and not self.desk.is_open:
            page = Page.TODAY
        self._by_step[self.current_page].hand_in()
        self._close_sheet()
        self._stack.setCurrentWidget(self._by_step[page])
        self._steps[page].setChecked(True)
        self.patient_bar.show_elsewhere(page is Page.TODAY and self.desk.is_open)
        self.sentences.setVisible(page not in (Page.TODAY, Page.FINISH))
        self._by_step[page].setFocus()

    def _on_opened(self) -> None:
        visit = self.desk.open_visit.visit
        self.desk.jobs.record(
            lambda: self.desk.clinic.place_of(visit.id),
            done=lambda place: self._land(visit.kind, place),
            failed=self.desk.show_error,
        )

    def _land(self, kind: VisitKind, place: Mapping[str, Any] | None) -> None:
        if not self.desk.is_open:
            return
        place = place or {}
        for page, widget in self._by_step.items():
            widget.restore(place.get("pages", {}).get(page.value, {}))
        known = place.get("page")
        if self.current_page is Page.TODAY:  # a faster click has already chosen otherwise
            self.show_page(Page(known) if known in set(Page) else LANDS_ON[kind])
        self._known_place = self._place()
        self._place_timer.start()

    def _place(self) -> dict[str, Any]:
        pages = {page.value: dict(widget.place()) for page, widget in self._by_step.items()}
        current = self.current_page
        if current is Page.TODAY:
            current = Page(self._known_place.get("page", Page.MAP.value))
        return {"page": current.value, "pages": pages}

    def _remember_place(self) -> None:
        place = self._place()
        if place != self._known_place and self.desk.is_open:
            self._known_place = place
            self.desk.save_place(place)

    def _on_closing(self) -> None:
        for page in self._by_step.values():
            page.hand_in()
        self._place_timer.stop()
        self._close_sheet()
        self._remember_place()

    def _on_visit_state(self) -> None:
        is_open = self.desk.is_open
        for page, step in self._steps.items():
            step.setEnabled(is_open or page is Page.TODAY)
        self.actions_.set_visit_open(is_open)
        for name, label in (("undo", "undo_label"), ("redo", "redo_label")):
            text = getattr(self.desk.open_visit, label) if is_open else None
            self.actions_[name].setText(
                f"{name.capitalize()} {text}" if text else name.capitalize()
            )
            self.actions_[name].setEnabled(bool(text))
        if not is_open:
            self._place_timer.stop()
            self.show_page(Page.TODAY)

    def _on_place_wanted(self, wanted: PlaceWanted) -> None:
        self.show_page(wanted.page)
        self._by_step[wanted.page].show_items(wanted.item_ids)

    # --- files

    def choose_folder(self) -> None:
        self.show_page(Page.CT)
        self.pages.ct.choose_folder()

    def choose_files(self) -> None:
        self.show_page(Page.CT)
        self.pages.ct.choose_files()

    def show_pacs(self) -> None:
        """Search the PACS and fetch from it, on the page CT."""
        self.show_page(Page.CT)
        self.pages.ct.show_pacs()

    def open_folder(self, path: Path) -> None:
        """Open a DICOM folder on the page CT."""
        self.open_source(Source.of(path))

    def open_source(self, source: Source) -> None:
        """Open folders and files on the page CT, all in one."""
        self.show_page(Page.CT)
        self.pages.ct.open_source(source)

    def show_samples(self) -> None:
        """List the public sample studies."""
        self.show_page(Page.TODAY)
        self.pages.today.show_samples()

    def show_group(self) -> None:
        """Show where the patients of the clinic have pain."""
        self.show_page(Page.TODAY)
        self.pages.today.show_group()

    def open_sample(self, folder: Path) -> None:
        """Open a sample in the open visit, else in the demonstration patient's."""
        if self.desk.is_open:
            self._show_sample(folder)
        else:
            self.desk.ask_records(
                partial(demo_visit, self.desk.clinic), partial(self._open_demo_with, folder)
            )

    def _open_demo_with(self, folder: Path, visit: OpenVisit) -> None:
        self.desk.show_visit(visit)
        # after the place where the visit was left, which would bring back its own CT
        self.desk.ask_records(lambda: None, lambda _: self._show_sample(folder))

    def _show_sample(self, folder: Path) -> None:
        self.show_page(Page.CT)
        self.pages.ct.open_folder(folder, attach_best=True)

    def _list_recent(self) -> None:
        self._recent.clear()
        folders = self.pages.ct.recent_folders() if self.desk.is_open else ()
        for folder in folders:
            self._recent.addAction(str(folder), partial(self.open_folder, folder))
        self._recent.setEnabled(bool(folders))

    def show_sheet(self) -> None:
        """Show the plan sheet of the open visit over the page."""
        if not self.desk.is_open:
            return
        self._by_step[self.current_page].hand_in()
        self._close_sheet()
        ct = self.pages.ct
        self.sheet = PlanSheetPanel(
            self.desk,
            reading=ct.annotator.needle.reader.reading_of_site,
            picture=lambda visit, site: site_picture(ct.session.opened, visit, site),
            paper=self._paper,
            on_close=self._close_sheet,
            parent=self,
        )
        corner = self._stack.mapTo(self, QPoint(0, 0))
        self.sheet.setGeometry(QRect(corner, self._stack.size()).adjusted(16, 16, -16, -16))
        self.sheet.show()
        self.sheet.raise_()
        self.sheet.setFocus()

    def _close_sheet(self) -> None:
        if self.sheet is not None:
            self._paper = self.sheet.paper
            self.sheet.hide()
            self.sheet.deleteLater()
            self.sheet = None

    def choose_import(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Import a visit", "", "painmap visit (*.json)")
        if name:
            self.pages.today.import_file(Path(name))

    def show_purpose(self) -> None:
        self.show_page(Page.TODAY)
        self.pages.today.show_purpose()

    # --- events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.desk.is_open and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.open_source(Source.of(*paths))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if watched is not self.windowHandle() and watched is not QApplication.focusWidget():
            return False
        if (
            isinstance(QApplication.focusWidget(), QLineEdit | QPlainTextEdit | QAbstractSpinBox)
            or QApplication.activePopupWidget()
        ):
            return False
        if watched is self.windowHandle():
            return False
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        digit = event.text() if event.text().isascii() and event.text().isdigit() else ""
        if (
            plain == Qt.KeyboardModifier.NoModifier
            and digit
            and self.current_page is not Page.TODAY
        ):
            return self.digits.take(int(digit))
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_message()

    def _on_said(self, message: Message) -> None:
        self.messages.show_message(message)
        self._place_message()

    def _place_message(self) -> None:
        self.messages.place_within(self._stack.width())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Store what waits; what cannot be stored is said before the window goes."""
        for page in self._by_step.values():
            page.hand_in()
        problem = None if self._give_up else self.desk.store_all()
        if problem is not None:
            event.ignore()
            self._ask_before_closing(problem)
            return
        self.desk.close_visit()
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        super().closeEvent(event)

    # --- questions over the window

    def _ask_before_closing(self, problem: PainmapError) -> None:
        self._ask(
            QuestionPanel(
                "Something that is shown is not stored yet.",
                [str(problem)],
                [
                    Answer("Try again", lambda _: self.close()),
                    Answer("Close without it", lambda _: self._close_anyway()),
                    Answer("Stay", lambda _: self._put_away(), default=True),
                ],
                on_escape=self._put_away,
            )
        )

    def _close_anyway(self) -> None:
        self._give_up = True
        self.close()

    def _on_save_failed(self, error: PainmapError) -> None:
        if not isinstance(error, EditedElsewhere):
            return
        self._ask(
            QuestionPanel(
                error.message,
                ["What you see here is kept until you choose what holds."],
                [
                    Answer("Put mine on top", lambda _: self._choose(self.desk.put_mine_on_top)),
                    Answer("Show what is stored", lambda _: self._choose(self.desk.take_stored)),
                    Answer("Later", lambda _: self._put_away(), default=True),
                ],
                on_escape=self._put_away,
            )
        )

    def _choose(self, act: Callable[[], None]) -> None:
        self._put_away()
        act()

    def _ask(self, panel: QuestionPanel) -> None:
        self._put_away()
        self.question = panel
        panel.setParent(self)
        panel.setFixedWidth(QUESTION_WIDTH_PX)
        panel.adjustSize()
        panel.move((self.width() - panel.width()) // 2, (self.height() - panel.height()) // 3)
        panel.show()
        panel.raise_()
        panel.take_focus()

    def _put_away(self) -> None:
        if self.question is not None:
            self.question.hide()
            self.question.deleteLater()
            self.question = None
